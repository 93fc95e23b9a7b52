import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafetensors, safetensorsMetadata, WeightsError, widenFloat16 } from './safetensors.ts';
import { writeSafetensors } from './safetensors-write.ts';

const fileOf = (values: readonly number[]): ArrayBuffer =>
  writeSafetensors(new Map([['a', { shape: [values.length], values: Float32Array.from(values) }]]), {
    of: 'a test',
  });
const through = (values: readonly number[]): number[] => [
  ...(parseSafetensors(fileOf(values)).get('a')?.values ?? []),
];

describe('writeSafetensors', () => {
  it('keeps every half as it is', () => {
    const all = widenFloat16(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits));
    const finite = [...all].filter(Number.isFinite);
    expect(through(finite)).toEqual(finite);
  });

  it('rounds to the nearest half, ties to even', () => {
    expect(through([1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 2047.5, -1 / 3])).toEqual([
      1,
      1 + 2 ** -9,
      0,
      2 ** -23,
      2048,
      -0.333251953125,
    ]);
  });

  it('is never further off than half a step', () => {
    fc.assert(
      fc.property(fc.double({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const single = Math.fround(value);
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(single) || 1)) - 10));
        expect(Math.abs((through([single])[0] ?? NaN) - single)).toBeLessThanOrEqual(step / 2);
      }),
    );
  });

  it('writes what it is told of itself', () => {
    expect(safetensorsMetadata(fileOf([1])).get('of')).toBe('a test');
  });

  it.each([Infinity, NaN, 1e6])('refuses %d, naming the tensor', (value) => {
    expect(() => fileOf([0, value])).toThrow(WeightsError);
    expect(() => fileOf([0, value])).toThrow(`tensor a: expected numbers within ±65504, found ${value}`);
  });
});
