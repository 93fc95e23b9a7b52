import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layout, moveBy, visibleRange } from './grid.ts';

describe('layout', () => {
  it('fills the width without running over, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (width) => {
        const { columns, tile, gap } = layout(width);
        expect(columns * tile + (columns - 1) * gap).toBeLessThanOrEqual(Math.max(width, columns));
        expect(tile).toBeGreaterThan(0);
      }),
    );
  });

  it('gives a phone three columns', () => {
    expect(layout(358).columns).toBe(3);
  });
});

describe('visibleRange', () => {
  it('holds every tile that touches the window, and few more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 2000 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: -3000, max: 300_000 }),
        (width, total, top) => {
          const grid = layout(width);
          const { from, to } = visibleRange(grid, total, top, 900);
          for (const y of [top, top + 450, top + 899]) {
            const row = Math.floor(y / grid.rowHeight);
            const first = row * grid.columns;
            if (row >= 0 && first < total) {
              expect(from).toBeLessThanOrEqual(first);
              expect(to).toBeGreaterThan(first);
            }
          }
          expect(to - from).toBeGreaterThanOrEqual(Math.min(total, grid.columns));
          expect(to - from).toBeLessThanOrEqual((Math.ceil(900 / grid.rowHeight) + 8) * grid.columns);
        },
      ),
    );
  });
});

describe('moveBy', () => {
  it('moves by keys and stays inside', () => {
    expect(moveBy('ArrowRight', 3, 4, 10)).toBe(4);
    expect(moveBy('ArrowDown', 3, 4, 10)).toBe(7);
    expect(moveBy('ArrowDown', 7, 4, 10)).toBe(7);
    expect(moveBy('ArrowLeft', 0, 4, 10)).toBe(0);
    expect(moveBy('End', 3, 4, 10)).toBe(9);
    expect(moveBy('Home', 3, 4, 10)).toBe(0);
    expect(moveBy('x', 3, 4, 10)).toBeUndefined();
  });
});
