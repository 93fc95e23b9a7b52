import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pause } from '../../../platform/rpc-pause.ts';
import { livingIds, type KeptGraph } from '../engine/kept-graph-format.ts';
import { GraphIndex } from './graph-index.ts';
import { GraphModule } from './graph-module.ts';
import { clusteredRows, rowOf } from './testing/plain-model.ts';

const DIM = 10;
const COUNT = 300;
const module = await GraphModule.load();

async function built(): Promise<{ index: GraphIndex; rows: Float32Array }> {
  const index = new GraphIndex(module, 'euclidean', DIM, pause);
  const rows = clusteredRows(COUNT, DIM, 5);
  await index.add(
    Array.from({ length: COUNT }, (_, i) => i),
    rows,
  );
  index.remove([3, 50, 299]);
  return { index, rows };
}

const vectorsOf = (kept: KeptGraph, rows: Float32Array): Float32Array => {
  const ids = [...livingIds(kept)];
  const vectors = new Float32Array(ids.length * DIM);
  ids.forEach((id, at) => vectors.set(rowOf(rows, DIM, id), at * DIM));
  return vectors;
};

const PARTS = ['header', 'ids', 'hashes', 'links', 'upper'] as const;

describe('a graph that is kept', () => {
  it('answers the same when it is taken up again, and grows on', async () => {
    const { index, rows } = await built();
    const kept = index.keep();
    const other = new GraphIndex(module, 'euclidean', DIM, pause);
    other.restore(kept, vectorsOf(kept, rows));
    const query = rowOf(clusteredRows(1, DIM, 9), DIM, 0);
    expect(other.search(query, 20)).toEqual(index.search(query, 20));
    expect([other.size, other.dead]).toEqual([COUNT - 3, 3]);
    await other.add([1000], query);
    expect(other.search(query, 1)).toEqual([{ id: 1000, score: 0 }]);
  });

  it('is refused, or of use, whatever happened to its bytes; what was there stays', async () => {
    const { index, rows } = await built();
    const kept = index.keep();
    const vectors = vectorsOf(kept, rows);
    const query = rowOf(clusteredRows(1, DIM, 11), DIM, 0);
    // One for all: each that is made anew takes address space until it is collected.
    const other = new GraphIndex(module, 'euclidean', DIM, pause);
    const damage = fc.record({
      part: fc.constantFrom(...PARTS),
      at: fc.nat(),
      value: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 0xffff_ffff })),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(damage, ({ part, at, value, cut }) => {
        const words = kept[part].slice();
        if (words.length === 0) return;
        words[at % words.length] = value;
        const broken: KeptGraph = { ...kept, [part]: cut ? words.slice(0, at % words.length) : words };
        const before = other.search(query, 10);
        try {
          other.restore(broken, vectors);
        } catch (thrown) {
          expect(['bad-graph', 'bad-shape']).toContain((thrown as { code?: string }).code);
          expect(other.search(query, 10)).toEqual(before);
          return;
        }
        // A link that leads elsewhere, or an id of a deleted element: never more than a worse answer.
        for (const { score } of other.search(query, 10)) expect(score).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });
});
