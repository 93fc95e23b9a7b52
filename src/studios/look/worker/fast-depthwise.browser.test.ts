import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { useWasm } from '../../../platform/tf-backend.ts';
import { loadFastDepthwise } from './fast-depthwise.ts';

interface Case {
  readonly x: readonly [batch: number, height: number, width: number, channels: number];
  readonly size: number;
  readonly stride?: number;
  readonly activation?: 'linear' | 'relu' | 'relu6';
  readonly pad?: 'same' | 'valid';
  readonly dilation?: number;
}

const OURS: readonly Case[] = [
  // Those of the network.
  { x: [2, 12, 12, 32], size: 3 },
  { x: [1, 12, 12, 96], size: 3, stride: 2 },
  { x: [1, 15, 15, 144], size: 5, stride: 2 },
  { x: [3, 15, 15, 480], size: 5 },
  { x: [1, 8, 8, 1152], size: 3 },
  // Channels that end inside a block; odd heights; a width that is one tile, or a tile and a column.
  { x: [2, 7, 4, 132], size: 5 },
  { x: [1, 6, 5, 4], size: 3 },
  { x: [1, 9, 9, 8], size: 3, stride: 2 },
  { x: [1, 8, 8, 8], size: 5, stride: 2 },
  // Lower than the filter.
  { x: [1, 2, 9, 12], size: 5 },
  { x: [1, 1, 6, 12], size: 3 },
  { x: [1, 9, 9, 8], size: 3, activation: 'linear' },
  { x: [1, 9, 9, 8], size: 5, activation: 'relu' },
  { x: [1, 9, 9, 8], size: 3, pad: 'valid' },
];

const NOT_OURS: readonly Case[] = [
  { x: [1, 9, 9, 6], size: 3 },
  { x: [1, 9, 3, 8], size: 3 },
  { x: [1, 15, 15, 8], size: 7 },
  { x: [1, 15, 15, 8], size: 3, stride: 3 },
  { x: [1, 15, 15, 8], size: 3, dilation: 2 },
];

const NAMES = [...OURS, ...NOT_OURS].map((given) => [JSON.stringify(given), given] as const);

function run({ x, size, stride = 1, activation = 'relu6', pad = 'same', dilation = 1 }: Case): Float32Array {
  const rng = mulberry32(size * 1000 + x[2]);
  const some = (length: number): Float32Array => Float32Array.from({ length }, () => 4 * rng() - 2);
  return tf.tidy(() =>
    tf.fused
      .depthwiseConv2d({
        x: tf.tensor4d(some(x[0] * x[1] * x[2] * x[3]), [...x]),
        filter: tf.tensor4d(some(size * size * x[3]), [size, size, x[3], 1]),
        bias: tf.tensor1d(some(x[3])),
        strides: stride,
        pad,
        dilations: dilation,
        activation,
      })
      .dataSync<'float32'>()
      .slice(),
  );
}

describe('the depthwise convolution in SIMD', () => {
  const expected = new Map<Case, Float32Array>();
  beforeAll(async () => {
    await useWasm();
    for (const [, given] of NAMES) expected.set(given, run(given));
    expect(await loadFastDepthwise()).toBe(true);
  });

  it.each(NAMES)('answers as tfjs does: %s', (_, given) => {
    const before = tf.memory().numTensors;
    const found = run(given);
    const reference = expected.get(given) ?? new Float32Array();
    expect(found.length).toBe(reference.length);
    expect(found.some((value) => value !== found[0])).toBe(true);
    const worst = found.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (reference[i] ?? NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-4);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is another one than before, and only where it says so', () => {
    // Sums in another order differ in their last bits somewhere; what is left to tfjs is the same to the last bit.
    const differs = (given: Case): boolean =>
      run(given).some((value, i) => value !== expected.get(given)?.[i]);
    expect(OURS.filter(differs).length).toBeGreaterThan(0);
    expect(NOT_OURS.filter(differs)).toEqual([]);
  });
});
