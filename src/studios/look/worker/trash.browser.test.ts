import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Library } from './library.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';
import { KEPT_MS } from './trash.ts';

const NAME = 'test-look-trash';
let library: Library;
let collection: number;

const add = (...contents: number[]) =>
  Promise.all(contents.map((content) => library.intake().add(collection, picture(content))));
const names = async (of = collection) => value(await library.list(of, 0, 1_000)).map(({ name }) => name);
const list = async () => value(await library.collections());
const stored = async () => value(await library.storedBytes());
async function reopen(time = 0): Promise<void> {
  await library.close();
  library = await openLibrary(NAME, undefined, time);
}
async function find(id: number) {
  const like = [{ kind: 'picture' as const, id }];
  const request = { collection, like, unlike: [], k: 5, metric: 'cosine', engine: 'exact' } as const;
  return value(await library.search(request)).hits;
}
/** The key of a deletion that can be undone. */
function keyOf(deleted: Awaited<ReturnType<Library['remove']>>): number {
  const key = value(deleted);
  if (key === undefined) throw new Error('there is no way back');
  return key;
}
async function counts(...stores: string[]): Promise<number[]> {
  const database = await openDB(NAME);
  const found = await Promise.all(stores.map((store) => database.count(store)));
  database.close();
  return found;
}

beforeEach(async () => {
  library = await openLibrary(NAME);
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
});
afterEach(async () => {
  await library.close();
  await deleteDB(NAME);
});

describe('deleting pictures and bringing them back', () => {
  it('takes pictures out of everything, and undo puts them back under their ids', async () => {
    await add(1, 2, 3, 4, 5);
    const before = await find(1);
    const first = keyOf(await library.remove(collection, [2, 4]));
    const second = keyOf(await library.remove(collection, [5]));
    expect(await names()).toEqual(['1.jpg', '3.jpg']);
    expect((await find(1)).map(({ id }) => id)).toEqual([3]);
    expect(value(await library.undoDelete(second))).toEqual([]);
    expect((await list())[0]?.count).toBe(3);
    value(await library.undoDelete(first));
    expect(await find(1)).toEqual(before);
    expect(await names()).toEqual(['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg']);
    await reopen();
    expect(await find(1)).toEqual(before);
  });

  it('undoes the deletion that is asked for, and each once', async () => {
    await add(1, 2, 3);
    const first = keyOf(await library.remove(collection, [1]));
    const second = keyOf(await library.remove(collection, [2]));
    expect(value(await library.deleted())).toEqual([first, second]);
    value(await library.undoDelete(first));
    expect(await names()).toEqual(['1.jpg', '3.jpg']);
    expect(value(await library.deleted())).toEqual([second]);
    expect(code(await library.undoDelete(first))).toBe('no-way-back');
    expect(await names()).toEqual(['1.jpg', '3.jpg']);
    expect(value(await library.remove(collection, []))).toBeUndefined();
    expect(value(await library.deleted())).toEqual([second]);
  });

  it('keeps a picture that was indexed again instead of bringing its double back', async () => {
    await add(1, 2);
    const key = keyOf(await library.remove(collection, [1, 2]));
    const again = await library.intake().add(collection, picture(1, 'again.jpg'));
    expect(value(again)).toEqual({ kind: 'stored', id: 3 });
    value(await library.undoDelete(key));
    expect(await names()).toEqual(['2.jpg', 'again.jpg']);
    await reopen();
    expect((await find(2)).map(({ id }) => id)).toEqual([3]);
  });

  it('keeps the way back when the collection is deleted too', async () => {
    await add(1, 2);
    const pictures = keyOf(await library.remove(collection, [1]));
    const whole = keyOf(await library.deleteCollection(collection));
    expect(await library.undoDelete(pictures)).toMatchObject({
      ok: false,
      error: { code: 'no-collection', hint: expect.stringContaining('Bring the collection back') as string },
    });
    expect(value(await library.deleted())).toEqual([pictures, whole]);
    value(await library.undoDelete(whole));
    value(await library.undoDelete(pictures));
    expect(await names()).toEqual(['1.jpg', '2.jpg']);
  });
});

