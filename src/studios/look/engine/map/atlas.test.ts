import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellLender, cellPlace, LARGE, LAYER_SIDE, layersFor, levelsOf, SMALL } from './atlas.ts';

describe('cellPlace', () => {
  it('gives no two cells the same place, and none outside its layer', () => {
    for (const shape of [SMALL, LARGE]) {
      const count = 2 * (LAYER_SIDE / shape.cell) ** 2;
      const seen = new Set<string>();
      for (let at = 0; at < count; at += 1) {
        const { x, y, layer } = cellPlace(shape, at);
        expect(Math.max(x, y) + shape.cell).toBeLessThanOrEqual(LAYER_SIDE);
        expect(layer).toBeLessThan(2);
        seen.add(`${x} ${y} ${layer}`);
      }
      expect(seen.size).toBe(count);
    }
  });

  it('holds 20,000 pictures in five layers', () => {
    expect(layersFor(SMALL, 20_000)).toBe(5);
    expect(layersFor(SMALL, 0)).toBe(1);
  });
});

describe('levelsOf', () => {
  it('halves by the mean of four pixels and mixes no cell with the next', () => {
    const width = 8;
    const pixels = new Uint8Array(width * 4 * 4);
    // Two cells of 4 × 4: one black, one white.
    for (let y = 0; y < 4; y += 1) pixels.fill(255, (y * width + 4) * 4, (y + 1) * width * 4);
    const levels = levelsOf(pixels, width, 2);
    expect(levels.map(({ length }) => length)).toEqual([128, 32, 8]);
    expect([...(levels[2] ?? [])]).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
    const mixed = levelsOf(Uint8Array.of(0, 0, 0, 0, 10, 20, 30, 40, 20, 0, 0, 0, 10, 0, 0, 0), 2, 1);
    expect([...(mixed[1] ?? [])]).toEqual([10, 5, 8, 10]);
  });
});

describe('CellLender', () => {
  it('never lends a cell to two pictures, and keeps those that were seen last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 }), (asked) => {
        const lender = new CellLender(4);
        for (const picture of asked) {
          const cell = lender.lend(picture);
          expect(cell).toBeGreaterThanOrEqual(0);
          expect(cell).toBeLessThan(4);
        }
        const recent = [...new Set(asked.toReversed())].slice(0, 4);
        const cells = recent.map((picture) => lender.find(picture));
        expect(cells).not.toContain(undefined);
        expect(new Set(cells).size).toBe(recent.length);
      }),
    );
  });

  it('gives all back', () => {
    const lender = new CellLender(2);
    lender.lend(1);
    lender.clear();
    expect(lender.find(1)).toBeUndefined();
  });
});
