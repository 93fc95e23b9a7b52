import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Direction, QuadTree } from './quad-tree.ts';

const share = fc.integer({ min: 0, max: 64 }).map((step) => step / 64);
const points = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 120 });

describe('QuadTree', () => {
  it('finds the nearest point as a scan does', () => {
    fc.assert(
      fc.property(points, share, share, (list, x, y) => {
        const far = ([px, py]: readonly [number, number]): number => (px - x) ** 2 + (py - y) ** 2;
        const best = list.map(far).indexOf(Math.min(...list.map(far)));
        expect(new QuadTree(Float32Array.from(list.flat())).nearest({ x, y })).toBe(best);
      }),
    );
  });

  it('finds what lies in a rectangle as a scan does', () => {
    fc.assert(
      fc.property(points, share, share, share, share, (list, a, b, c, d) => {
        const rect = {
          left: Math.min(a, b),
          right: Math.max(a, b),
          top: Math.min(c, d),
          bottom: Math.max(c, d),
        };
        const inside = [...list.entries()]
          .filter(([, [x, y]]) => x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom)
          .map(([at]) => at);
        const found = new QuadTree(Float32Array.from(list.flat())).inRect(rect);
        expect(found.toSorted((p, q) => p - q)).toEqual(inside);
      }),
    );
  });

  it('steps only in the direction asked for, and past a nearer point that lies aside', () => {
    const tree = new QuadTree(Float32Array.of(0.5, 0.5, 0.6, 0.52, 0.52, 0.4, 0.2, 0.5));
    const steps = (['right', 'up', 'left', 'down'] as Direction[]).map((direction) =>
      tree.towards(0, direction),
    );
    expect(steps).toEqual([1, 2, 3, undefined]);
  });

  it('every step leads into its quarter', () => {
    fc.assert(
      fc.property(points, (list) => {
        const tree = new QuadTree(Float32Array.from(list.flat()));
        const next = tree.towards(0, 'right');
        const [x, y] = list[0] ?? [0, 0];
        const ahead = list.some(([px, py]) => px > x && Math.abs(py - y) <= px - x);
        if (next === undefined) expect(ahead).toBe(false);
        else expect(list[next]?.[0]).toBeGreaterThan(x);
      }),
    );
  });

  it('finds nothing beyond the limit, and nothing in an empty map', () => {
    expect(new QuadTree(Float32Array.of(0.1, 0.1)).nearest({ x: 0.9, y: 0.9 }, 0.1)).toBeUndefined();
    expect(new QuadTree(new Float32Array()).nearest({ x: 0.5, y: 0.5 })).toBeUndefined();
  });

  it('holds thousands of equal points', () => {
    const tree = new QuadTree(new Float32Array(10_000).fill(0.25));
    expect(tree.inRect({ left: 0, top: 0, right: 1, bottom: 1 })).toHaveLength(5000);
    expect(tree.nearest({ x: 0.3, y: 0.3 })).toBe(0);
  });
});
