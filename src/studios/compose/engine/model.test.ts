import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { WeightsError } from '../../../kernel/tensors/safetensors.ts';
import { createArCnn, type ArCnn } from './model.ts';
import { readShape } from './network-shape.ts';
import { randomWeights, SMALL_MANIFEST, SMALL_NETWORK } from '../worker/testing/weights.ts';

const CELLS = 128 * 48;
const SHIPPED = new URL('../../../../models/ar-cnn/', import.meta.url);
const shipped = (path: string): ArrayBuffer => new Uint8Array(readFileSync(new URL(path, SHIPPED))).buffer;
/** float16 weights, and sums in another order than PyTorch's. */
const MAX_DIFFERENCE = 2e-2;

function someCells(seed: number): Uint8Array {
  const rng = mulberry32(seed);
  return Uint8Array.from({ length: CELLS }, () => (rng() < 0.08 ? 1 : 0));
}

beforeAll(async () => {
  const wasm = new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url);
  setWasmPaths(fileURLToPath(wasm));
  setThreadsCount(1);
  expect(await tf.setBackend('wasm')).toBe(true);
});

afterAll(() => expect(tf.memory().numTensors).toBe(0));

describe('the AR-CNN', () => {
  let model: ArCnn;

  beforeAll(() => {
    model = createArCnn(randomWeights(SMALL_NETWORK, 1), SMALL_NETWORK);
  });

  afterAll(() => model.dispose());

  it('reads each roll of a batch as if it were alone', async () => {
    const rolls = [someCells(1), someCells(2)];
    const batch = tf.tidy(() =>
      model
        .logits(
          tf.tensor3d(
            rolls.flatMap((cells) => [...cells]),
            [2, 128, 48],
          ),
        )
        .dataSync<'float32'>(),
    );
    for (const [i, cells] of rolls.entries()) {
      const alone = await model.logitsOf(cells);
      const worst = alone.reduce(
        (most, logit, cell) => Math.max(most, Math.abs(logit - (batch[i * CELLS + cell] ?? NaN))),
        0,
      );
      expect(worst).toBeLessThan(1e-4);
    }
  });

  it('leaves no tensor behind but its answer', async () => {
    const before = tf.memory().numTensors;
    await model.logitsOf(someCells(3));
    expect(tf.memory().numTensors).toBe(before);
    const rolls = tf.zeros<tf.Rank.R3>([1, 128, 48]);
    const logits = model.logits(rolls);
    expect(logits.shape).toEqual([1, 128, 48]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([rolls, logits]);
  });

  it('gives the same logits again, to the last bit', async () => {
    const first = await model.logitsOf(someCells(4));
    expect(await model.logitsOf(someCells(4))).toEqual(first);
  });

  it('knows the place of a note: the same chord a semitone or a step on has other logits', async () => {
    const at = async (step: number, pitch: number): Promise<number> => {
      const cells = new Uint8Array(CELLS);
      cells[step * 48 + pitch] = 1;
      return (await model.logitsOf(cells))[step * 48 + pitch] ?? NaN;
    };
    const here = await at(64, 24);
    expect(Math.abs((await at(64, 25)) - here)).toBeGreaterThan(1e-4);
    expect(Math.abs((await at(65, 24)) - here)).toBeGreaterThan(1e-4);
  });

  it('refuses rolls of another size', async () => {
    await expect(model.logitsOf(new Uint8Array(3))).rejects.toThrow('roll: expected 6144 cells, found 3');
    const rolls = tf.zeros<tf.Rank.R3>([1, 64, 48]);
    expect(() => model.logits(rolls)).toThrow('rolls: expected shape [B, 128, 48], found [1, 64, 48]');
    rolls.dispose();
  });

  it('refuses the weights of another network, and frees what it had made', () => {
    const before = tf.memory().numTensors;
    const other = randomWeights({ ...SMALL_NETWORK, widths: [8, 12, 20] }, 1);
    expect(() => createArCnn(other, SMALL_NETWORK)).toThrow(WeightsError);
    const deeper = randomWeights({ ...SMALL_NETWORK, blocks: [1, 0, 2, 1, 2] }, 1);
    expect(() => createArCnn(deeper, SMALL_NETWORK)).toThrow('expected no such tensor, found one');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the network that ships', () => {
  const rolls = new Uint8Array(shipped('fixtures/rolls.u8.bin'));
  const expected = new Float32Array(shipped('fixtures/logits.f32.bin'));
  const count = rolls.length / CELLS;
  const best = (logits: Float32Array): number => logits.indexOf(Math.max(...logits));
  let model: ArCnn;

  beforeAll(() => {
    const shape = readShape(JSON.parse(readFileSync(new URL('manifest.json', SHIPPED), 'utf8')));
    model = createArCnn(shipped('weights.safetensors'), shape);
  });

  afterAll(() => model.dispose());

  it('has 20 rolls to be judged by', () => {
    expect([count, expected.length]).toEqual([20, rolls.length]);
  });

  it.each(Array.from({ length: count }, (_, i) => i))('agrees with PyTorch on roll %i', async (i) => {
    const logits = await model.logitsOf(rolls.subarray(i * CELLS, (i + 1) * CELLS));
    const reference = expected.subarray(i * CELLS, (i + 1) * CELLS);
    const worst = logits.reduce(
      (most, logit, cell) => Math.max(most, Math.abs(logit - (reference[cell] ?? NaN))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(MAX_DIFFERENCE);
    expect(best(logits)).toBe(best(reference));
  });
});

describe('the manifest', () => {
  it('states the sizes', () => {
    expect(readShape(SMALL_MANIFEST)).toEqual(SMALL_NETWORK);
  });

  it.each([
    ['is no object', null],
    ['has no range', { ...SMALL_MANIFEST, pitchLowMidi: undefined }],
    ['has a range beyond MIDI', { ...SMALL_MANIFEST, pitchLowMidi: 100 }],
    ['has another length', { ...SMALL_MANIFEST, T: 96 }],
    ['has pitches that make no patches', { ...SMALL_MANIFEST, P: 46 }],
    ['lacks a width', { ...SMALL_MANIFEST, network: { ...SMALL_MANIFEST.network, widths: [8, 12] } }],
    [
      'has a width beyond reason',
      { ...SMALL_MANIFEST, network: { ...SMALL_MANIFEST.network, widths: [8, 1e9, 9] } },
    ],
    ['lacks dilations', { ...SMALL_MANIFEST, network: { ...SMALL_MANIFEST.network, dilations: [1] } }],
  ])('is refused when it %s', (_, manifest) => {
    expect(() => readShape(manifest)).toThrow(RangeError);
  });
});
