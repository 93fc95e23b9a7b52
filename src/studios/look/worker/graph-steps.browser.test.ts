import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import type { GraphTarget } from './protocol-graph.ts';
import { DIM, forgetEverything, fresh, gather, TARGET, u32, value } from './testing/graph-kit.ts';
import { clusteredRows, PlainModel, rowOf } from './testing/plain-model.ts';

beforeEach(forgetEverything);
afterEach(forgetEverything);

type Step =
  | { readonly kind: 'add'; readonly count: number }
  | { readonly kind: 'remove'; readonly share: number }
  | { readonly kind: 'again' }
  | { readonly kind: 'search' }
  | { readonly kind: 'save' }
  | { readonly kind: 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 120 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      share: fc.double({ min: 0, max: 0.6, noNaN: true }),
    }),
  },
  ...(['again', 'search', 'search', 'save', 'reload'] as const).map((kind) => ({
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant(kind) }),
  })),
);

describe('graph, collection and store', () => {
  it.each(['cosine', 'euclidean'] as const)(
    'stay in step by %s through any sequence of additions, deletions, searches, saves and restarts',
    async (metric) => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 5, maxLength: 25 }),
          fc.integer(),
          async (steps, seed) => {
            run += 1;
            const target: GraphTarget = { ...TARGET, metric, collection: run };
            const model = new PlainModel(metric);
            const removed = new Map<number, Float32Array>();
            const rng = mulberry32(seed);
            let api = fresh();
            let next = 0;
            let saved: ReadonlySet<number> | undefined;
            value(await api.open(target, new Uint32Array(0)));
            // An exam that nobody can pass takes the longest list of candidates: recall is not what is tested here.
            const none = { queries: new Float32Array(0), own: new Float64Array(0), truth: u32([]), k: 1 };
            const searchLong = async (): Promise<void> => {
              expect(value(await api.calibrate(target, none, 1.1)).ef).toBe(512);
            };
            await searchLong();

            const check = async (): Promise<void> => {
              const query = rowOf(clusteredRows(1, DIM, Math.floor(rng() * 1e9)), DIM, 0);
              const answer = value(await api.search(target, query, 10, []));
              const truth = model.search(query, 10).map(({ id }) => id);
              expect(answer.ids).toHaveLength(truth.length);
              for (const [i, id] of answer.ids.entries()) {
                expect(model.vectors.has(id)).toBe(true);
                expect(answer.scores[i]).toBeCloseTo(model.score(id, query), 4);
              }
              const missed = truth.filter((id) => !answer.ids.includes(id));
              expect(missed.length).toBeLessThanOrEqual(1);
            };

            for (const one of steps) {
              if (one.kind === 'add') {
                const ids = u32(Array.from({ length: one.count }, (_, i) => next + i));
                next += one.count;
                const rows = clusteredRows(ids.length, DIM, Math.floor(rng() * 1e9));
                ids.forEach((id, row) => model.vectors.set(id, rowOf(rows, DIM, row)));
                expect(value(await api.add(target, ids, rows)).alive).toBe(model.vectors.size);
              } else if (one.kind === 'remove') {
                const ids = u32([...model.vectors.keys()].filter(() => rng() < one.share));
                for (const id of ids) {
                  removed.set(id, model.vectors.get(id) ?? new Float32Array(DIM));
                  model.vectors.delete(id);
                }
                expect(value(await api.remove(target, ids)).alive).toBe(model.vectors.size);
              } else if (one.kind === 'again') {
                // A deletion is undone: the same pictures under the same ids.
                for (const [id, vector] of removed) model.vectors.set(id, vector);
                const ids = u32(removed.keys());
                removed.clear();
                expect(value(await api.add(target, ids, gather(model, ids))).alive).toBe(model.vectors.size);
              } else if (one.kind === 'save') {
                value(await api.save(target, run));
                saved = new Set(model.vectors.keys());
              } else if (one.kind === 'reload') {
                api = fresh();
                const opened = value(await api.open(target, u32(model.vectors.keys())));
                const isUsable = saved !== undefined && [...saved].every((id) => model.vectors.has(id));
                expect(opened.state).toBe(saved === undefined ? 'missing' : isUsable ? 'saved' : 'stale');
                const known = new Set(opened.ids);
                if (opened.state === 'saved') {
                  expect(known).toEqual(saved);
                  const restored = value(await api.restore(target, gather(model, opened.ids)));
                  expect([restored.state, restored.alive]).toEqual(['ready', known.size]);
                }
                await searchLong();
                const rest = u32([...model.vectors.keys()].filter((id) => !known.has(id)));
                value(await api.add(target, rest, gather(model, rest)));
              }
              if (one.kind === 'search' || one.kind === 'reload') await check();
            }
            await check();
          },
        ),
        { numRuns: 25 },
      );
    },
  );
});
