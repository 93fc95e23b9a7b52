import fc from 'fast-check';
import { mulberry32, normal } from '../../../../kernel/rng.ts';
import type { Roll } from '../../engine/roll.ts';
import { Sampler, type Edit, type SamplerInput } from '../../engine/sampler.ts';
import type { SamplerSettings } from '../../engine/settings.ts';

/** A small roll, so that budgets and locks bite within a few edits. */
export const SMALL = { steps: 24, pitches: 10, pitchLowMidi: 60 };
const SMALL_CELLS = SMALL.steps * SMALL.pitches;

export const PLAIN: SamplerSettings = {
  iterations: 60,
  editsPerPass: 1,
  minStepsApart: 8,
  temperature: [{ at: 0, value: 1 }],
  maxAdded: 1000,
  maxRemovedShare: 1,
  coolDownEdits: 0,
  settleEdits: 0,
  seed: 1,
};

/**
 * A network that has opinions: normal logits that depend on the cells it sees and on nothing else.
 *
 * @param seed another network for another seed
 * @returns cells → logits
 */
export function someNetwork(seed: number): (cells: Uint8Array) => Float32Array {
  return (cells) => {
    let hash = seed >>> 0;
    for (const cell of cells) hash = Math.imul(hash ^ (cell + 1), 0x01000193) >>> 0;
    const rng = mulberry32(hash);
    return Float32Array.from(cells, () => 2 * normal(rng));
  };
}

export const smallRoll = fc
  .uint8Array({ minLength: SMALL_CELLS, maxLength: SMALL_CELLS, max: 3 })
  .map((values): Roll => ({ ...SMALL, cells: Uint8Array.from(values, (value) => (value === 0 ? 1 : 0)) }));

export const smallMask = fc.uint8Array({ minLength: SMALL_CELLS, maxLength: SMALL_CELLS, max: 1 });

export const someSettings = fc.record<SamplerSettings>({
  iterations: fc.integer({ min: 0, max: 90 }),
  editsPerPass: fc.integer({ min: 1, max: 8 }),
  minStepsApart: fc.integer({ min: 0, max: 12 }),
  temperature: fc.constantFrom(
    [{ at: 0, value: 1 }],
    [{ at: 0, value: 0 }],
    [
      { at: 0, value: 4 },
      { at: 1, value: 0.2 },
    ],
  ),
  maxAdded: fc.integer({ min: 0, max: 40 }),
  maxRemovedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  coolDownEdits: fc.integer({ min: 0, max: 20 }),
  settleEdits: fc.constantFrom(0, 20),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/**
 * Runs to the end.
 *
 * @param input of the run
 * @param settings of the run
 * @param network cells → logits
 * @param edits made before
 * @returns the sampler, stopped
 */
export function finished(
  input: SamplerInput,
  settings: SamplerSettings,
  network: (cells: Uint8Array) => Float32Array,
  edits: readonly Edit[] = [],
): Sampler {
  const sampler = new Sampler(input, settings, edits);
  while (sampler.stop === undefined) sampler.takePass(network(sampler.passInput()));
  return sampler;
}

/**
 * The rolls of a run, before each edit and after the last.
 *
 * @param start the roll as the run begins
 * @param edits of the run
 * @returns cells, edits.length + 1 of them
 */
export function statesOf(start: Roll, edits: readonly Edit[]): Uint8Array[] {
  const states = [start.cells.slice()];
  for (const { step, pitch, on } of edits) {
    const cells = (states.at(-1) ?? start.cells).slice();
    cells[step * start.pitches + pitch] = on ? 1 : 0;
    states.push(cells);
  }
  return states;
}
