import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { chordTransitions, distance, distancesOf, halfDistances, pitchClasses } from './distances.ts';
import { measure } from './metrics.ts';
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

const C = [72, 67, 64, 48];
const G7 = [71, 65, 62, 55];

describe('figures of a piece', () => {
  it('of one triad', () => {
    expect(measure([chords(C)])).toEqual({
      notesPerStep: 4,
      fourNotes: 1,
      dissonant: 0,
      triads: 1,
      hold: 1,
      repeated: 0,
      inRange: 1,
      fifths: 0,
      octaves: 0,
      parallels: 0,
      cadences: 0,
    });
  });

  it('of a seventh chord: no triad, two dissonances in six', () => {
    const { triads, dissonant } = measure([chords([65, 62, 59, 55])]);
    // F–G is a second, F–B a tritone.
    expect([triads, dissonant]).toEqual([0, 2 / 6]);
  });

  it('of chords that move as one block', () => {
    const { hold, fifths, octaves, parallels } = measure([chords(C, [74, 69, 65, 50])]);
    // Of the second chord's four steps the first holds no cell.
    expect(hold).toBeCloseTo(24 / 28, 12);
    // Soprano–bass octaves and alto–bass fifths, of six pairs.
    expect([fifths, octaves, parallels]).toEqual([1000 / 6, 1000 / 6, 2000 / 6]);
  });

  it('of notes that are out of the range of their voice', () => {
    expect(measure([chords([72, 67, 45, 36])]).inRange).toBe(3 / 4);
  });

  it('of notes that are let go for a step and struck again', () => {
    const roll = emptyRoll({ steps: 8, pitches: 48, pitchLowMidi: 36 });
    for (const step of [0, 2, 4, 7]) roll.cells[step * 48 + 24] = 1;
    // Onsets at 2, 4 and 7; the first two come back after one step.
    expect(measure([roll]).repeated).toBeCloseTo(2 / 3, 12);
  });

  it.each([
    ['G7–C', [G7, C], 1],
    ['G–C, without a seventh', [[74, 71, 67, 55], C], 1],
    ['G7–C with the third in the bass', [G7, [72, 67, 60, 52]], 0],
    ['G without its third', [[74, 67, 62, 55], C], 0],
    ['C–G', [C, [74, 71, 67, 55]], 0],
    ['C–C', [C, C], 0],
  ])('of a cadence: %s', (_, both, count) => {
    expect(measure([chords(...both)]).cadences).toBe(count * (128 / 8));
  });

  it('of rests, and of nothing at all', () => {
    const { notesPerStep, fourNotes } = measure([chords([60], [], [72, 64, 60])]);
    expect([notesPerStep, fourNotes]).toEqual([4 / 3, 0]);
    expect(Object.values(measure([]))).toEqual(Object.values(measure([])).map(() => 0));
  });

  it('of many pieces weigh each step alike', () => {
    expect(measure([chords(C), chords([60], [62], [64])]).notesPerStep).toBeCloseTo((4 * 4 + 12) / 16, 12);
  });
});

describe('distances', () => {
  it('are 0 between equals, 1 between strangers, the same both ways', () => {
    const [a, b] = [new Map([['x', 3]]), new Map([['y', 5]])];
    expect([distance(a, a), distance(a, b)]).toEqual([0, 1]);
    const c = new Map([
      ['x', 1],
      ['y', 1],
    ]);
    expect(distance(a, c)).toBeCloseTo(distance(c, a), 12);
    // KL of each from the average (3/4, 1/4), halved and summed: 0.311278 bits.
    expect(distance(a, c) ** 2).toBeCloseTo(0.311278, 5);
  });

  it('count chords by their roots’ distance, whatever the key', () => {
    const inC = chordTransitions([chords(G7, C)]);
    const inD = chordTransitions([
      chords(
        G7.map((p) => p + 2),
        C.map((p) => p + 2),
      ),
    ]);
    expect([...inC]).toEqual([['dominant 5 major', 1]]);
    expect(inD).toEqual(inC);
    expect([...chordTransitions([chords(C, C, [60, 61])])]).toEqual([['major 0 other', 1]]);
  });

  it('count pitch classes by cells', () => {
    expect(Object.fromEntries(pitchClasses([chords([60, 72], [64])]))).toEqual({ 0: 8, 4: 4 });
  });

  it('of halves lie between those of equals and of strangers', () => {
    const pieces = [chords(C, G7), chords(G7, C), chords(C, G7, C), chords([60, 64, 67], [65, 69, 72])];
    const between = halfDistances(pieces, mulberry32(1), 20);
    expect(between.chords).toBeGreaterThan(0);
    expect(between.chords).toBeLessThanOrEqual(1);
    expect(distancesOf(pieces, pieces)).toEqual({ chords: 0, classes: 0 });
  });
});
