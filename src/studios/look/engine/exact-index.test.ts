import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainModel } from '../worker/testing/plain-model.ts';
import { vectorIndexContract } from '../worker/testing/vector-index-contract.ts';
import { exactScore } from './distance.ts';
import { ExactIndex } from './exact-index.ts';
import type { Neighbour } from './vector-index.ts';
import { VectorTable } from './vector-table.ts';

vectorIndexContract({
  name: 'exact engine',
  make: (metric, dim) => new ExactIndex(new VectorTable(dim), metric),
  recall: 1,
  tolerance: 1e-12,
});

const rounded = ({ score }: Neighbour): string => score.toFixed(9).replace('-0.000000000', '0.000000000');

const DIM = 3;
// Few different numbers, so that equal vectors and equal figures are common.
const vector = fc
  .array(fc.integer({ min: -2, max: 2 }), { minLength: DIM, maxLength: DIM })
  .map((numbers) => Float32Array.from(numbers));
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      count: fc.integer({ min: 1, max: 700 }),
      vector,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      query: vector,
      k: fc.integer({ min: 1, max: 30 }),
    }),
  },
);

describe('exact engine', () => {
  it('agrees with the plain model after any sequence of additions, removals and searches', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom('cosine', 'euclidean'),
        (steps, metric) => {
          const index = new ExactIndex(new VectorTable(DIM), metric);
          const model = new PlainModel(metric);
          let next = 0;
          for (const one of steps) {
            if (one.kind === 'add') {
              // A few hundred at a time cross the borders of the table's blocks.
              const ids = Array.from({ length: one.count }, (_, i) => next + i);
              const rows = new Float32Array(ids.length * DIM);
              ids.forEach((id, row) => {
                const values = one.vector.map((value, i) => value + ((id >> i) & 1));
                rows.set(values, row * DIM);
                model.vectors.set(id, values);
              });
              index.add(ids, rows);
              next += one.count;
            } else if (one.kind === 'remove') {
              const ids = [...model.vectors.keys()].filter((id) => (id * 0.618) % 1 < one.share);
              index.remove(ids);
              for (const id of ids) model.vectors.delete(id);
            } else {
              const found = index.search(one.query, one.k);
              const truth = model.search(one.query, one.k);
              // Whole numbers: squared distances are exact, so ids must agree too; cosines only to rounding.
              if (metric === 'euclidean') expect(found).toEqual(truth);
              else expect(found.map(rounded)).toEqual(truth.map(rounded));
            }
            expect(index.size).toBe(model.vectors.size);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the very figures that two vectors compared alone give', () => {
    const table = new VectorTable(5);
    table.add([3, 4], Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 5, 4, 3, 2, 1));
    const query = Float32Array.of(0.7, 0.1, 0.9, 0.3, 0.2);
    for (const metric of ['cosine', 'euclidean'] as const)
      for (const { id, score } of new ExactIndex(table, metric).search(query, 2))
        expect(score).toBe(exactScore(metric, table.vector(id) ?? query, query));
  });

  it('searches one table by two measures', () => {
    const table = new VectorTable(2);
    const byCosine = new ExactIndex(table, 'cosine');
    const byDistance = new ExactIndex(table, 'euclidean');
    byCosine.add([1, 2], Float32Array.of(10, 0, 1, 1));
    const query = Float32Array.of(1, 0);
    expect(byCosine.search(query, 1)[0]?.id).toBe(1);
    expect(byDistance.search(query, 1)[0]?.id).toBe(2);
  });

  it('hands vectors out in the order asked for', () => {
    const table = new VectorTable(2);
    table.add([1, 2], Float32Array.of(1, 2, 3, 4));
    expect([...table.gather([2, 1])]).toEqual([3, 4, 1, 2]);
    expect(() => table.gather([9])).toThrow('there is no vector of id 9');
    expect([...table.ids()].sort()).toEqual([1, 2]);
  });
});
