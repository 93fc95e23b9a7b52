import { describe, expect, it } from 'vitest';
import { recallAtK } from '../../../../kernel/metrics.ts';
import { mulberry32 } from '../../../../kernel/rng.ts';
import type { Metric, VectorIndex } from '../../engine/vector-index.ts';
import { clusteredRows, PlainModel, rowOf, shuffled } from './plain-model.ts';

interface Subject {
  readonly name: string;
  readonly make: (metric: Metric, dim: number) => VectorIndex | Promise<VectorIndex>;
  /** What recall@10 must be, and how far a figure may be from the model's. */
  readonly recall: number;
  readonly tolerance: number;
}

const METRICS: readonly Metric[] = ['cosine', 'euclidean'];
const idsOf = (answers: readonly { readonly id: number }[]): number[] => answers.map(({ id }) => id);

/** What every `VectorIndex` must do: one suite, run over every engine. */
export function vectorIndexContract({ name, make, recall, tolerance }: Subject): void {
  describe.each(METRICS)(`${name} by %s`, (metric) => {
    const filled = async (n: number, dim: number, seed: number): Promise<[VectorIndex, PlainModel]> => {
      const index = await make(metric, dim);
      const model = new PlainModel(metric);
      const rows = clusteredRows(n, dim, seed);
      const ids = shuffled(n, mulberry32(seed)).map((id) => 3 * id);
      await index.add(ids, rows);
      ids.forEach((id, row) => model.vectors.set(id, rowOf(rows, dim, row)));
      return [index, model];
    };

    it('answers like the oracle, nearest first', async () => {
      const dim = 24;
      const [index, model] = await filled(600, dim, 1);
      expect([index.size, index.dim, index.metric]).toEqual([600, dim, metric]);
      const queries = clusteredRows(40, dim, 2);
      let found = 0;
      for (let q = 0; q < 40; q += 1) {
        const query = rowOf(queries, dim, q);
        const answers = await index.search(query, 10);
        const truth = model.search(query, 10);
        expect(answers).toHaveLength(10);
        for (const { id, score } of answers)
          expect(Math.abs(score - model.score(id, query))).toBeLessThanOrEqual(tolerance);
        const sign = metric === 'cosine' ? -1 : 1;
        expect(answers).toEqual(answers.toSorted((a, b) => sign * (a.score - b.score) || a.id - b.id));
        found += recallAtK(idsOf(answers), idsOf(truth)) / 40;
      }
      expect(found).toBeGreaterThanOrEqual(recall);
    });

    it('orders equal vectors by id', async () => {
      const index = await make(metric, 4);
      const ids = [9, 2, 30, 7, 11, 0, 5];
      await index.add(ids, Float32Array.from(ids.flatMap(() => [1, 2, 3, 4])));
      const answers = await index.search(Float32Array.of(1, 2, 3, 5), 5);
      expect(idsOf(answers)).toEqual([0, 2, 5, 7, 9]);
    });

    it('leaves excluded ids out and still answers k', async () => {
      const dim = 12;
      const [index, model] = await filled(120, dim, 3);
      const query = rowOf(clusteredRows(1, dim, 4), dim, 0);
      const exclude = new Set(idsOf(model.search(query, 6)));
      const answers = idsOf(await index.search(query, 6, { exclude }));
      expect(answers.filter((id) => exclude.has(id))).toEqual([]);
      expect(answers).toEqual(idsOf(model.search(query, 6, exclude)));
    });

    it('answers what it has when asked for more', async () => {
      const [index, model] = await filled(7, 5, 5);
      const query = Float32Array.of(1, 0, 0, 0, 0);
      expect(idsOf(await index.search(query, 50))).toEqual(idsOf(model.search(query, 50)));
      expect(await (await make(metric, 5)).search(query, 3)).toEqual([]);
    });

    it('stops when cancelled', async () => {
      const [index] = await filled(20, 5, 6);
      const controller = new AbortController();
      controller.abort();
      const { signal } = controller;
      const query = new Float32Array(5);
      await expect(async () => index.search(query, 3, { signal })).rejects.toThrow();
      await expect(async () => index.add([1000], query, { signal })).rejects.toThrow();
    });

    it.each([NaN, Infinity, -Infinity])('refuses %s, names the vector and stores nothing', async (value) => {
      const index = await make(metric, 3);
      const rows = Float32Array.of(1, 2, 3, 4, value, 6);
      await expect(async () => index.add([5, 6], rows)).rejects.toMatchObject({ code: 'not-finite', id: 6 });
      expect([index.size, index.has(5)]).toEqual([0, false]);
      await index.add([5], Float32Array.of(1, 2, 3));
      await expect(async () => index.search(Float32Array.of(1, value, 3), 1)).rejects.toMatchObject({
        code: 'not-finite',
        id: -1,
      });
    });

    it('refuses ids that are taken or impossible, other shapes and other k', async () => {
      const index = await make(metric, 2);
      await index.add([1], Float32Array.of(1, 2));
      const two = Float32Array.of(1, 2, 3, 4);
      await expect(async () => index.add([2, 1], two)).rejects.toMatchObject({ code: 'id-taken', id: 1 });
      await expect(async () => index.add([2, 2], two)).rejects.toMatchObject({ code: 'id-taken', id: 2 });
      await expect(async () => index.add([2, -1], two)).rejects.toMatchObject({ code: 'bad-id', id: -1 });
      await expect(async () => index.add([2, 0.5], two)).rejects.toMatchObject({ code: 'bad-id' });
      await expect(async () => index.add([2], two)).rejects.toMatchObject({ code: 'bad-shape' });
      expect(index.size).toBe(1);
      await expect(async () => index.search(two, 1)).rejects.toMatchObject({ code: 'bad-shape' });
      for (const k of [0, -1, 1.5, NaN])
        await expect(async () => index.search(Float32Array.of(1, 2), k)).rejects.toMatchObject({
          code: 'bad-k',
        });
    });

    it('grows past every capacity it began with', async () => {
      const dim = 8;
      const index = await make(metric, dim);
      const rows = clusteredRows(3000, dim, 7, 40);
      for (let row = 0; row < 3000; row += 100)
        await index.add(
          Array.from({ length: 100 }, (_, i) => row + i),
          rows.subarray(row * dim, (row + 100) * dim),
        );
      expect(index.size).toBe(3000);
      let itself = 0;
      for (let row = 0; row < 3000; row += 50) {
        const [best] = await index.search(rowOf(rows, dim, row), 1);
        if (best?.id === row) itself += 1;
      }
      expect(itself).toBeGreaterThanOrEqual(60 * recall);
    });

    it('forgets what is removed and takes it back under the same id', async () => {
      const dim = 6;
      const [index, model] = await filled(60, dim, 8);
      const query = rowOf(clusteredRows(1, dim, 9), dim, 0);
      const gone = idsOf(model.search(query, 20));
      await index.remove([...gone, 999_999]);
      for (const id of gone) model.vectors.delete(id);
      expect([index.size, index.has(gone[0] ?? -1)]).toEqual([40, false]);
      expect(idsOf(await index.search(query, 10))).toEqual(idsOf(model.search(query, 10)));

      const id = gone[0] ?? -1;
      await index.add([id], query);
      model.vectors.set(id, query);
      expect(idsOf(await index.search(query, 1))).toEqual([id]);
      expect(idsOf(await index.search(query, 41))).toEqual(idsOf(model.search(query, 41)));

      await index.remove([...model.vectors.keys()]);
      expect([index.size, await index.search(query, 5)]).toEqual([0, []]);
      await index.add([4], query);
      expect(idsOf(await index.search(query, 5))).toEqual([4]);
    });

    it('gives the zero vector the figures of the metric', async () => {
      const index = await make(metric, 2);
      await index.add([1, 2], Float32Array.of(0, 0, 3, 4));
      const [first, second] = await index.search(Float32Array.of(3, 4), 2);
      expect([first?.id, second?.id]).toEqual([2, 1]);
      expect(second?.score).toBeCloseTo(metric === 'cosine' ? 0 : 5, 5);
    });
  });
}
