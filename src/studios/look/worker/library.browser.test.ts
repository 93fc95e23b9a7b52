import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Library } from './library.ts';
import { code, DIM, nearest, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-library';
let library: Library;
let collection: number;

const add = (content: number, name?: string) => library.intake().add(collection, picture(content, name));
const names = async (of = library) => value(await of.list(collection, 0, 1_000)).map(({ name }) => name);
const reopen = async (): Promise<void> => {
  await library.close();
  library = await openLibrary(NAME);
};
const find = async (id: number, of = library) =>
  value(
    await of.search({
      collection,
      like: [{ kind: 'picture', id }],
      unlike: [],
      k: 5,
      metric: 'cosine',
      engine: 'exact',
    }),
  ).hits;

beforeEach(async () => {
  library = await openLibrary(NAME);
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
});
afterEach(async () => {
  await library.close();
  await deleteDB(NAME);
});

describe('storing pictures', () => {
  it('stores what comes at once, in order, and has it after a restart', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => add(i + 1)));
    expect(outcomes.map((outcome) => value(outcome))).toEqual(
      Array.from({ length: 50 }, (_, i) => ({ kind: 'stored', id: i + 1 })),
    );
    const before = await find(7);
    await reopen();
    expect(await names()).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 1}.jpg`));
    expect(await find(7)).toEqual(before);
  });

  it('stores the same bytes once, also when they come twice at the same time', async () => {
    const outcomes = await Promise.all([add(1, 'a.jpg'), add(1, 'b.jpg'), add(2), add(1, 'c.jpg')]);
    expect(outcomes.map((outcome) => value(outcome))).toEqual([
      { kind: 'stored', id: 1 },
      { kind: 'duplicate', id: 1, name: 'a.jpg' },
      { kind: 'stored', id: 2 },
      { kind: 'duplicate', id: 1, name: 'a.jpg' },
    ]);
    expect(value(await library.intake().claim(collection, picture(1).hash))).toEqual({
      id: 1,
      name: 'a.jpg',
    });
    expect(value(await library.intake().claim(collection, picture(3).hash))).toBeUndefined();
    await reopen();
    expect(value(await add(1, 'd.jpg'))).toEqual({ kind: 'duplicate', id: 1, name: 'a.jpg' });
    expect(await names()).toEqual(['a.jpg', '2.jpg']);
  });

  it('stores in one transaction what is known to be on its way', async () => {
    const intake = library.intake();
    const coming = [1, 2, 3].map((content) => picture(content));
    for (const { hash } of coming) expect(value(await intake.claim(collection, hash))).toBeUndefined();
    const outcomes: Promise<unknown>[] = [];
    for (const each of coming) {
      outcomes.push(intake.add(collection, each));
      // Each comes when the one before it waits already.
      await library.collections();
    }
    await Promise.all(outcomes);
    const db = await openDB(NAME);
    expect(await db.count('chunks')).toBe(1);
    db.close();
    expect(await names()).toEqual(['1.jpg', '2.jpg', '3.jpg']);
  });

  it('gives the second of two equal pictures its chance when the first is refused', async () => {
    const broken = { ...picture(1), embedding: new Float32Array(DIM).fill(Number.NaN) };
    const [first, second] = await Promise.all([library.intake().add(collection, broken), add(1)]);
    expect(code(first)).toBe('not-finite');
    expect(value(second)).toEqual({ kind: 'stored', id: 1 });
  });

  it.each([
    [
      'a vector that is not finite',
      { embedding: Float32Array.of(1, 2, Infinity, 4, 5, 6, 7, 8) },
      'not-finite',
    ],
    ['a vector of another length', { embedding: new Float32Array(DIM + 1) }, 'wrong-network'],
    ['a vector of another network of the same length', { network: 'c'.repeat(64) }, 'wrong-network'],
    ['no hash', { hash: '' }, 'broken-image'],
    ['a thumbnail that is no picture', { thumbnailType: 'text/html' }, 'broken-image'],
  ])('refuses %s before anything is stored', async (_what, change, expected) => {
    const outcome = await library.intake().add(collection, { ...picture(1), ...change });
    expect(code(outcome)).toBe(expected);
    expect(await names()).toEqual([]);
    expect(value(await library.storedBytes())).toMatchObject({ vectors: 0, thumbnails: 0, pictures: 0 });
  });

  it('says that a collection is gone', async () => {
    expect(code(await library.intake().add(99, picture(1)))).toBe('no-collection');
  });

  it('keeps thumbnails as they came', async () => {
    await Promise.all([add(1), add(2)]);
    const [one, two] = value(await library.thumbnails(collection, [2, 1, 77]));
    expect([one?.id, two?.id]).toEqual([2, 1]);
    expect(new Uint8Array(one?.data ?? new ArrayBuffer())).toEqual(new Uint8Array(picture(2).thumbnail));
    expect(one?.type).toBe('image/webp');
  });
});

describe('searching', () => {
  it('answers as the oracle does, for both measures, without the query', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => add(i + 1)));
    const all = Array.from({ length: 40 }, (_, i) => ({ id: i + 1, vector: picture(i + 1).embedding }));
    for (const metric of ['cosine', 'euclidean'] as const) {
      const answer = value(
        await library.search({
          collection,
          like: [{ kind: 'picture', id: 3 }],
          unlike: [],
          k: 12,
          metric,
          engine: 'hnsw',
        }),
      );
      const expected = nearest(metric, all, picture(3).embedding, 12, [3]);
      expect(answer.hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      answer.hits.forEach(({ score, rank }, at) => {
        expect(score).toBeCloseTo(expected[at]?.score ?? NaN, 10);
        expect(rank).toBe(at + 1);
      });
      // No graph worker is connected here: the answer says who gave it.
      expect(answer.engine).toBe('exact');
      expect(answer.vector).toEqual(picture(3).embedding);
    }
    expect(library.graphState(collection, 'cosine').state).toBe('unavailable');
  });

  it('orders equal figures by id', async () => {
    const twin = (content: number) => ({ ...picture(content), embedding: picture(1).embedding });
    await Promise.all([add(1), add(2)]);
    await Promise.all([5, 4, 3].map((content) => library.intake().add(collection, twin(content))));
    expect((await find(1)).slice(0, 3).map(({ id }) => id)).toEqual([3, 4, 5]);
  });

  it.each([
    [
      'a vector of another length',
      { like: [{ kind: 'vector' as const, vector: new Float32Array(3) }] },
      'wrong-network',
    ],
    [
      'a vector that is not finite',
      { like: [{ kind: 'vector' as const, vector: new Float32Array(DIM).fill(NaN) }] },
      'not-finite',
    ],
    ['a picture that is not there', { like: [{ kind: 'picture' as const, id: 9 }] }, 'no-picture'],
    ['nothing to look for', { like: [] }, 'no-picture'],
    ['no results wanted', { k: 0 }, 'no-picture'],
  ])('refuses %s', async (_what, change, expected) => {
    await add(1);
    const request = {
      collection,
      like: [{ kind: 'picture' as const, id: 1 }],
      unlike: [],
      k: 3,
      metric: 'cosine' as const,
      engine: 'exact' as const,
    };
    expect(code(await library.search({ ...request, ...change }))).toBe(expected);
  });
});

describe('names, files to come, folders', () => {
  it('renames collections and pictures', async () => {
    await add(1);
    expect(value(await library.renameCollection(collection, '  Summer  ')).name).toBe('Summer');
    expect(code(await library.renameCollection(collection, '   '))).toBe('no-collection');
    value(await library.rename(collection, 1, 'beach.jpg'));
    expect(code(await library.rename(collection, 2, 'x'))).toBe('no-picture');
    await reopen();
    expect(await names()).toEqual(['beach.jpg']);
    expect(value(await library.collections()).map(({ name }) => name)).toEqual(['Summer']);
  });

  it('remembers announced files until they are stored or settled', async () => {
    const long = `${'n'.repeat(4_000)}.jpg`;
    value(await library.announce(collection, ['1.jpg', '2.jpg', '<img onerror=alert(1)>', long]));
    await add(1);
    value(await library.settle(collection, ['2.jpg']));
    await reopen();
    expect(value(await library.pending(collection))).toEqual(['<img onerror=alert(1)>', long]);
  });

  it('keeps the handle of a folder', async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getDirectoryHandle('pictures', { create: true });
    value(await library.keepFolder(collection, handle));
    await reopen();
    expect(value(await library.collections())[0]?.folder).toBe('pictures');
    expect(await (await library.folder(collection))?.isSameEntry(handle)).toBe(true);
    await root.removeEntry('pictures');
  });
});

describe('two tabs', () => {
  it('lets the second only read, keeps it up to date, and hands over when the first closes', async () => {
    await add(1);
    const second = await openLibrary(NAME, { graceMs: 20 });
    expect(await names(second)).toEqual(['1.jpg']);
    expect(code(await second.intake().add(collection, picture(2)))).toBe('read-only');
    expect(code(await second.remove(collection, [1]))).toBe('read-only');
    expect(code(await second.createCollection('Mine', NETWORK, DIM))).toBe('read-only');
    await Promise.all([add(2), add(3)]);
    expect(await names(second)).toEqual(['1.jpg', '2.jpg', '3.jpg']);
    expect(await find(1, second)).toEqual(await find(1));
    const [first] = [library];
    library = second;
    await first.close();
    value(await second.whenWriter());
    expect(value(await add(4))).toEqual({ kind: 'stored', id: 4 });
    expect(await names()).toEqual(['1.jpg', '2.jpg', '3.jpg', '4.jpg']);
  });

  it('refuses the writes of a tab that lost the office without knowing', async () => {
    await add(1);
    // A lock of another name: both believe that they are alone, as two frozen tabs of an election might.
    const usurper = await openLibrary(NAME, {
      locks: {
        request: (_name: string, _how: unknown, run?: () => unknown) => Promise.resolve(run?.()),
      } as never,
    });
    value(await usurper.intake().add(collection, picture(2)));
    expect(code(await add(3))).toBe('read-only');
    expect(await names(usurper)).toEqual(['1.jpg', '2.jpg']);
    await usurper.close();
  });
});
