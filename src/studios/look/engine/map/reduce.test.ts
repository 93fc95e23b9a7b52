import { describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../../kernel/rng.ts';
import { normaliseRows, principalBasis, project } from './reduce.ts';

/** [N, dim] rows whose spread along the axes falls: axis 0 has the most. */
function stretched(count: number, dim: number): Float32Array {
  const rng = mulberry32(7);
  return Float32Array.from({ length: count * dim }, (_, i) => 5 + normal(rng) * 0.3 ** (i % dim));
}

describe('principalBasis', () => {
  it('finds the directions of the largest spread, orthonormal', () => {
    const dim = 12;
    const basis = principalBasis(stretched(400, dim), dim, 3);
    for (let a = 0; a < 3; a += 1) {
      // Direction a is axis a: all other axes spread less than a third as far.
      expect(Math.abs(basis.axes[a * dim + a] ?? 0)).toBeGreaterThan(0.95);
      for (let b = 0; b < 3; b += 1) {
        let dot = 0;
        for (let i = 0; i < dim; i += 1)
          dot += (basis.axes[a * dim + i] ?? 0) * (basis.axes[b * dim + i] ?? 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it('keeps distances when the rank is that of the rows', () => {
    const dim = 6;
    const rows = stretched(40, dim);
    const seen = project(rows, principalBasis(rows, dim, dim));
    const far = (values: Float32Array, a: number, b: number): number =>
      Math.hypot(
        ...Array.from({ length: dim }, (_, i) => (values[a * dim + i] ?? 0) - (values[b * dim + i] ?? 0)),
      );
    expect(far(seen, 3, 17)).toBeCloseTo(far(rows, 3, 17), 4);
  });

  it('has no more directions than there are rows', () => {
    expect(principalBasis(stretched(2, 8), 8, 64).rank).toBe(2);
  });

  it('refuses rows of another dimension', () => {
    expect(() => project(new Float32Array(7), principalBasis(stretched(4, 3), 3, 2))).toThrow(RangeError);
  });
});

describe('normaliseRows', () => {
  it('gives rows norm 1 and leaves a zero row alone', () => {
    const rows = Float32Array.of(3, 4, 0, 0);
    normaliseRows(rows, 2);
    expect([...rows]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, 0]);
  });
});
