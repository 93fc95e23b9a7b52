import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import version1 from './fixtures/store-v1.json';
import type { Library } from './library.ts';
import { CHUNK_ROWS, type CollectionRow } from './schema.ts';
import { type DatabaseDump, dumpDatabase, loadDump, rowsOf } from './testing/dump.ts';
import { DIM, nearest, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-store';
const version1Network = 'a'.repeat(64);

const manifest = async (collection: number): Promise<CollectionRow> => {
  const database = await openDB(NAME);
  const row = (await database.get('collections', collection)) as CollectionRow;
  database.close();
  return row;
};
const chunkKeys = async (): Promise<IDBValidKey[]> => {
  const database = await openDB(NAME);
  const keys = await database.getAllKeys('chunks');
  database.close();
  return keys;
};
const searchAll = async (library: Library, collection: number, id: number) =>
  value(
    await library.search({
      collection,
      like: [{ kind: 'picture', id }],
      unlike: [],
      k: 10_000,
      metric: 'euclidean',
      engine: 'exact',
    }),
  ).hits.map((hit) => ({ id: hit.id, score: hit.score }));

afterEach(() => deleteDB(NAME));

describe('a store of version 1', () => {
  it('opens in the present version, and every search is as before', async () => {
    await loadDump(NAME, version1);
    const old = rowsOf(version1, 'vectors') as { key: [number, number]; value: Float32Array }[];
    const library = await openLibrary(NAME);
    const collections = value(await library.collections());
    // Picture 5 of each had the same bytes as picture 4, and picture 3 had been deleted.
    expect(collections).toMatchObject([
      { id: 1, name: 'Holiday 1', count: 22, dim: DIM, pending: 0, folder: '' },
      { id: 2, name: 'Holiday 2', count: 4, dim: DIM, pending: 0, folder: '' },
    ]);
    for (const { id: collection, count } of collections) {
      const pictures = old
        .filter(({ key }) => key[0] === collection && key[1] !== 5)
        .map(({ key, value: vector }) => ({ id: key[1], vector }));
      expect(pictures).toHaveLength(count);
      const query = pictures[3];
      const found = await searchAll(library, collection, query?.id ?? 0);
      const expected = nearest('euclidean', pictures, query?.vector ?? new Float32Array(), 100, [
        query?.id ?? 0,
      ]);
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      found.forEach(({ score }, at) => expect(score).toBeCloseTo(expected[at]?.score ?? NaN, 9));
      const [thumb] = value(await library.thumbnails(collection, [4]));
      expect(thumb?.data.byteLength).toBe(20);
    }
    // New pictures go on after the highest id that ever was.
    const added = { ...picture(1), network: version1Network };
    expect(value(await library.intake().add(1, added))).toEqual({ kind: 'stored', id: 25 });
    expect(value(await library.storedBytes()).thumbnails).toBeGreaterThan(0);
    await library.close();
  });

  it('stays whole at version 1 when the step to version 2 meets something it cannot read', async () => {
    const stores = version1.stores.map((store) =>
      store.name === 'thumbs'
        ? { ...store, rows: store.rows.map(({ key }) => ({ key, value: { data: null } })) }
        : store,
    );
    const broken: DatabaseDump = { version: 1, stores };
    await loadDump(NAME, broken);
    await expect(openLibrary(NAME)).rejects.toThrow('store-broken');
    expect(await dumpDatabase(NAME)).toEqual(broken);
  });
});

describe('merging chunks', () => {
  let library: Library;
  let collection: number;
  const addMany = (from: number, howMany: number) =>
    Promise.all(
      Array.from({ length: howMany }, (_, i) => library.intake().add(collection, picture(from + i))),
    );

  beforeEach(async () => {
    library = await openLibrary(NAME);
    ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
  });
  afterEach(() => library.close());

  it('leaves full chunks under a new generation, and the same answers', async () => {
    await addMany(1, CHUNK_ROWS + 100);
    const before = await searchAll(library, collection, 1);
    const { generation, chunks } = await manifest(collection);
    expect(chunks.length).toBeGreaterThan(2);
    value(await library.settleRun(collection));
    const merged = await manifest(collection);
    expect(merged.generation).toBe(generation + 1);
    expect(merged.chunks.map(({ rows }) => rows)).toEqual([CHUNK_ROWS, 100]);
    expect(await chunkKeys()).toEqual(merged.chunks.map(({ generation: g, seq }) => [collection, g, seq]));
    expect(await searchAll(library, collection, 1)).toEqual(before);
    await library.close();
    library = await openLibrary(NAME);
    expect(await searchAll(library, collection, 1)).toEqual(before);
  });

  it('goes on while pictures are stored and deleted', async () => {
    await addMany(1, 200);
    const [, , , added] = await Promise.all([
      library.settleRun(collection),
      library.remove(collection, [10, 20]),
      library.settleRun(collection),
      addMany(1_001, 200),
    ]);
    expect(added.every(({ ok }) => ok)).toBe(true);
    const before = await searchAll(library, collection, 1);
    expect(before).toHaveLength(397);
    await library.close();
    library = await openLibrary(NAME);
    expect(await searchAll(library, collection, 1)).toEqual(before);
  });

  it('merges on the way, so that a long run keeps its manifest short', async () => {
    for (let i = 1; i <= 150; i += 1) value(await library.intake().add(collection, picture(i)));
    value(await library.settleRun(collection));
    expect((await manifest(collection)).generation).toBeGreaterThan(2);
    expect((await manifest(collection)).chunks.length).toBeLessThan(64);
    expect(await searchAll(library, collection, 1)).toHaveLength(149);
  });

  it('keeps the vectors of what can come back, and drops those of what cannot', async () => {
    await addMany(1, CHUNK_ROWS * 2);
    value(await library.settleRun(collection));
    const gone = Array.from({ length: CHUNK_ROWS + 200 }, (_, i) => i + 1);
    const key = value(await library.remove(collection, gone)) ?? 0;
    value(await library.settleRun(collection));
    value(await library.undoDelete(key));
    expect(await searchAll(library, collection, 1)).toHaveLength(CHUNK_ROWS * 2 - 1);
    value(await library.remove(collection, gone));
    value(await library.forgetDeleted());
    value(await library.settleRun(collection));
    const rows = (await manifest(collection)).chunks.map((chunk) => chunk.rows);
    expect(rows).toEqual([CHUNK_ROWS - 200]);
  });

  it('sweeps chunks and rows that no manifest names when the store is opened', async () => {
    await addMany(1, 20);
    const before = await searchAll(library, collection, 1);
    await library.close();
    const database = await openDB(NAME);
    const chunk = { ids: Uint32Array.of(1), data: new Float32Array(DIM) };
    await database.put('chunks', chunk, [collection, 7, 0]);
    await database.put('chunks', chunk, [collection + 5, 1, 0]);
    await database.put('thumbs', { data: new ArrayBuffer(1), type: 'image/png' }, [collection + 5, 1]);
    await database.put('pending', true, [collection + 5, 'x.jpg']);
    await database.put('pictures', { collection: collection + 6, id: 1, hash: 'x' });
    database.close();
    library = await openLibrary(NAME);
    const tidy = await openDB(NAME);
    const stores = ['chunks', 'thumbs', 'pending', 'pictures'];
    const counts = () => Promise.all(stores.map((store) => tidy.count(store)));
    await expect.poll(counts).toEqual([(await manifest(collection)).chunks.length, 20, 0, 20]);
    tidy.close();
    expect(await searchAll(library, collection, 1)).toEqual(before);
  });

  it('says so when a chunk of the manifest is gone', async () => {
    await addMany(1, 3);
    await library.close();
    const database = await openDB(NAME);
    await database.clear('chunks');
    database.close();
    library = await openLibrary(NAME);
    expect(await library.list(collection, 0, 10)).toMatchObject({
      ok: false,
      error: { code: 'store-broken', message: expect.stringContaining('Holiday') as string },
    });
    expect(value(await library.collections())).toHaveLength(1);
  });
});
