import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, serve, type Connection } from '../../../platform/rpc.ts';
import { ExactIndex } from '../engine/exact-index.ts';
import { KeptGraph } from './kept-graph.ts';
import { makeExam } from './exam.ts';
import { OpenCollection } from './open-collections.ts';
import type { GraphApi } from './protocol-graph.ts';
import { DIM, forgetEverything, fresh, idsUpTo, search, u32, value } from './testing/graph-kit.ts';
import { clusteredRows, rowOf } from './testing/plain-model.ts';

const KEY = { collection: 5, metric: 'cosine' } as const;

beforeEach(forgetEverything);
afterEach(forgetEverything);

const pictures = (ids: Iterable<number>): Parameters<OpenCollection['addPictures']>[0] =>
  Array.from(ids, (id) => ({
    id,
    collection: KEY.collection,
    name: `${id}.jpg`,
    hash: String(id),
    bytes: 1,
    width: 1,
    height: 1,
    thumbBytes: 1,
  }));

const rows = clusteredRows(3000, DIM, 1);

/** A collection of pictures 0 … n − 1. */
function collection(n: number): OpenCollection {
  const open = new OpenCollection({
    id: KEY.collection,
    name: 'Test',
    network: 'abc',
    dim: DIM,
    createdAt: 0,
    generation: 3,
    chunks: [],
    nextSeq: 0,
    nextId: n,
    count: n,
    revision: 0,
    folder: '',
  });
  add(open, 0, n);
  return open;
}

function add(open: OpenCollection, from: number, to: number): number[] {
  const ids = Array.from({ length: to - from }, (_, i) => from + i);
  open.addPictures(pictures(ids));
  open.addVectors({ ids: u32(ids), data: rows.slice(from * DIM, to * DIM) }, () => true);
  return ids;
}

function remove(open: OpenCollection, ids: readonly number[]): void {
  open.removePictures(pictures(ids));
}

interface Worker {
  readonly api: GraphApi;
  readonly connection: Connection<GraphApi>;
}

/** A graph worker with its port, but in this thread. */
function worker(): Worker {
  const { port1, port2 } = new MessageChannel();
  const api = fresh();
  serve(api, port2);
  return { api, connection: connect<GraphApi>(port1) };
}

const ready = (graph: KeptGraph): Promise<void> =>
  vi.waitFor(() => expect(graph.state().state).toBe('ready'), { timeout: 20_000 });

async function expectOracle(graph: KeptGraph, open: OpenCollection): Promise<void> {
  const exact = new ExactIndex(open.table, KEY.metric);
  let found = 0;
  // Pictures of the same kind that are not in the collection.
  for (let row = 2000; row < 2100; row += 1) {
    const query = rowOf(rows, DIM, row);
    const candidates = (await graph.candidates(query, 10, new Set())) ?? [];
    expect(candidates.every((id) => open.pictures.has(id))).toBe(true);
    found += exact.search(query, 10).filter(({ id }) => candidates.includes(id)).length / 1000;
  }
  expect(found).toBeGreaterThanOrEqual(0.98);
}

