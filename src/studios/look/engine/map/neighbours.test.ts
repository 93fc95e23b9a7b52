import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestRows } from './neighbours.ts';
import { fitUnitSquare, placeAmong } from './place.ts';

describe('nearestRows', () => {
  it('agrees with sorting all distances', () => {
    const value = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 40 }), (points) => {
        const rows = Float32Array.from(points.flat());
        const { indices, distances } = nearestRows(rows, rows, 2, 3);
        for (const [at, [x, y]] of points.entries()) {
          const sorted = points
            .map(([otherX, otherY], row) => ({ row, squared: (x - otherX) ** 2 + (y - otherY) ** 2 }))
            .sort((a, b) => a.squared - b.squared || a.row - b.row);
          expect([...indices.subarray(at * 3, at * 3 + 3)]).toEqual(sorted.slice(0, 3).map(({ row }) => row));
          expect(distances[at * 3 + 2]).toBeCloseTo(Math.sqrt(sorted[2]?.squared ?? NaN), 4);
        }
      }),
    );
  });

  it('refuses to find more than there are', () => {
    expect(() => nearestRows(new Float32Array(2), new Float32Array(4), 2, 3)).toThrow(RangeError);
  });
});

describe('placeAmong', () => {
  const positions = Float32Array.of(0, 0, 1, 0, 0, 1);

  it('places a copy of a picture on it, or very near', () => {
    const placed = placeAmong(
      { indices: Uint32Array.of(1, 0), distances: Float32Array.of(0, 9), k: 2 },
      positions,
    );
    expect(placed[0]).toBeGreaterThan(0.8);
    expect(placed[1]).toBe(0);
  });

  it('places what is as far from all in the middle of them', () => {
    const neighbours = { indices: Uint32Array.of(0, 1, 2), distances: Float32Array.of(4, 4, 4), k: 3 };
    const [x, y] = placeAmong(neighbours, positions);
    expect(x).toBeCloseTo(1 / 3, 5);
    expect(y).toBeCloseTo(1 / 3, 5);
  });
});

describe('fitUnitSquare', () => {
  it('keeps proportions and spans the longer side', () => {
    const positions = Float32Array.of(10, 10, 30, 10, 10, 20);
    fitUnitSquare(positions);
    expect([...positions]).toEqual([0, 0.25, 1, 0.25, 0, 0.75]);
  });

  it('puts equal points in the middle', () => {
    const positions = Float32Array.of(7, 7, 7, 7);
    fitUnitSquare(positions);
    expect([...positions]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});
