import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chordAt, emptyRoll, type Roll } from './roll.ts';
import {
  finished,
  PLAIN,
  SMALL,
  smallRoll,
  someNetwork,
  someSettings,
  statesOf,
} from '../worker/testing/runs.ts';
import { parallelsBetween, vetoCrossing, vetoParallels } from './voice-leading.ts';

function parallelsOf(roll: Roll): number {
  let count = 0;
  for (let step = 0; step + 1 < roll.steps; step += 1) {
    const { fifths, octaves } = parallelsBetween(chordAt(roll, step), chordAt(roll, step + 1));
    count += fifths + octaves;
  }
  return count;
}

describe('parallels', () => {
  it.each([
    ['two fifths up', [67, 60], [69, 62], 1, 0],
    ['two octaves down', [72, 60], [71, 59], 0, 1],
    ['a fifth and a twelfth', [79, 60], [81, 62], 1, 0],
    ['a fifth by leap to a twelfth', [67, 60], [84, 65], 1, 0],
    ['a fifth by contrary motion to a twelfth', [67, 60], [74, 55], 1, 0],
    ['one voice that stays', [67, 60], [67, 62], 0, 0],
    ['a fifth to a sixth', [67, 60], [69, 60], 0, 0],
    ['a fifth to an octave', [67, 60], [74, 62], 0, 0],
    ['fourths', [65, 60], [67, 62], 0, 0],
    ['triads that move as one block', [67, 64, 60], [69, 66, 62], 1, 0],
    ['four voices, outer octaves and a fifth', [72, 67, 64, 60], [74, 69, 65, 62], 1, 1],
    ['another number of notes', [67, 60], [69, 65, 62], 0, 0],
  ])('%s', (_, before, after, fifths, octaves) => {
    expect(parallelsBetween(before, after)).toEqual({ fifths, octaves });
  });
});

describe('the veto', () => {
  it('never lets a run make more parallels than there were', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const run = finished({ roll, rules: [vetoParallels()] }, settings, someNetwork(network));
        let before = parallelsOf(roll);
        for (const cells of statesOf(roll, run.edits)) {
          const now = parallelsOf({ ...roll, cells: cells.slice() });
          expect(now).toBeLessThanOrEqual(before);
          before = now;
        }
      }),
    );
  });

  it('has something to refuse: without it the same runs make parallels', () => {
    const roll = emptyRoll({ ...SMALL, pitches: 20 });
    const settings = { ...PLAIN, iterations: 400, maxAdded: 80 };
    let free = 0;
    let bound = 0;
    for (let seed = 0; seed < 8; seed += 1) {
      free += parallelsOf(finished({ roll }, { ...settings, seed }, someNetwork(seed)).roll);
      bound += parallelsOf(
        finished({ roll, rules: [vetoParallels()] }, { ...settings, seed }, someNetwork(seed)).roll,
      );
    }
    expect(free).toBeGreaterThan(0);
    expect(bound).toBe(0);
  });

  it('adds nothing above the notes that were given', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const run = finished({ roll, rules: [vetoCrossing(roll)] }, settings, someNetwork(network));
        for (const { step, pitch, on } of run.edits) {
          if (on) expect(pitch).toBeLessThanOrEqual(chordAt(roll, step)[0] ?? Infinity);
        }
      }),
    );
  });
});
