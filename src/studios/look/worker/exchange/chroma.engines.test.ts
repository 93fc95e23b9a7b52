import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChroma, type ChromaServer } from '../../../../../scripts/chroma-server.ts';
import { ExactIndex } from '../../engine/exact-index.ts';
import { VectorTable } from '../../engine/vector-table.ts';
import { recallAtK } from '../../../../kernel/metrics.ts';
import type { Metric } from '../protocol.ts';
import { carrierTo } from '../testing/fetch-carrier.ts';
import { vectorIndexContract } from '../testing/vector-index-contract.ts';
import { makeSource } from '../testing/vector-source-kit.ts';
import { ChromaApi } from './chroma-api.ts';
import { ChromaIndex } from './chroma-index.ts';
import { openOwn, pullFrom, pushTo, stateOf } from './chroma-sync.ts';
import type { IncomingRow } from './incoming.ts';
import { RemoteClient, type Send } from './remote-client.ts';
import type { VectorSource } from './vector-source.ts';

const CHROMA = process.env.ATELIER_CHROMA ?? '';
const PLACE = { tenant: 'default_tenant', database: 'default_database' };
let server: ChromaServer;
let names = 0;

const apiOver = (send: Send): ChromaApi => new ChromaApi(new RemoteClient(send), PLACE);
const api = (): ChromaApi => apiOver(carrierTo(server.url));
const freshName = (): string => `test-${(names += 1)}`;

beforeAll(async () => {
  if (CHROMA === '') throw new Error('ATELIER_CHROMA is not set: use `npm run test:engines`');
  server = await startChroma(CHROMA, ['*']);
});
afterAll(() => server.remove());

vectorIndexContract({
  name: 'Chroma',
  make: async (metric: Metric, dim: number) => {
    const collection = await api().create(freshName(), metric, { owner: 'test' });
    return ChromaIndex.open(api(), collection, metric, dim);
  },
  recall: 0.98,
  tolerance: 1e-5,
});

/** What is there, read back. */
async function pulled(
  name: string,
): Promise<{ rows: IncomingRow[]; network: string | undefined; dim: number }> {
  const { rows, ...rest } = await pullFrom(api(), name);
  const all: IncomingRow[] = [];
  for await (const row of rows) all.push(row);
  return { rows: all, ...rest };
}

/** Everything of a collection is there, and nothing else; cosine spaces give vectors back to within rounding. */
async function expectEqual(source: VectorSource, name: string): Promise<void> {
  const { rows, network, dim } = await pulled(name);
  expect([network, dim, rows.length]).toEqual([source.network, source.dim, source.pictures.length]);
  const byHash = new Map(rows.map((row) => [row.hash, row]));
  for (const { id, name: file, hash, bytes, width, height } of source.pictures) {
    const { vector, ...known } = byHash.get(hash) ?? { vector: new Float32Array(0) };
    expect(known).toEqual({ name: file, hash, bytes, width, height });
    const sent = source.vector(id) ?? new Float32Array(0);
    vector.forEach((number, at) => expect(Math.abs(number - (sent[at] ?? 0))).toBeLessThan(1e-5));
  }
}

