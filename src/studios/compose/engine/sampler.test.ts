import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOn, emptyRoll, type Roll } from './roll.ts';
import { Sampler, type Edit } from './sampler.ts';
import {
  finished,
  PLAIN,
  SMALL,
  smallMask,
  smallRoll,
  someNetwork,
  someSettings,
  statesOf,
} from '../worker/testing/runs.ts';

const cellOf = ({ step, pitch }: Edit): number => step * SMALL.pitches + pitch;

/** How many cells of `now` are on that were off in `start`, and the other way round. */
function difference(start: Uint8Array, now: Uint8Array): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  start.forEach((was, cell) => {
    if (was === 0 && now[cell] === 1) added += 1;
    if (was === 1 && now[cell] === 0) removed += 1;
  });
  return { added, removed };
}

/** A network that always says the same. */
const constant = (logits: Float32Array) => (): Float32Array => logits;

describe('every run', () => {
  it('keeps its budgets at every moment, flips one cell an edit, and touches no locked one', () => {
    fc.assert(
      fc.property(smallRoll, smallMask, someSettings, fc.nat(), (roll, locked, settings, network) => {
        const run = finished({ roll, locked }, settings, someNetwork(network));
        const states = statesOf(roll, run.edits);
        const mayRemove = Math.floor(countOn(roll.cells) * settings.maxRemovedShare + 1e-9);
        states.forEach((cells, i) => {
          const { added, removed } = difference(roll.cells, cells);
          expect(added).toBeLessThanOrEqual(settings.maxAdded);
          expect(removed).toBeLessThanOrEqual(mayRemove);
          const edit = run.edits[i];
          if (edit === undefined) return;
          expect(cells[cellOf(edit)]).toBe(edit.on ? 0 : 1);
          expect(locked[cellOf(edit)]).toBe(0);
          expect(edit.logProbability).toBeLessThanOrEqual(0);
          expect(edit.logProbability).toBeGreaterThan(-Infinity);
        });
        expect(states.at(-1)).toEqual(run.roll.cells);
        expect({ added: run.added, removed: run.removed }).toEqual(difference(roll.cells, run.roll.cells));
        expect(run.edits.length).toBeLessThanOrEqual(settings.iterations);
      }),
      { numRuns: 200 },
    );
  });

  it('never loses a given cell at 0 % removal', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const run = finished({ roll }, { ...settings, maxRemovedShare: 0 }, someNetwork(network));
        for (const cells of statesOf(roll, run.edits))
          expect(roll.cells.every((was, cell) => was === 0 || cells[cell] === 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('takes the edits of a pass from cells far enough apart, never more than asked for', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const run = finished({ roll }, settings, someNetwork(network));
        for (let pass = 0; pass <= (run.edits.at(-1)?.pass ?? 0); pass += 1) {
          const edits = run.edits.filter((edit) => edit.pass === pass);
          expect(edits.length).toBeLessThanOrEqual(settings.editsPerPass);
          edits.forEach((one, i) => {
            for (const other of edits.slice(0, i)) {
              expect(Math.abs(one.step - other.step)).toBeGreaterThanOrEqual(settings.minStepsApart);
              expect(cellOf(one)).not.toBe(cellOf(other));
            }
          });
        }
      }),
    );
  });

  it('lets a cell rest that was given back its first state', () => {
    fc.assert(
      fc.property(smallRoll, someSettings, fc.nat(), (roll, settings, network) => {
        const { coolDownEdits } = settings;
        const run = finished({ roll }, settings, someNetwork(network));
        run.edits.forEach((edit, i) => {
          if ((roll.cells[cellOf(edit)] === 1) !== edit.on) return;
          for (const next of run.edits.slice(i + 1, i + 1 + coolDownEdits))
            expect(cellOf(next)).not.toBe(cellOf(edit));
        });
      }),
    );
  });

  it('gives the same edits for the same seed, and goes on from any edit as if it had not been interrupted', () => {
    fc.assert(
      fc.property(
        smallRoll,
        smallMask,
        someSettings,
        fc.nat(),
        fc.nat(),
        (roll, locked, settings, network, cut) => {
          const input = { roll, locked };
          const whole = finished(input, settings, someNetwork(network));
          expect(finished(input, settings, someNetwork(network)).edits).toEqual(whole.edits);
          const part = whole.edits.slice(0, cut % (whole.edits.length + 1));
          const kept = JSON.parse(JSON.stringify(part)) as Edit[];
          const resumed = finished(input, settings, someNetwork(network), kept);
          expect(resumed.edits).toEqual(whole.edits);
          expect(resumed.stop).toBe(whole.stop);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a budget that is given back', () => {
  const roll: Roll = emptyRoll(SMALL);
  // Cell 5 by far the likeliest, then cell 9, wherever they stand.
  const logits = new Float32Array(roll.cells.length).map((_, cell) =>
    cell === 5 ? 300 : cell === 9 ? 200 : 0,
  );

  it('can be spent again: add, undo, add', () => {
    const run = finished({ roll }, { ...PLAIN, iterations: 5, maxAdded: 1 }, constant(logits));
    expect(run.edits.map((edit) => [cellOf(edit), edit.on])).toEqual([
      [5, true],
      [5, false],
      [5, true],
      [5, false],
      [5, true],
    ]);
  });

  it('is found by a cell of the same pass', () => {
    const run = finished(
      { roll },
      { ...PLAIN, iterations: 4, maxAdded: 1, editsPerPass: 2, minStepsApart: 0 },
      constant(logits),
    );
    expect(run.edits.map((edit) => [cellOf(edit), edit.on, edit.pass])).toEqual([
      [5, true, 0],
      [5, false, 1],
      [9, true, 1],
      [9, false, 2],
    ]);
  });

  it('holds at its limit, where the original lets one more in', () => {
    const run = finished({ roll }, { ...PLAIN, maxAdded: 0 }, constant(logits));
    expect([run.edits.length, run.stop]).toEqual([0, 'no-cell-left']);
  });

  it('is a share of the cells on at the beginning, rounded down', () => {
    const given = { ...roll, cells: roll.cells.map((_, cell) => (cell < 9 ? 1 : 0)) };
    const run = finished(
      { roll: given },
      { ...PLAIN, maxAdded: 0, maxRemovedShare: 0.5, iterations: 4 },
      constant(new Float32Array(given.cells.length)),
    );
    expect(Math.max(...statesOf(given, run.edits).map((cells) => 9 - countOn(cells)))).toBeLessThanOrEqual(4);
  });
});

describe('the temperature', () => {
  const roll = emptyRoll(SMALL);
  const at = (value: number, seed: number): Edit | undefined =>
    finished({ roll }, { ...PLAIN, iterations: 1, temperature: [{ at: 0, value }], seed }, someNetwork(3))
      .edits[0];
  const logits = someNetwork(3)(roll.cells);
  const best = logits.indexOf(Math.max(...logits));

  it.each([0, 1e-3])('%d takes the likeliest cell', (value) => {
    for (let seed = 0; seed < 50; seed += 1) {
      const edit = at(value, seed);
      expect(edit && cellOf(edit)).toBe(best);
    }
  });

  it('0 takes the first of equal ones', () => {
    const flat = new Float32Array(roll.cells.length);
    flat[17] = flat[40] = 2;
    const run = finished(
      { roll },
      { ...PLAIN, iterations: 1, temperature: [{ at: 0, value: 0 }] },
      constant(flat),
    );
    expect(run.edits.map(cellOf)).toEqual([17]);
    expect(run.edits[0]?.logProbability).toBeCloseTo(Math.log(1 / 2), 12);
  });

  it('draws each cell as often as softmax(logits / temperature) says', () => {
    for (const temperature of [1, 6]) {
      const weights = Array.from(logits, (logit) => Math.exp(logit / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = new Float64Array(weights.length);
      const draws = 6000;
      for (let seed = 0; seed < draws; seed += 1) {
        const edit = at(temperature, seed);
        if (!edit) throw new Error('nothing was drawn');
        counts[cellOf(edit)] = (counts[cellOf(edit)] ?? 0) + 1;
        expect(edit.logProbability).toBeCloseTo(Math.log((weights[cellOf(edit)] ?? 0) / total), 9);
      }
      const distance = weights.reduce(
        (sum, weight, cell) => sum + Math.abs(weight / total - (counts[cell] ?? 0) / draws) / 2,
        0,
      );
      // Expected total variation of 6,000 draws over 240 cells: about .08.
      expect(distance).toBeLessThan(0.11);
    }
  });

  it('6 is near uniform: no cell much likelier than the mean', () => {
    const weights = Array.from(logits, (logit) => Math.exp(logit / 6));
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    const counts = new Float64Array(weights.length);
    for (let seed = 0; seed < 4800; seed += 1) {
      const edit = at(6, seed);
      if (edit) counts[cellOf(edit)] = (counts[cellOf(edit)] ?? 0) + 1;
    }
    expect(Math.max(...weights) / mean).toBeLessThan(3);
    expect(Math.max(...counts)).toBeLessThan(3 * 20 * 1.5);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(230);
  });

  it('follows its schedule over the run', () => {
    const schedule = [
      { at: 0, value: 1e6 },
      { at: 0.5, value: 0 },
    ];
    const run = finished({ roll }, { ...PLAIN, iterations: 40, temperature: schedule }, someNetwork(3));
    const late = run.edits.slice(20);
    expect(late.every(({ logProbability }) => logProbability === 0)).toBe(true);
    expect(run.edits.slice(0, 10).every(({ logProbability }) => logProbability < -5)).toBe(true);
  });
});

describe('rules', () => {
  it('are kept by every edit, and leave the others the odds they would have by a mask', () => {
    const roll = emptyRoll(SMALL);
    const logits = someNetwork(5)(roll.cells);
    const even = { allows: (_: Roll, step: number) => step % 2 === 0 };
    const weights = Array.from(logits, (logit, cell) =>
      Math.floor(cell / SMALL.pitches) % 2 === 0 ? Math.exp(logit) : 0,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const counts = new Float64Array(weights.length);
    const draws = 6000;
    for (let seed = 0; seed < draws; seed += 1) {
      const run = finished({ roll, rules: [even] }, { ...PLAIN, iterations: 1, seed }, constant(logits));
      for (const edit of run.edits) counts[cellOf(edit)] = (counts[cellOf(edit)] ?? 0) + 1;
    }
    const distance = weights.reduce(
      (sum, weight, cell) => sum + Math.abs(weight / total - (counts[cell] ?? 0) / draws) / 2,
      0,
    );
    expect(distance).toBeLessThan(0.08);
    expect(counts.every((count, cell) => count === 0 || (weights[cell] ?? 0) > 0)).toBe(true);
  });

  it('that refuse everything end the run', () => {
    const run = finished({ roll: emptyRoll(SMALL), rules: [{ allows: () => false }] }, PLAIN, someNetwork(1));
    expect([run.edits.length, run.stop]).toEqual([0, 'no-cell-left']);
  });

  it('reach cells that are too unlikely to be weighed beside the likeliest', () => {
    const roll = emptyRoll(SMALL);
    const logits = new Float32Array(roll.cells.length).fill(-1e6);
    logits[3] = 1e6;
    const locked = roll.cells.map((_, cell) => (cell === 3 ? 1 : 0));
    const run = finished({ roll, locked }, { ...PLAIN, iterations: 30 }, constant(logits));
    expect(run.edits).toHaveLength(30);
    expect(run.edits[0]?.logProbability).toBeCloseTo(Math.log(1 / 239), 9);
  });
});

describe('the end', () => {
  it('comes by itself once the edits only undo one another', () => {
    const logits = new Float32Array(SMALL.steps * SMALL.pitches);
    logits[5] = 300;
    const settings = { ...PLAIN, iterations: 500, settleEdits: 30 };
    const run = finished({ roll: emptyRoll(SMALL) }, settings, constant(logits));
    expect([run.stop, run.edits.length]).toEqual(['settled', 31]);
  });

  it('does not come while every edit finds a new cell', () => {
    const run = finished(
      { roll: emptyRoll(SMALL) },
      { ...PLAIN, iterations: 200, settleEdits: 30, temperature: [{ at: 0, value: 0 }] },
      (cells) => Float32Array.from(cells, (cell, i) => (cell === 1 ? -1 : -i / 1000)),
    );
    expect([run.stop, run.edits.length]).toEqual(['iterations', 200]);
  });
});

describe('refuses', () => {
  const roll = emptyRoll(SMALL);
  it.each([
    ['a roll of another size', () => new Sampler({ roll: { ...roll, cells: new Uint8Array(3) } }, PLAIN)],
    ['a mask of another size', () => new Sampler({ roll, locked: new Uint8Array(3) }, PLAIN)],
    ['no edits per pass', () => new Sampler({ roll }, { ...PLAIN, editsPerPass: 0 })],
    ['a share over 1', () => new Sampler({ roll }, { ...PLAIN, maxRemovedShare: 1.1 })],
    ['a share that is no number', () => new Sampler({ roll }, { ...PLAIN, maxRemovedShare: NaN })],
    ['no temperature', () => new Sampler({ roll }, { ...PLAIN, temperature: [] })],
    [
      'a negative temperature',
      () => new Sampler({ roll }, { ...PLAIN, temperature: [{ at: 0, value: -1 }] }),
    ],
    ['a seed that is no uint32', () => new Sampler({ roll }, { ...PLAIN, seed: -1 })],
    ['logits of another size', () => new Sampler({ roll }, PLAIN).takePass(new Float32Array(3))],
    [
      'logits that are not numbers',
      () => new Sampler({ roll }, PLAIN).takePass(new Float32Array(roll.cells.length).fill(NaN)),
    ],
    [
      'an edit outside the roll',
      () => new Sampler({ roll }, PLAIN, [{ step: 24, pitch: 0, on: true, logProbability: 0, pass: 0 }]),
    ],
    [
      'an edit that changes nothing',
      () => new Sampler({ roll }, PLAIN, [{ step: 0, pitch: 0, on: false, logProbability: 0, pass: 0 }]),
    ],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(RangeError);
  });
});
