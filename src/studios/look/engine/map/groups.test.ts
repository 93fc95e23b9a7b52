import { describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../../kernel/rng.ts';
import { clusterCount, kMeans } from './clusters.ts';
import { folderOf, groupBy, topClasses } from './groups.ts';

describe('kMeans', () => {
  it('finds heaps that lie apart, the largest first', () => {
    const rng = mulberry32(1);
    const truth = Array.from({ length: 90 }, (_, row) => (row % 9 < 5 ? 0 : row % 9 < 8 ? 1 : 2));
    const rows = Float32Array.from(
      truth.flatMap((heap) => [heap * 10 + normal(rng), heap * -7 + normal(rng)]),
    );
    expect([...kMeans(rows, 2, 3)]).toEqual(truth);
  });

  it('manages equal rows and more clusters than rows', () => {
    expect([...kMeans(new Float32Array(6), 2, 5)].every((cluster) => cluster < 5)).toBe(true);
  });

  it('has as many clusters as colours at the most', () => {
    expect([0, 8, 200, 20_000].map(clusterCount)).toEqual([1, 2, 10, 12]);
  });
});

describe('groupBy', () => {
  it('puts the smallest groups together beyond twelve, and counts everything once', () => {
    const keys = Array.from({ length: 14 }, (_, key) => Array<string>(20 - key).fill(`k${key}`)).flat();
    const { of, names, sizes } = groupBy(keys, (key) => key.toUpperCase(), new Float32Array(keys.length));
    expect(names).toHaveLength(12);
    expect(names[0]).toBe('K0');
    expect(names[11]).toBe('Others');
    expect(sizes[11]).toBe(9 + 8 + 7);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(keys.length);
    expect(of).toHaveLength(keys.length);
  });

  it('shows the rows nearest to the middle of each group', () => {
    const reduced = Float32Array.of(0, 1, 2, 50, 100, 102, 104, 101);
    const { typical } = groupBy(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'], (key) => key, reduced);
    expect(typical[0]?.[0]).toBe(2);
    expect(typical[1]?.[0]).toBe(5);
  });
});

describe('folderOf', () => {
  it('is the path without the file', () => {
    expect(['a/b/c.jpg', 'c.jpg', ''].map(folderOf)).toEqual(['a/b', '', '']);
  });
});

describe('topClasses', () => {
  it('is the largest logit, bias included', () => {
    const weight = Float32Array.of(1, 0, 0, 0, 1, 0);
    const bias = Float32Array.of(0, 0, 2);
    const rows = Float32Array.of(5, 0, 0, 5, 1, 1);
    expect([...topClasses(rows, weight, bias)]).toEqual([0, 1, 2]);
  });
});
