import { describe, expect, it } from 'vitest';
import { measure, measureAll } from './metrics.ts';
import { emptyRoll, notesToRoll, type Roll } from './roll.ts';

/** Chords of a quarter each, MIDI pitches. */
function chords(...all: readonly (readonly number[])[]): Roll {
  return notesToRoll(
    all.flatMap((pitches, i) =>
      pitches.map((pitchMidi) => ({ startStep: 4 * i, lengthSteps: 4, pitchMidi })),
    ),
    { steps: 4 * all.length, pitches: 48, pitchLowMidi: 36 },
  ).roll;
}

describe('figures of a piece', () => {
  it('of one triad', () => {
    expect(measure(chords([72, 67, 64, 48]))).toEqual({
      notesPerStep: 4,
      fourNotes: 1,
      dissonantPairs: 0,
      triads: 1,
      hold: 1,
      parallelFifths: 0,
      parallelOctaves: 0,
      withinRanges: 1,
      crossings: 0,
    });
  });

  it('of a seventh chord: no triad, one dissonance in six', () => {
    const { triads, dissonantPairs } = measure(chords([65, 62, 59, 55]));
    // F–G is a second, F–B a tritone.
    expect([triads, dissonantPairs]).toEqual([0, 2 / 6]);
  });

  it('of chords that move as one block', () => {
    const { hold, parallelFifths, parallelOctaves } = measure(chords([72, 67, 64, 48], [74, 69, 65, 50]));
    // Of the second chord's 4 steps the first has no cell held; all four voices move once.
    expect(hold).toBeCloseTo(24 / 28, 12);
    // Soprano–bass octaves; alto–bass fifths.
    expect([parallelFifths, parallelOctaves]).toEqual([250, 250]);
  });

  it('of rests and of fewer voices', () => {
    const { notesPerStep, fourNotes } = measure(chords([60], [], [72, 64, 60]));
    expect([notesPerStep, fourNotes]).toEqual([2, 0]);
    expect(measure(emptyRoll({ steps: 8, pitches: 48, pitchLowMidi: 36 })).notesPerStep).toBe(0);
  });

  it('of many pieces weigh each step alike', () => {
    const [a, b] = [chords([72, 67, 64, 48]), chords([60], [62], [64])];
    expect(measureAll([a, b]).notesPerStep).toBeCloseTo((4 * 4 + 12) / 16, 12);
  });
});
