import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixtures from '../../../../models/efficientnet-lite1/fixtures/fixtures.json' with { type: 'json' };
import { cropBox, toInput, toSquare } from './preprocess.ts';

const ROW_BYTES = 240 * 3;
const KEPT_ROWS = 240 / fixtures.rowStep;
const resized = readFileSync(
  new URL('../../../../models/efficientnet-lite1/fixtures/resized.u8.bin', import.meta.url),
);

// The formula of `pattern` in models/efficientnet-lite1/convert/fixtures.py.
function pattern(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      rgba[at] = (Math.floor((x * 255) / (width - 1)) + ((x * y) >> 4)) & 255;
      rgba[at + 1] = ((Math.floor(x / 7) + Math.floor(y / 5)) % 2) * 200 + ((x * 13 + y * 7) % 56);
      rgba[at + 2] = ((x * x + y * y) >> 6) & 255;
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}

function filled(width: number, height: number, rgba: readonly number[]): Uint8Array {
  const pixel = new Uint32Array(Uint8Array.from(rgba).buffer);
  return new Uint8Array(new Uint32Array(width * height).fill(pixel[0] ?? 0).buffer);
}

function largestDifference(square: Uint8Array, index: number): number {
  let largest = 0;
  for (let row = 0; row < KEPT_ROWS; row += 1) {
    for (let i = 0; i < ROW_BYTES; i += 1) {
      const expected = resized[(index * KEPT_ROWS + row) * ROW_BYTES + i] ?? NaN;
      const found = square[row * fixtures.rowStep * ROW_BYTES + i] ?? NaN;
      largest = Math.max(largest, Math.abs(found - expected));
    }
  }
  return largest;
}

describe('toSquare', () => {
  it.each(fixtures.resizes.map((fixture, index) => ({ ...fixture, index })))(
    'is Pillow bit for bit on $width × $height',
    ({ width, height, crop, index }) => {
      expect(cropBox(width, height)).toEqual(crop);
      expect(largestDifference(toSquare(pattern(width, height), width, height, crop), index)).toBe(0);
    },
  );

  it('shows colours over white', () => {
    const crop = { x: 0, y: 0, size: 8 };
    expect([...toSquare(filled(8, 8, [0, 0, 255, 0]), 8, 8, crop).subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...toSquare(filled(8, 8, [0, 100, 255, 128]), 8, 8, crop).subarray(0, 3)]).toEqual([
      127, 177, 255,
    ]);
    expect([...toSquare(filled(8, 8, [9, 100, 255, 255]), 8, 8, crop).subarray(0, 3)]).toEqual([9, 100, 255]);
  });

  it('keeps a flat colour flat, whatever the size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 900 }),
        fc.nat(255),
        (width, height, value) => {
          const rgba = filled(width, height, [value, 255 - value, 7, 255]);
          const square = toSquare(rgba, width, height, cropBox(width, height));
          const odd = square.findIndex((found, i) => found !== [value, 255 - value, 7][i % 3]);
          expect(odd).toBe(-1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('reads nothing outside the crop', () => {
    const inside = filled(300, 200, [10, 20, 30, 255]);
    const crop = { x: 40, y: 10, size: 150 };
    for (let y = 0, at = 0; y < 200; y += 1) {
      for (let x = 0; x < 300; x += 1, at += 4) {
        const within = x >= 40 && x < 190 && y >= 10 && y < 160;
        if (!within) inside.fill(255, at, at + 3);
      }
    }
    expect(new Set(toSquare(inside, 300, 200, crop))).toEqual(new Set([10, 20, 30]));
  });
});

describe('toInput', () => {
  it('scales as the network was trained: (x − 127) / 128', () => {
    const input = toInput(filled(50, 40, [0, 127, 255, 255]), 50, 40);
    expect(input).toHaveLength(240 * 240 * 3);
    expect([...input.subarray(0, 3)]).toEqual([-127 / 128, 0, 1]);
  });

  it('refuses a buffer of another size and a crop that is not inside', () => {
    expect(() => toInput(new Uint8Array(10), 2, 2)).toThrow('rgba: expected 16 bytes, found 10');
    expect(() => toInput(new Uint8Array(16), 2, 2, { x: 1, y: 0, size: 2 })).toThrow(
      'crop: expected inside 2 × 2',
    );
    expect(() => toInput(new Uint8Array(16), 2, 2, { x: 0, y: 0, size: 1.5 })).toThrow(
      'crop: expected ≥ 1 pixels',
    );
    expect(() => toInput(new Uint8Array(0), 0, 2)).toThrow('width: expected ≥ 1 pixels, found 0');
  });
});

describe('cropBox', () => {
  it('is a square inside the picture, in its middle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (width, height) => {
          const { x, y, size } = cropBox(width, height);
          expect(size).toBe(Math.max(1, Math.floor((Math.min(width, height) * 240) / 272)));
          expect(Math.abs(width - size - 2 * x)).toBeLessThanOrEqual(1);
          expect(Math.abs(height - size - 2 * y)).toBeLessThanOrEqual(1);
          expect(x + size <= width && y + size <= height && x >= 0 && y >= 0).toBe(true);
        },
      ),
    );
  });
});