describe('a graph that is kept in step with its collection', () => {
  it('is built behind the exact engine, takes additions, and is kept', async () => {
    const open = collection(300);
    const { api, connection } = worker();
    const graph = new KeptGraph(connection.api, open, KEY.metric, () => true);
    expect(graph.state()).toMatchObject({ state: 'building', done: 0, total: 300 });
    expect(await graph.candidates(rowOf(rows, DIM, 0), 5, new Set())).toBeUndefined();
    await ready(graph);
    await expectOracle(graph, open);
    graph.added(add(open, 300, 900));
    await graph.settle();
    expect(graph.state()).toMatchObject({ state: 'ready', done: 900, total: 900 });
    await expectOracle(graph, open);
    expect(value(await api.storedBytes())).toBeGreaterThan(900 * 100);
  });

  it('is taken up again by the next start, with what changed in between', async () => {
    const open = collection(400);
    const first = new KeptGraph(worker().connection.api, open, KEY.metric, () => true);
    await ready(first);
    await first.settle();
    add(open, 400, 430);

    const { api, connection } = worker();
    const adding = vi.spyOn(api, 'add');
    const again = new KeptGraph(connection.api, open, KEY.metric, () => true);
    await ready(again);
    await again.settle();
    expect(adding.mock.calls.flatMap(([, ids]) => [...ids])).toEqual(
      Array.from({ length: 30 }, (_, i) => 400 + i),
    );
    await expectOracle(again, open);
  });

  it('forgets deleted pictures, also ones on their way, and takes them back', async () => {
    const open = collection(500);
    const graph = new KeptGraph(worker().connection.api, open, KEY.metric, () => true);
    const early = [3, 480];
    remove(open, early);
    graph.removed(early);
    await ready(graph);
    const late = Array.from({ length: 40 }, (_, i) => 10 * i + 5);
    remove(open, late);
    graph.removed(late);
    await graph.settle();
    await expectOracle(graph, open);
    const back = late.slice(0, 7);
    open.addPictures(pictures(back));
    for (const id of back) open.addVectors({ ids: u32([id]), data: rowOf(rows, DIM, id) }, () => true);
    graph.added(back);
    await graph.settle();
    expect(graph.state()).toMatchObject({ done: 465, total: 465 });
    await expectOracle(graph, open);
  });

  it('is built anew when it consists of deleted pictures to a third', async () => {
    const open = collection(600);
    const { api, connection } = worker();
    const graph = new KeptGraph(connection.api, open, KEY.metric, () => true);
    await ready(graph);
    const gone = Array.from({ length: 200 }, (_, i) => 3 * i);
    remove(open, gone);
    graph.removed(gone);
    await graph.settle();
    await ready(graph);
    expect(value(await api.remove(KEY, u32([])))).toEqual({ alive: 400, dead: 0 });
    await expectOracle(graph, open);
  });

  it('is kept while it is being built, so that a closed tab loses little', async () => {
    const open = collection(3000);
    const { api, connection } = worker();
    const graph = new KeptGraph(connection.api, open, KEY.metric, () => true);
    await vi.waitFor(async () => expect(value(await api.storedBytes())).toBeGreaterThan(0), {
      timeout: 20_000,
    });
    graph.end();
    const opened = value(await worker().api.open({ ...KEY, network: 'abc', dim: DIM }, idsUpTo(3000)));
    expect(opened.ids.length).toBeGreaterThanOrEqual(500);
    expect(opened.ids.length).toBeLessThan(3000);
  });

  it('writes nothing in a tab that only reads', async () => {
    const { api, connection } = worker();
    const graph = new KeptGraph(connection.api, collection(50), KEY.metric, () => false);
    await ready(graph);
    await graph.settle();
    expect(value(await api.storedBytes())).toBe(0);
  });

  it('measures its own recall', async () => {
    const open = collection(800);
    const graph = new KeptGraph(worker().connection.api, open, KEY.metric, () => true);
    await ready(graph);
    const exam = await makeExam(open, KEY.metric, 40, 10);
    if (exam === undefined) throw new Error('no exam');
    const report = await graph.quality(exam, {});
    expect(report).toMatchObject({ k: 10, queries: 40 });
    expect(report.recall).toBeGreaterThanOrEqual(0.98);
  });

  it('is left aside when its worker dies, and says why', async () => {
    const open = collection(100);
    const { api, connection } = worker();
    const graph = new KeptGraph(connection.api, open, KEY.metric, () => true);
    await ready(graph);
    expect(await search(api, KEY, rowOf(rows, DIM, 0), 1)).toEqual([0]);
    connection.close('the worker stopped');
    expect(await graph.candidates(rowOf(rows, DIM, 0), 5, new Set())).toBeUndefined();
    expect(graph.state()).toMatchObject({ state: 'unavailable' });
    expect(graph.state().reason).toContain('the worker stopped');
  });
});
