import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  densityBias,
  fitsRanges,
  lockOfNotes,
  markNotes,
  markRegion,
  moveLocks,
  maxNotesRule,
  rangesRule,
  scaleOf,
  scaleRule,
  type VoiceRange,
} from './constraints.ts';
import { chordAt, countOn, emptyRoll } from './roll.ts';
import { rulesOf } from './rules.ts';
import { finished, PLAIN, SMALL, smallRoll, someNetwork, someSettings } from '../worker/testing/runs.ts';

const range = fc
  .tuple(fc.integer({ min: 58, max: 72 }), fc.nat(8))
  .map(([lowMidi, size]): VoiceRange => ({ lowMidi, highMidi: lowMidi + size }));

/** The same by trying every sharing out. */
function fitsByTrying(pitches: readonly number[], ranges: readonly VoiceRange[]): boolean {
  const [pitch, ...rest] = pitches;
  if (pitch === undefined) return true;
  return ranges.some(
    ({ lowMidi, highMidi }, voice) =>
      pitch >= lowMidi && pitch <= highMidi && fitsByTrying(rest, ranges.slice(voice + 1)),
  );
}

it('a scale binds what is added, not what is there', () => {
  fc.assert(
    fc.property(smallRoll, someSettings, fc.nat(11), fc.nat(), (roll, settings, tonic, network) => {
      const scale = scaleOf(tonic, 'major');
      const run = finished({ roll, rules: [scaleRule(scale, 60)] }, settings, someNetwork(network));
      for (const { pitch, on } of run.edits) if (on) expect(scale).toContain((60 + pitch) % 12);
    }),
  );
});

it.each([
  [0, 'major', [0, 2, 4, 5, 7, 9, 11]],
  [9, 'minor', [9, 11, 0, 2, 4, 5, 6, 7, 8]],
] as const)('the scale of %i %s', (tonic, mode, expected) => {
  expect(scaleOf(tonic, mode)).toEqual(expected);
});

it('a scale needs pitch classes', () => {
  expect(() => scaleRule([], 60)).toThrow(RangeError);
  expect(() => scaleRule([12], 60)).toThrow(RangeError);
});

it('no step gets more notes than voices', () => {
  fc.assert(
    fc.property(
      smallRoll,
      someSettings,
      fc.integer({ min: 0, max: 5 }),
      fc.nat(),
      (roll, settings, most, network) => {
        const run = finished({ roll, rules: [maxNotesRule(most)] }, settings, someNetwork(network));
        for (let step = 0; step < roll.steps; step += 1)
          expect(chordAt(run.roll, step).length).toBeLessThanOrEqual(
            Math.max(most, chordAt(roll, step).length),
          );
      },
    ),
  );
});

describe('ranges of voices', () => {
  it('are judged as if every sharing out had been tried', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 56, max: 80 }), { maxLength: 5 }),
        fc.array(range, { maxLength: 4 }),
        (pitches, ranges) => {
          const ordered = pitches.toSorted((a, b) => b - a);
          // Voices are taken from high to low, so their ranges come in that order too.
          const voices = ranges.toSorted((a, b) => b.lowMidi - a.lowMidi || b.highMidi - a.highMidi);
          expect(fitsRanges(ordered, voices)).toBe(fitsByTrying(ordered, voices));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('hold for every step that began within them', () => {
    fc.assert(
      fc.property(
        someSettings,
        fc.array(range, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (settings, ranges, network) => {
          const run = finished(
            { roll: emptyRoll(SMALL), rules: [rangesRule(ranges)] },
            { ...settings, maxRemovedShare: 0 },
            someNetwork(network),
          );
          for (const { step, pitch, on } of run.edits)
            if (on)
              expect(
                ranges.some(({ lowMidi, highMidi }) => pitch + 60 >= lowMidi && pitch + 60 <= highMidi),
                `${step}`,
              ).toBe(true);
        },
      ),
    );
  });
});

describe('a density target', () => {
  it.each([1, 3, 5])('draws a network without opinions to %i notes a step', (notesPerStep) => {
    const run = finished(
      { roll: emptyRoll(SMALL), biases: [densityBias(notesPerStep, 4)] },
      { ...PLAIN, iterations: 800 },
      (cells) => new Float32Array(cells.length),
    );
    const mean = countOn(run.roll.cells) / SMALL.steps;
    expect(Math.abs(mean - notesPerStep)).toBeLessThan(0.5);
  });

  it('pushes adding and removing by the same number of nats, opposite ways', () => {
    const roll = emptyRoll(SMALL);
    roll.cells[3] = 1;
    const logits = new Float32Array(roll.cells.length);
    densityBias(3, 0.5)(roll, logits);
    expect([logits[3], logits[4], logits[10]]).toEqual([-1, 1, 1.5]);
  });
});

describe('regions', () => {
  it('mark the cells inside, clipped to the roll', () => {
    const mask = new Uint8Array(240);
    markRegion(mask, SMALL, { startStep: 22, endStep: 99, lowMidi: 0, highMidi: 61 }, 1);
    expect(countOn(mask)).toBe(4);
    markRegion(mask, SMALL, { startStep: 23, endStep: 24, lowMidi: 61, highMidi: 200 }, 0);
    expect([mask[220], mask[221], mask[230], mask[231]]).toEqual([1, 1, 1, 0]);
    markRegion(mask, SMALL, { startStep: 0, endStep: 24, lowMidi: 100, highMidi: 120 }, 1);
    expect(countOn(mask)).toBe(3);
  });

  it('go along with a note that is locked by itself, and stay where a place is locked', () => {
    const note = { startStep: 2, lengthSteps: 3, pitchMidi: 64 };
    const other = { startStep: 2, lengthSteps: 3, pitchMidi: 66 };
    const mask = new Uint8Array(240);
    markNotes(mask, SMALL, [note, other], 1);
    const moved = moveLocks(mask, SMALL, [note, other], [{ ...note, startStep: 6, pitchMidi: 66 }, other]);
    const expected = new Uint8Array(240);
    markNotes(expected, SMALL, [{ ...note, startStep: 6, pitchMidi: 66 }, other], 1);
    expect(moved).toEqual(expected);
    // Over the other and away again: the other keeps its own.
    const over = { ...note, pitchMidi: 66 };
    const there = moveLocks(mask, SMALL, [note, other], [over, other]);
    const back = moveLocks(there, SMALL, [over, other], [note, other]);
    expect(back).toEqual(mask);
    const place = new Uint8Array(240);
    markRegion(place, SMALL, { startStep: 0, endStep: 8, lowMidi: 60, highMidi: 69 }, 1);
    expect(moveLocks(place, SMALL, [note], [{ ...note, startStep: 10 }])).toBe(place);
  });

  it('lock what is there: a run may still add beside it', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const run = finished({ roll, locked: lockOfNotes(roll) }, settings, someNetwork(network));
        expect(roll.cells.every((was, cell) => was === 0 || run.roll.cells[cell] === 1)).toBe(true);
        expect(run.removed).toBe(0);
      }),
    );
  });
});

it('plain data makes the rules it asks for, and nothing else', () => {
  const roll = emptyRoll(SMALL);
  expect(rulesOf({}, roll)).toEqual({ rules: [], biases: [] });
  const all = rulesOf(
    {
      voiceLeading: true,
      scale: [0],
      ranges: [{ lowMidi: 60, highMidi: 65 }],
      maxNotesPerStep: 2,
      density: { notesPerStep: 2, strength: 1 },
    },
    roll,
  );
  expect([all.rules.length, all.biases.length]).toEqual([5, 1]);
});