describe('deleting collections and bringing them back', () => {
  it('deletes a collection, brings it back, and forgets it for good', async () => {
    await add(1, 2);
    value(await library.announce(collection, ['later.jpg']));
    const key = keyOf(await library.deleteCollection(collection));
    expect(await list()).toEqual([]);
    expect(code(await library.list(collection, 0, 10))).toBe('no-collection');
    expect(value(await library.undoDelete(key))).toEqual([collection]);
    expect((await list())[0]).toMatchObject({ id: collection, name: 'Holiday', count: 2, pending: 1 });
    expect(await names()).toEqual(['1.jpg', '2.jpg']);
    const again = keyOf(await library.deleteCollection(collection));
    value(await library.forgetDeleted());
    expect(code(await library.undoDelete(again))).toBe('no-way-back');
    expect(await list()).toEqual([]);
    expect(await counts('pictures', 'chunks', 'thumbs', 'pending', 'folders')).toEqual([0, 0, 0, 0, 0]);
    expect(value(await library.createCollection('Next', NETWORK, DIM)).id).toBeGreaterThan(collection);
  });

  it('deletes all of them as one deletion', async () => {
    await add(1);
    const other = value(await library.createCollection('Other', NETWORK, DIM)).id;
    const key = keyOf(await library.deleteAll());
    expect(await list()).toEqual([]);
    expect(value(await library.deleteAll())).toBeUndefined();
    expect(value(await library.deleted())).toEqual([key]);
    expect(value(await library.undoDelete(key))).toEqual([collection, other]);
    expect((await list()).map(({ name, count }) => [name, count])).toEqual([
      ['Holiday', 1],
      ['Other', 0],
    ]);
    expect(await names()).toEqual(['1.jpg']);
  });
});

describe('how long a deletion can be undone', () => {
  it('outlives a restart, with everything that belongs to it', async () => {
    await add(1, 2, 3);
    const before = await find(1);
    const pictures = keyOf(await library.remove(collection, [2]));
    const whole = keyOf(await library.deleteCollection(collection));
    await reopen();
    expect(value(await library.deleted())).toEqual([pictures, whole]);
    value(await library.undoDelete(whole));
    expect(await names()).toEqual(['1.jpg', '3.jpg']);
    await reopen();
    value(await library.undoDelete(pictures));
    expect(await find(1)).toEqual(before);
    expect(value(await library.thumbnails(collection, [1, 2, 3]))).toHaveLength(3);
  });

  it('ends at the first start after a day, and the room comes back', async () => {
    await add(1, 2);
    const key = keyOf(await library.remove(collection, [1]));
    await reopen(KEPT_MS / 2);
    expect(value(await library.deleted())).toEqual([key]);
    await reopen(KEPT_MS * 2);
    expect(value(await library.deleted())).toEqual([]);
    expect(code(await library.undoDelete(key))).toBe('no-way-back');
    expect(await names()).toEqual(['2.jpg']);
    await expect.poll(() => counts('thumbs')).toEqual([1]);
    const [outcome] = await add(3);
    expect(outcome).toMatchObject({ value: { kind: 'stored', id: 3 } });
  });

  it('ends at the next start for what an earlier version left, which does not say when', async () => {
    await add(1, 2);
    keyOf(await library.remove(collection, [1]));
    await library.close();
    const database = await openDB(NAME);
    const [key] = await database.getAllKeys('trash');
    const row = (await database.get('trash', key ?? 0)) as { at?: number };
    delete row.at;
    await database.put('trash', row, key ?? 0);
    database.close();
    library = await openLibrary(NAME);
    expect(value(await library.deleted())).toEqual([]);
  });
});

describe('what the trash takes', () => {
  it('is counted apart from what is there', async () => {
    await add(1, 2);
    const before = await stored();
    const total = before.vectors + before.thumbnails + before.pictures;
    expect(before.trash).toBe(0);
    const pictures = keyOf(await library.remove(collection, [1]));
    const some = await stored();
    expect(some.vectors).toBe(before.vectors / 2);
    expect(some.thumbnails).toBe(before.thumbnails - picture(1).thumbnail.byteLength);
    expect(some.vectors + some.thumbnails + some.pictures + some.trash).toBe(total);
    const whole = keyOf(await library.deleteAll());
    const nothing = { vectors: 0, thumbnails: 0, pictures: 0, graphs: 0, maps: 0 };
    expect(await stored()).toEqual({ ...nothing, trash: total });
    value(await library.undoDelete(whole));
    value(await library.undoDelete(pictures));
    expect(await stored()).toEqual(before);
    keyOf(await library.deleteAll());
    value(await library.forgetDeleted());
    expect(await stored()).toEqual({ ...nothing, trash: 0 });
  });
});
