import { beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { toInput } from '../engine/preprocess.ts';
import { triangleWeights } from '../engine/resample.ts';
import { FastResample } from './fast-resample.ts';

/** Edges between black and white overshoot at both ends of a byte. */
function noise(width: number, height: number): Uint8ClampedArray {
  const rng = mulberry32(width * 1000 + height);
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rng() < 0.3 ? 255 * Math.round(rng()) : 256 * rng(),
  );
}

/** Pillow's two passes in plain numbers. */
function resized(rgba: Uint8ClampedArray, width: number, height: number, toWidth: number, toHeight: number) {
  const pass = (
    pixels: (x: number, y: number, c: number) => number,
    from: number,
    to: number,
    lines: number,
    isAcross: boolean,
  ): Uint8ClampedArray => {
    const { first, count, values, taps } = triangleWeights(from, to);
    const out = new Uint8ClampedArray((isAcross ? to * lines : lines * to) * 4);
    for (let line = 0; line < lines; line += 1)
      for (let at = 0; at < to; at += 1)
        for (let c = 0; c < 4; c += 1) {
          let sum = 1 << 21;
          for (let tap = 0; tap < (count[at] ?? 0); tap += 1) {
            const place = (first[at] ?? 0) + tap;
            sum +=
              (values[at * taps + tap] ?? 0) * (isAcross ? pixels(place, line, c) : pixels(line, place, c));
          }
          out[(isAcross ? line * to + at : at * lines + line) * 4 + c] = Math.floor(sum / 2 ** 22);
        }
    return out;
  };
  const across = pass((x, y, c) => rgba[(y * width + x) * 4 + c] ?? 0, width, toWidth, height, true);
  return pass((x, y, c) => across[(y * toWidth + x) * 4 + c] ?? 0, height, toHeight, toWidth, false);
}

describe('the resize in SIMD', () => {
  let fast: FastResample | undefined;
  beforeAll(async () => {
    fast = await FastResample.load();
  });

  // Larger and smaller than the network's input, odd ones, and back to one that was there before.
  it.each([1, 2, 3, 61, 239, 240, 241, 352, 353, 719, 960, 352])(
    'gives the bits of toInput from %i pixels',
    (size) => {
      const [width, height] = [size + 7, size + 3];
      const rgba = noise(width, height);
      const crop = { x: 5, y: 2, size };
      fast?.take(rgba, width);
      const found = fast?.input(crop) ?? new Float32Array();
      const expected = toInput(rgba, width, height, crop);
      expect(found.length).toBe(expected.length);
      expect(found.findIndex((value, i) => value !== expected[i])).toBe(-1);
    },
  );

  it.each([
    [400, 533, 240, 320],
    [333, 100, 320, 96],
    [641, 3, 320, 1],
    [50, 60, 50, 60],
    [1, 700, 1, 320],
  ])('makes a thumbnail of %i × %i', (width, height, toWidth, toHeight) => {
    const rgba = noise(width, height);
    fast?.take(rgba, width);
    const found = fast?.thumbnail(height, toWidth, toHeight);
    expect(found).toEqual(resized(rgba, width, height, toWidth, toHeight));
  });

  it('refuses a buffer that is no number of rows', () => {
    expect(() => fast?.take(new Uint8ClampedArray(16), 3)).toThrow(RangeError);
  });
});
