import { beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { toInput } from '../engine/preprocess.ts';
import { FastResample } from './fast-resample.ts';

describe('the resize in SIMD', () => {
  let fast: FastResample | undefined;
  beforeAll(async () => {
    fast = await FastResample.load();
  });

  // Larger and smaller than the network's input, odd ones, and back to one that was there before.
  it.each([1, 2, 3, 61, 239, 240, 241, 352, 353, 719, 960, 352])(
    'gives the bits of toInput from %i pixels',
    (size) => {
      const rng = mulberry32(size);
      // Edges between black and white overshoot at both ends of a byte.
      const rgba = Uint8ClampedArray.from({ length: size * size * 4 }, (_, i) =>
        i % 4 === 3 ? 255 : rng() < 0.3 ? 255 * Math.round(rng()) : 256 * rng(),
      );
      const found = fast?.toInput(rgba, size) ?? new Float32Array();
      const expected = toInput(rgba, size, size, { x: 0, y: 0, size });
      expect(found.length).toBe(expected.length);
      expect(found.findIndex((value, i) => value !== expected[i])).toBe(-1);
    },
  );

  it('refuses a buffer of another size', () => {
    expect(() => fast?.toInput(new Uint8ClampedArray(16), 3)).toThrow(RangeError);
  });
});
