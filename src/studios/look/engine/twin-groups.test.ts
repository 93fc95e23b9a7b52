import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byQuality, groupsOf, UnionFind } from './twin-groups.ts';
import { PairList, TILE, tilesOf, type TwinPair } from './twin-pairs.ts';

const pair = (a: number, b: number, likeness: number): TwinPair => ({
  a,
  b,
  likeness,
  cosine: 1,
  differing: 0,
});

describe('groups', () => {
  it('hold whoever is linked to one of them, the most alike first', () => {
    const pairs = [pair(7, 9, 0.99), pair(1, 2, 0.9), pair(2, 3, 0.8), pair(1, 3, 0.78), pair(5, 6, 0.77)];
    expect(groupsOf(pairs)).toEqual([
      { ids: [7, 9], weakest: 0.99 },
      { ids: [1, 2, 3], weakest: 0.8 },
      { ids: [5, 6], weakest: 0.77 },
    ]);
    expect(groupsOf([])).toEqual([]);
  });

  it('are the connected components of any graph, by a walk over it', () => {
    const edge = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 60 }), (edges) => {
        const pairs = edges
          .filter(([a, b]) => a !== b)
          .map(([a, b, likeness]) => pair(a, b, likeness))
          .sort((p, q) => q.likeness - p.likeness);
        const neighbours = new Map<number, Set<number>>();
        for (const { a, b } of pairs) {
          neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
          neighbours.set(b, (neighbours.get(b) ?? new Set()).add(a));
        }
        const seen = new Set<number>();
        const components: number[][] = [];
        for (const start of neighbours.keys()) {
          if (seen.has(start)) continue;
          const reached = new Set([start]);
          for (const at of reached) for (const next of neighbours.get(at) ?? []) reached.add(next);
          for (const each of reached) seen.add(each);
          components.push([...reached].sort((p, q) => p - q));
        }
        const byFirst = (p: readonly number[], q: readonly number[]): number => (p[0] ?? 0) - (q[0] ?? 0);
        const groups = groupsOf(pairs);
        expect(groups.map(({ ids }) => [...ids]).sort(byFirst)).toEqual(components.sort(byFirst));
        // Without links as weak as the weakest, a group would fall apart.
        for (const { ids, weakest } of groups) {
          const sets = new UnionFind();
          for (const { a, b, likeness } of pairs) if (likeness > weakest) sets.union(a, b);
          expect(new Set(ids.map((id) => sets.find(id))).size).toBeGreaterThan(1);
        }
      }),
    );
  });
});

describe('the best of a group', () => {
  const copy = (id: number, width: number, bytes: number, sharpness: number) => ({
    id,
    width,
    height: width,
    bytes,
    sharpness,
  });

  it('is the largest of those that are sharp', () => {
    const small = copy(1, 200, 9_000, 0.5);
    const large = copy(2, 400, 8_000, 0.45);
    const enlarged = copy(3, 1_600, 90_000, 0.2);
    expect(byQuality([small, enlarged, large]).map(({ id }) => id)).toEqual([2, 1, 3]);
  });

  it('is the one that was compressed least when they are of one size, then the first that was added', () => {
    expect(byQuality([copy(1, 400, 5_000, 0.5), copy(2, 400, 9_000, 0.48)])[0]?.id).toBe(2);
    expect(byQuality([copy(4, 400, 5_000, 0.5), copy(3, 400, 5_000, 0.5)])[0]?.id).toBe(3);
  });

  it('does not depend on the order, and loses nobody', () => {
    const copies = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 99 }),
        width: fc.integer({ min: 1, max: 4 }),
        height: fc.integer({ min: 1, max: 4 }),
        bytes: fc.integer({ min: 1, max: 4 }),
        sharpness: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { selector: ({ id }) => id, minLength: 1 },
    );
    fc.assert(
      fc.property(copies, (group) => {
        const sorted = byQuality(group);
        expect(byQuality([...group].reverse())).toEqual(sorted);
        expect(new Set(sorted.map(({ id }) => id)).size).toBe(group.length);
      }),
    );
  });
});

describe('the list of pairs', () => {
  it('keeps the most alike, and says from where on it is complete', () => {
    const list = new PairList(0.5, 10);
    for (let i = 0; i < 100; i += 1) list.add(pair(i, i + 1, 0.4 + ((i * 37) % 100) / 200));
    const kept = list.sorted().map(({ likeness }) => likeness);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept).toEqual(kept.toSorted((p, q) => q - p));
    const all = Array.from({ length: 100 }, (_, i) => 0.4 + ((i * 37) % 100) / 200);
    const above = all.filter((likeness) => likeness > list.floor).toSorted((p, q) => q - p);
    expect(kept.slice(0, above.length)).toEqual(above);
    expect(kept.at(-1)).toBeGreaterThanOrEqual(list.floor);
  });

  it('lets none in below its floor', () => {
    const list = new PairList(0.5, 10);
    list.add(pair(1, 2, 0.49));
    list.add(pair(3, 4, 0.5));
    expect(list.sorted().map(({ a }) => a)).toEqual([3]);
    expect(list.floor).toBe(0.5);
  });

  it('still holds hundreds of equal pictures together when their pairs have no room', () => {
    const list = new PairList(0.5, 200);
    for (let b = 1; b < 100; b += 1) for (let a = 0; a < b; a += 1) list.add(pair(a, b, 1));
    list.add(pair(200, 201, 0.9));
    expect(list.floor).toBe(1);
    expect(list.sorted()).toHaveLength(200);
    expect(groupsOf(list.sorted())).toEqual([
      { ids: Array.from({ length: 100 }, (_, id) => id), weakest: 1 },
    ]);
  });
});

describe('tiles', () => {
  it.each([
    [0, 0],
    [0, 1],
    [0, 100],
    [70, 131],
    [TILE, 2 * TILE],
  ])('cover every new pair once: from row %i to %i', (first, count) => {
    const seen = new Map<string, number>();
    for (const { rowFrom, rowTo, columnFrom, columnTo } of tilesOf(first, count)) {
      expect(rowTo - rowFrom).toBeLessThanOrEqual(TILE);
      expect(columnTo - columnFrom).toBeLessThanOrEqual(TILE);
      for (let row = rowFrom; row < rowTo; row += 1)
        for (let column = columnFrom; column < Math.min(columnTo, row); column += 1)
          seen.set(`${row} ${column}`, (seen.get(`${row} ${column}`) ?? 0) + 1);
    }
    expect(seen.size).toBe((count * (count - 1)) / 2 - (first * (first - 1)) / 2);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
  });
});
