import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { connect, transfer, type Connection } from '../../../platform/rpc.ts';
import type { Library } from './library.ts';
import type { RenewalApi, RenewedPicture } from './protocol-renewal.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-renewals';
const OTHER = 'c'.repeat(64);
const OTHER_DIM = 12;
const COUNT = 40;

let library: Library;
let collection: number;
let connection: Connection<RenewalApi>;

function connectRenewal(): void {
  const { port1, port2 } = new MessageChannel();
  library.connectRenewal(port1);
  connection = connect<RenewalApi>(port2);
}

const api = (): Connection<RenewalApi>['api'] => connection.api;

/** As a killed tab comes back: the library is another one, the store is the same. */
async function reopen(): Promise<void> {
  connection.close();
  await library.close();
  library = await openLibrary(NAME);
  connectRenewal();
}

/** What the other network sees in a picture. */
function seen(id: number, isOfThumbnail = false, network = OTHER, dim = OTHER_DIM): RenewedPicture {
  const rng = mulberry32(10_000 + id);
  return { id, network, isOfThumbnail, embedding: Float32Array.from({ length: dim }, () => normal(rng)) };
}

const renew = (each: RenewedPicture) =>
  library.intake().renew(collection, transfer(each, [each.embedding.buffer]));

/** Looks at up to `most` of the pictures that are missing. */
async function lookAtMissing(most = Infinity, isOfThumbnail: (id: number) => boolean = () => false) {
  const missing = value(await api().missing(collection, 0, 1_000)).slice(0, most);
  const kept = await Promise.all(missing.map(({ id }) => renew(seen(id, isOfThumbnail(id)))));
  for (const each of kept) value(each);
  return missing.map(({ id }) => id);
}

const search = async (id: number) =>
  value(
    await library.search({
      collection,
      like: [{ kind: 'picture', id }],
      unlike: [],
      k: 8,
      metric: 'cosine',
      engine: 'exact',
    }),
  ).hits.map((hit) => [hit.id, hit.score]);

const info = async () => {
  const found = value(await library.collections()).find(({ id }) => id === collection);
  if (found === undefined) throw new Error('the collection is gone');
  return found;
};

/** Everything of the collection's vectors that is on the disk and named. */
async function storedVectors(): Promise<ReadonlyMap<number, readonly number[]>> {
  const db = await openDB(NAME);
  const row = (await db.get('collections', collection)) as {
    dim: number;
    chunks: { generation: number; seq: number }[];
  };
  const vectors = new Map<number, readonly number[]>();
  for (const { generation, seq } of row.chunks) {
    const chunk = (await db.get('chunks', [collection, generation, seq])) as {
      ids: Uint32Array;
      data: Float32Array;
    };
    chunk.ids.forEach((id, at) =>
      vectors.set(id, [...chunk.data.subarray(at * row.dim, (at + 1) * row.dim)]),
    );
  }
  db.close();
  return vectors;
}

const chunkCount = async (): Promise<number> => {
  const db = await openDB(NAME);
  const count = await db.count('chunks');
  db.close();
  return count;
};

beforeEach(async () => {
  library = await openLibrary(NAME);
  connectRenewal();
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
  await Promise.all(
    Array.from({ length: COUNT }, (_, i) => library.intake().add(collection, picture(i + 1))),
  );
});
afterEach(async () => {
  connection.close();
  await library.close();
  await deleteDB(NAME);
});