describe('a collection on a Chroma server', () => {
  it('is pushed, searched like the exact engine does, and pulled back', async () => {
    const source = makeSource(1_200, 48);
    const name = freshName();
    const seen: number[] = [];
    const report = await pushTo(api(), name, source, 'cosine', { onProgress: ({ done }) => seen.push(done) });
    expect(report).toEqual({ sent: 1_200, kept: 0, removed: 0 });
    expect(seen).toEqual([0, 250, 500, 750, 1_000, 1_200]);
    expect(await stateOf(api(), name, source)).toMatchObject({
      exists: true,
      count: 1_200,
      metric: 'cosine',
      missing: 0,
      surplus: 0,
    });

    const index = await openOwn(api(), name, source);
    const table = new VectorTable(source.dim);
    for (const { id } of source.pictures) table.add([id], source.vector(id) ?? new Float32Array(0));
    const exact = new ExactIndex(table, 'cosine');
    let recall = 0;
    for (let id = 3; id < 103; id += 1) {
      const query = source.vector(id) ?? new Float32Array(0);
      const found = (await index?.search(query, 10)) ?? [];
      recall +=
        recallAtK(
          found.map((hit) => hit.id),
          exact.search(query, 10).map((hit) => hit.id),
        ) / 100;
    }
    expect(recall).toBeGreaterThanOrEqual(0.98);
    await expectEqual(source, name);
  });

  it('is made equal by a second push: what changed here changes there, and nothing else is sent', async () => {
    const source = makeSource(300, 5);
    const name = freshName();
    await pushTo(api(), name, source, 'euclidean');
    const [, , ...rest] = source.pictures;
    const other = makeSource(1, 5, 9);
    const changed: VectorSource = {
      ...source,
      pictures: [...rest, { ...(other.pictures[0] ?? rest[0]!), id: 9_000 }],
      vector: (id) => (id === 9_000 ? other.vector(3) : source.vector(id)),
    };
    expect(await stateOf(api(), name, changed)).toMatchObject({ missing: 1, surplus: 2 });
    expect(await pushTo(api(), name, changed, 'euclidean')).toEqual({ sent: 1, kept: 298, removed: 2 });
    await expectEqual(changed, name);
    expect(await pushTo(api(), name, changed, 'euclidean')).toEqual({ sent: 0, kept: 299, removed: 0 });
  });

  it('is sent once more when a network has looked at the same pictures again', async () => {
    const source = makeSource(30, 5);
    const name = freshName();
    await pushTo(api(), name, source, 'euclidean');
    const other = makeSource(30, 5, 2);
    const again: VectorSource = { ...source, set: 1, vector: (id) => other.vector(id) };
    expect(await stateOf(api(), name, again)).toMatchObject({ missing: 30, surplus: 0 });
    expect(await pushTo(api(), name, again, 'euclidean')).toEqual({ sent: 30, kept: 0, removed: 0 });
    await expectEqual(again, name);
    expect(await stateOf(api(), name, again)).toMatchObject({ missing: 0, surplus: 0 });
  });

  it('stops when told to, and goes on from there', async () => {
    const source = makeSource(1_000, 8);
    const name = freshName();
    const stop = new AbortController();
    const stopped = pushTo(api(), name, source, 'cosine', {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 500) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(await pushTo(api(), name, source, 'cosine')).toEqual({ sent: 500, kept: 500, removed: 0 });
    await expectEqual(source, name);
  });

  it('survives a server that is killed in the middle of a push', async () => {
    const source = makeSource(2_000, 16);
    const name = freshName();
    let requests = 0;
    const straight = carrierTo(server.url);
    const dying: Send = async (request, options) => {
      if (request.path.endsWith('/upsert') && (requests += 1) === 4) await server.kill();
      return straight(request, options);
    };
    try {
      await expect(pushTo(apiOver(dying), name, source, 'cosine')).rejects.toMatchObject({
        code: 'remote-unreachable',
        message: `${server.url} does not answer.`,
      });
    } finally {
      await server.start();
    }
    const { kept, sent } = await pushTo(api(), name, source, 'cosine');
    // Three requests were acknowledged; none of them is sent again.
    expect([kept, sent]).toEqual([750, 1_250]);
    await expectEqual(source, name);
  });

  it('does not touch what is not its own', async () => {
    const source = makeSource(20, 4);
    const push = (name: string, changed: Partial<VectorSource>): Promise<unknown> =>
      pushTo(api(), name, { ...source, ...changed }, 'cosine');

    const foreign = freshName();
    const strange = await api().create(foreign, 'cosine', { owner: 'somebody' });
    await (await ChromaIndex.open(api(), strange, 'cosine', 4)).add([1], Float32Array.of(1, 2, 3, 4));
    await expect(push(foreign, {})).rejects.toMatchObject({
      code: 'remote-refused',
      message: /not made by Look/,
    });

    const name = freshName();
    await push(name, {});
    await expect(push(name, { network: 'c'.repeat(64) })).rejects.toMatchObject({ code: 'wrong-network' });
    await expect(push(name, { createdAt: 5 })).rejects.toThrow(/belongs to another collection/);
    await expect(push(name, { dim: 5 })).rejects.toThrow(/vectors of 4 numbers.* has 5/);
    await expectEqual(source, name);
    // Anybody's vectors can be looked at, though.
    expect(await pulled(foreign)).toMatchObject({ dim: 4, rows: [{ name: '1' }] });
  });

  it('is refused by the server when its vectors are of another length, in the server’s words', async () => {
    const collection = await api().create(freshName(), 'cosine', { owner: 'test' });
    const index = await ChromaIndex.open(api(), collection, 'cosine', 4);
    await index.add([1], Float32Array.of(1, 2, 3, 4));
    const wrong = await ChromaIndex.open(api(), collection, 'cosine', 3);
    await expect(wrong.add([2], Float32Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'remote-refused',
      message: /400.*dimension of 4, got 3/,
    });
    await expect(wrong.search(Float32Array.of(1, 2, 3), 1)).rejects.toThrow(/dimension of 4, got 3/);
    expect([wrong.has(2), await api().count(collection)]).toEqual([false, 1]);
  });
});

describe('a wrong address', () => {
  const source = makeSource(3, 4);

  it('where nobody listens', async () => {
    const nobody = apiOver(carrierTo('http://localhost:9'));
    await expect(pushTo(nobody, 'x', source, 'cosine')).rejects.toMatchObject({ code: 'remote-unreachable' });
  });

  it('where something else answers', async () => {
    const elsewhere = apiOver(carrierTo(`${server.url}/nowhere`));
    await expect(stateOf(elsewhere, 'x', source)).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: /no Chroma/,
    });
  });

  it('where there is no such collection', async () => {
    await expect(pullFrom(api(), 'not-there')).rejects.toThrow(/no collection not-there/);
    expect(await stateOf(api(), 'not-there', source)).toMatchObject({ exists: false, count: 0, missing: 3 });
  });

  it('where there is no such database', async () => {
    const other = new ChromaApi(new RemoteClient(carrierTo(server.url)), { ...PLACE, database: 'nope' });
    await expect(pushTo(other, 'abc', source, 'cosine')).rejects.toMatchObject({ code: 'remote-refused' });
  });
});
