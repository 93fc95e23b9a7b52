import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphService } from './graph-service.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import type { GraphApi, GraphExam, GraphTarget } from './protocol-graph.ts';
import {
  DIM,
  forgetEverything,
  fresh,
  gather,
  idsUpTo,
  NAME,
  search,
  TARGET,
  u32,
  value,
} from './testing/graph-kit.ts';
import { clusteredRows, PlainModel, rowOf } from './testing/plain-model.ts';

beforeEach(forgetEverything);
afterEach(forgetEverything);

/** A graph of `n` vectors, open in a service and kept. */
async function keptGraph(n: number, target = TARGET): Promise<{ api: GraphApi; model: PlainModel }> {
  const api = fresh();
  const model = new PlainModel(target.metric);
  const rows = clusteredRows(n, DIM, n);
  for (let id = 0; id < n; id += 1) model.vectors.set(id, rowOf(rows, DIM, id));
  value(await api.open(target, idsUpTo(n)));
  value(await api.add(target, idsUpTo(n), rows));
  value(await api.save(target, 7));
  return { api, model };
}

describe('graph service', () => {
  it('takes a kept graph up again and answers as before', async () => {
    const { api, model } = await keptGraph(500);
    const queries = clusteredRows(20, DIM, 99);
    const before = await Promise.all(
      Array.from({ length: 20 }, (_, q) => search(api, TARGET, rowOf(queries, DIM, q), 10)),
    );

    const later = fresh();
    const opened = value(await later.open(TARGET, u32([...idsUpTo(500), 900])));
    expect([opened.state, opened.generation, opened.ids]).toEqual(['saved', 7, idsUpTo(500)]);
    expect(value(await later.restore(TARGET, gather(model, opened.ids)))).toEqual({
      state: 'ready',
      alive: 500,
      dead: 0,
    });
    const after = await Promise.all(
      Array.from({ length: 20 }, (_, q) => search(later, TARGET, rowOf(queries, DIM, q), 10)),
    );
    expect(after).toEqual(before);
  });

  it('stores the vectors of a large collection as bytes, and finds the nearest among its candidates', async () => {
    const { model } = await keptGraph(500);
    const queries = clusteredRows(20, DIM, 99);
    const later = fresh(500);
    const opened = value(await later.open(TARGET, idsUpTo(500)));
    value(await later.restore(TARGET, gather(model, opened.ids)));
    value(await later.remove(TARGET, u32([3])));
    model.vectors.delete(3);
    let found = 0;
    for (let q = 0; q < 20; q += 1) {
      const query = rowOf(queries, DIM, q);
      const candidates = await search(later, TARGET, query, 10);
      expect(candidates.length).toBe(20);
      found += model.search(query, 10).filter(({ id }) => candidates.includes(id)).length / 10;
    }
    expect(found / 20).toBeGreaterThanOrEqual(0.98);
    // What is kept is the same: links, and what nobody else has.
    value(await later.save(TARGET, 8));
    const again = fresh();
    const reopened = value(await again.open(TARGET, idsUpTo(500)));
    expect(reopened.state).toBe('saved');
    expect(value(await again.restore(TARGET, gather(model, reopened.ids)))).toMatchObject({
      alive: 499,
      dead: 1,
    });
  });

  it('keeps links and no vectors: under 200 bytes a picture, whatever the dimension', async () => {
    const api = fresh();
    const target = { ...TARGET, dim: 640 };
    value(await api.open(target, idsUpTo(300)));
    value(await api.add(target, idsUpTo(300), clusteredRows(300, 640, 1)));
    const { bytes } = value(await api.save(target, 1));
    expect(bytes / 300).toBeLessThan(200);
    expect(value(await api.storedBytes())).toBe(bytes);
  });

  it('calls a graph stale that was made for another network, dimension or collection of ids', async () => {
    await keptGraph(60);
    const openAs = async (change: Partial<GraphTarget>, present = idsUpTo(60)): Promise<string> =>
      value(await fresh().open({ ...TARGET, ...change }, present)).state;
    expect(await openAs({})).toBe('saved');
    expect(await openAs({ network: 'xyz' })).toBe('stale');
    expect(await openAs({ dim: 8 })).toBe('stale');
    expect(await openAs({}, idsUpTo(59))).toBe('stale');
    expect(await openAs({ metric: 'euclidean' })).toBe('missing');
    expect(await openAs({ collection: 2 })).toBe('missing');
  });

  it('calls a graph stale whose vectors are others, and starts anew', async () => {
    const { model } = await keptGraph(60);
    const api = fresh();
    const { ids } = value(await api.open(TARGET, idsUpTo(60)));
    const rows = gather(model, ids);
    rows[5] = (rows[5] ?? 0) + 1e-6;
    expect(value(await api.restore(TARGET, rows)).state).toBe('stale');
    expect(value(await api.add(TARGET, ids, gather(model, ids)))).toEqual({ alive: 60, dead: 0 });
    const query = rowOf(clusteredRows(1, DIM, 5), DIM, 0);
    expect(await search(api, TARGET, query, 5)).toEqual(model.search(query, 5).map(({ id }) => id));
  });

  it.each(['header', 'links', 'upper', 'ids', 'hashes'] as const)(
    'notices a flipped bit in its %s',
    async (part) => {
      await keptGraph(200);
      const database = await openDB(NAME);
      const row = (await database.get('graphs', '1/cosine')) as {
        graph: Record<typeof part, ArrayBufferView>;
      };
      const bytes = new Uint8Array(row.graph[part].buffer);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
      await database.put('graphs', row);
      database.close();
      expect(value(await fresh().open(TARGET, idsUpTo(200))).state).toBe('stale');
    },
  );

  it('notices a kept graph that is cut short', async () => {
    await keptGraph(200);
    const database = await openDB(NAME);
    const row = (await database.get('graphs', '1/cosine')) as { graph: { links: Uint8Array } };
    row.graph.links = row.graph.links.slice(0, -132);
    await database.put('graphs', row);
    database.close();
    expect(value(await fresh().open(TARGET, idsUpTo(200))).state).toBe('stale');
  });

  it('stops adding when asked, and keeps what it has', async () => {
    const api = fresh();
    const target = { ...TARGET, dim: 256 };
    value(await api.open(target, new Uint32Array(0)));
    const controller = new AbortController();
    const adding = api.add(target, idsUpTo(4000), clusteredRows(4000, 256, 3), { signal: controller.signal });
    // A search that is asked for meanwhile is answered meanwhile.
    const query = rowOf(clusteredRows(1, 256, 4), 256, 0);
    for (;;) if ((await search(api, target, query, 1)).length > 0) break;
    controller.abort();
    const added = await adding;
    expect(added).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    const { alive } = value(await api.remove(target, u32([999_999])));
    expect(alive).toBeGreaterThan(0);
    expect(alive).toBeLessThan(4000);
    expect((await search(api, target, query, alive)).length).toBe(alive);
  });

  it('takes the smallest list of candidates that reaches the recall asked for', async () => {
    const { api, model } = await keptGraph(2000);
    const questions = 60;
    const queries = gather(model, u32(Array.from({ length: questions }, (_, i) => i * 30)));
    const own = Float64Array.from({ length: questions }, (_, i) => i * 30);
    const truth = u32(
      [...own].flatMap((id, i) =>
        model.search(rowOf(queries, DIM, i), 10, new Set([id])).map((answer) => answer.id),
      ),
    );
    const exam: GraphExam = { queries, own, truth, k: 10 };
    const report = value(await api.calibrate(TARGET, exam, 0.98));
    expect(report).toMatchObject({ k: 10, queries: questions });
    expect(report.recall).toBeGreaterThanOrEqual(0.98);
    expect(value(await api.quality(TARGET, exam))).toMatchObject({ recall: report.recall, ef: report.ef });
    // A recall that no list reaches takes the longest.
    expect(value(await api.calibrate(TARGET, exam, 1.1)).ef).toBe(512);
    expect(value(await api.search(TARGET, rowOf(queries, DIM, 0), 10, [])).ef).toBe(512);
    const aborted = AbortSignal.abort();
    expect(await api.quality(TARGET, exam, { signal: aborted })).toMatchObject({
      error: { code: 'cancelled' },
    });
  });

  it('forgets the graphs of collections that are gone', async () => {
    await keptGraph(20);
    const { api } = await keptGraph(20, { ...TARGET, collection: 2 });
    await keptGraph(20, { ...TARGET, collection: 3, metric: 'euclidean' });
    const all = value(await api.storedBytes());
    const [first, others] = [value(await api.storedBytes([1])), value(await api.storedBytes([3, 2]))];
    expect(first).toBeGreaterThan(0);
    expect(first + others).toBe(all);
    value(await api.sweep([2, 3]));
    expect(value(await api.storedBytes())).toBe(others);
    expect(value(await api.open(TARGET, idsUpTo(20))).state).toBe('missing');
    value(await api.drop(2));
    value(await api.drop(3));
    expect(value(await api.storedBytes())).toBe(0);
    expect(await api.search({ collection: 2, metric: 'cosine' }, new Float32Array(DIM), 1, [])).toMatchObject(
      {
        error: { code: 'graph-unavailable' },
      },
    );
  });

  it('works without a store, as if nothing were kept', async () => {
    const api = new GraphService(
      () => Promise.reject(new DOMException('no storage here', 'SecurityError')),
      pause,
    );
    expect(value(await api.open(TARGET, idsUpTo(4))).state).toBe('missing');
    value(await api.add(TARGET, idsUpTo(4), clusteredRows(4, DIM, 1)));
    expect(await search(api, TARGET, clusteredRows(1, DIM, 2), 9)).toHaveLength(4);
    expect(await api.save(TARGET, 1)).toMatchObject({ ok: false, error: { code: 'store-broken' } });
  });
});