describe('looking at a collection anew', () => {
  it('leaves every search as it was until the end, and then searches the new vectors', async () => {
    const before = await Promise.all([1, 7, 33].map(search));
    expect(value(await api().begin(collection, OTHER, OTHER_DIM))).toEqual({
      network: OTHER,
      dim: OTHER_DIM,
      done: 0,
      total: COUNT,
    });
    await lookAtMissing(COUNT - 1);
    expect(await Promise.all([1, 7, 33].map(search))).toEqual(before);
    expect(await info()).toMatchObject({ network: NETWORK, dim: DIM, renewal: { done: COUNT - 1 } });
    expect(value(await api().finish(collection))).toEqual({ isDone: false, missing: 1, lost: 0 });
    expect(await search(7)).toEqual(before[1]);
    await lookAtMissing();
    expect(value(await api().finish(collection))).toEqual({ isDone: true, missing: 0, lost: 0 });
    const after = await info();
    expect(after).toMatchObject({ network: OTHER, dim: OTHER_DIM, count: COUNT });
    expect(after.renewal).toEqual({
      network: NETWORK,
      dim: DIM,
      done: COUNT,
      total: COUNT,
      wasInUse: true,
    });
    expect(after.fromThumbnails).toBeUndefined();
    expect(await search(7)).not.toEqual(before[1]);
    const all = await storedVectors();
    expect(all.size).toBe(COUNT);
    for (const [id, vector] of all) expect(vector).toEqual([...seen(id).embedding]);
  });

  it('gives the same after ten kills as at once', async () => {
    for (let kill = 0; kill < 10; kill += 1) {
      const begun = value(await api().begin(collection, OTHER, OTHER_DIM));
      expect(begun.done).toBe(kill * 3);
      expect((await lookAtMissing(3)).length).toBe(3);
      await reopen();
    }
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    const inPieces = [await storedVectors(), await search(5), await search(31)];
    // The same at once, in a collection of the same pictures.
    ({ id: collection } = value(await library.createCollection('Again', NETWORK, DIM)));
    await Promise.all(
      Array.from({ length: COUNT }, (_, i) => library.intake().add(collection, picture(i + 1))),
    );
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    const sorted = (vectors: ReadonlyMap<number, unknown>) => [...vectors].sort(([a], [b]) => a - b);
    const atOnce = [await storedVectors(), await search(5), await search(31)];
    expect(sorted(inPieces[0] as Map<number, unknown>)).toEqual(sorted(atOnce[0] as Map<number, unknown>));
    expect(inPieces.slice(1)).toEqual(atOnce.slice(1));
  });

  it('goes on with pictures that come and go meanwhile', async () => {
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing(20);
    value(await library.remove(collection, [2, 30]));
    value(await library.intake().add(collection, picture(COUNT + 1)));
    expect(value(await renew(seen(30)))).toBeUndefined(); // it was on its way when it was deleted
    expect(await lookAtMissing()).toHaveLength(20); // 20 were left, one of them is gone, one is new
    expect(value(await api().finish(collection))).toEqual({ isDone: true, missing: 0, lost: 1 });
    const ids = value(await library.list(collection, 0, 100)).map(({ id }) => id);
    expect(ids).toEqual(
      Array.from({ length: COUNT + 1 }, (_, i) => i + 1).filter((id) => id !== 2 && id !== 30),
    );
    await reopen();
    expect((await search(41)).length).toBe(8);
    // The one that both networks have seen comes back, with the new vector; the other cannot.
    const [key] = value(await library.deleted());
    value(await library.undoDelete(key ?? -1));
    const back = value(await library.list(collection, 0, 100)).map(({ id }) => id);
    expect(back).toContain(2);
    expect(back).not.toContain(30);
    expect((await storedVectors()).get(2)).toEqual([...seen(2).embedding]);
    expect((await search(2)).length).toBe(8);
  });

  it('goes back to the old vectors and forth again, over restarts too', async () => {
    const before = [await storedVectors(), await search(7)];
    value(await api().begin(collection, OTHER, OTHER_DIM, 'Other'));
    await lookAtMissing(10, () => true);
    await lookAtMissing();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    const after = [await storedVectors(), await search(7)];
    expect(after).not.toEqual(before);
    await reopen();
    expect(value(await api().finish(collection))).toEqual({ isDone: true, missing: 0, lost: 0 });
    expect([await storedVectors(), await search(7)]).toEqual(before);
    const back = await info();
    expect(back).toMatchObject({ network: NETWORK, dim: DIM });
    expect(back.renewal).toMatchObject({
      network: OTHER,
      networkTitle: 'Other',
      done: COUNT,
      wasInUse: true,
    });
    expect(back.fromThumbnails).toBeUndefined();
    await reopen();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    expect([await storedVectors(), await search(7)]).toEqual(after);
    expect((await info()).fromThumbnails).toBe(10);
  });

  it('looks at pictures that came meanwhile before it goes back', async () => {
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    value(await api().finish(collection));
    const fresh = { ...picture(99, '99.jpg', OTHER_DIM), network: OTHER };
    value(await library.intake().add(collection, fresh));
    expect((await info()).renewal).toMatchObject({ done: COUNT, total: COUNT + 1 });
    expect(value(await api().finish(collection))).toEqual({ isDone: false, missing: 1, lost: 0 });
    expect((await info()).network).toBe(OTHER);
    expect(value(await api().begin(collection, NETWORK, DIM)).done).toBe(COUNT);
    expect(value(await renew(seen(COUNT + 1, false, NETWORK, DIM)))).toBeUndefined();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    expect(await info()).toMatchObject({ network: NETWORK, count: COUNT + 1 });
  });

  it('frees the room of the old vectors when they are forgotten, or are of the same network', async () => {
    value(await api().begin(collection, NETWORK, DIM));
    // One by one: each is a chunk.
    for (const { id } of value(await api().missing(collection, 0, 1_000)))
      value(await renew(seen(id, false, NETWORK, DIM)));
    value(await api().finish(collection));
    expect((await info()).renewal).toBeUndefined();
    expect(await chunkCount()).toBe(COUNT);
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    value(await api().finish(collection));
    expect(await chunkCount()).toBeGreaterThan(COUNT);
    value(await api().giveUp(collection));
    expect(await chunkCount()).toBeLessThan(COUNT);
    expect((await storedVectors()).get(7)).toEqual([...seen(7).embedding]);
  });

  it('takes pictures of the new network afterwards, and refuses those of the old one', async () => {
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    value(await api().finish(collection));
    expect(code(await library.intake().add(collection, picture(99)))).toBe('wrong-network');
    const fresh = { ...picture(99, '99.jpg', OTHER_DIM), network: OTHER };
    expect(value(await library.intake().add(collection, fresh))).toEqual({ kind: 'stored', id: COUNT + 1 });
    expect(code(await renew(seen(1)))).toBe('wrong-network');
  });

  it('keeps the old vectors and frees the room of the new ones when it is given up', async () => {
    const before = await search(3);
    const chunks = await chunkCount();
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing(15, () => true);
    value(await api().giveUp(collection));
    expect(await chunkCount()).toBe(chunks);
    expect(await search(3)).toEqual(before);
    expect((await info()).renewal).toBeUndefined();
    expect((await info()).fromThumbnails).toBeUndefined();
    await reopen();
    expect(await search(3)).toEqual(before);
  });

  it('tells how many vectors are of thumbnails, after a restart and in a saved file too', async () => {
    value(await api().begin(collection, OTHER, OTHER_DIM, 'Other · other.bin'));
    await lookAtMissing(10, () => true);
    await reopen();
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    expect((await info()).fromThumbnails).toBeUndefined(); // those in use are not
    value(await api().finish(collection));
    expect((await info()).fromThumbnails).toBe(10);
    value(await library.remove(collection, [1]));
    expect((await info()).fromThumbnails).toBe(9);
    const file = value(await library.save());
    const [restored] = value(await library.restore(file));
    expect(restored).toMatchObject({
      count: COUNT - 1,
      network: OTHER,
      networkTitle: 'Other · other.bin',
      fromThumbnails: 9,
    });
    // The same network once more, from the files: the mark goes.
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    value(await api().finish(collection));
    expect((await info()).fromThumbnails).toBeUndefined();
  });

  it('throws away what a third network began', async () => {
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing(10);
    const third = 'd'.repeat(64);
    expect(value(await api().begin(collection, third, 5)).done).toBe(0);
    expect(code(await renew(seen(1)))).toBe('wrong-network');
    expect(value(await renew(seen(1, false, third, 5)))).toBeUndefined();
    expect(code(await renew({ ...seen(2, false, third, 5), embedding: new Float32Array(5).fill(NaN) }))).toBe(
      'not-finite',
    );
  });

  it('merges the chunks of a long run and sweeps what a kill in the middle left', async () => {
    const many = 900;
    await Promise.all(
      Array.from({ length: many }, (_, i) => library.intake().add(collection, picture(1_000 + i))),
    );
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing(930);
    const before = await chunkCount();
    // Asking what is missing tidies.
    expect(value(await api().missing(collection, 0, 100)).length).toBe(COUNT + many - 930);
    expect(await chunkCount()).toBeLessThan(before - 70);
    await reopen();
    value(await api().begin(collection, OTHER, OTHER_DIM));
    await lookAtMissing();
    expect(value(await api().finish(collection)).isDone).toBe(true);
    value(await library.settleRun(collection));
    const all = await storedVectors();
    expect(all.size).toBe(COUNT + many);
    for (const [id, vector] of all) expect(vector).toEqual([...seen(id).embedding]);
    value(await library.forgetDeleted()); // sweeps
    const db = await openDB(NAME);
    const row = (await db.get('collections', collection)) as {
      chunks: unknown[];
      renewal: { chunks: unknown[] };
    };
    expect(await db.count('chunks')).toBe(row.chunks.length + row.renewal.chunks.length);
    db.close();
  });
});
