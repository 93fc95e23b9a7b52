import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { connect, type Connection } from '../../../platform/rpc.ts';
import type { Library } from './library.ts';
import { BESIDE, type CompareApi } from './protocol-compare.ts';
import type { RenewalApi } from './protocol-renewal.ts';
import { code, DIM, nearest, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-compare';
const OTHER = 'c'.repeat(64);
const OTHER_DIM = 5;
const CLASSES = ['hats', 'shoes', 'shirts'] as const;

let library: Library;
let connection: Connection<CompareApi>;
let first: number;
let second: number;

const nameOf = (content: number): string => `set/${CLASSES[content % CLASSES.length] ?? ''}/${content}.jpg`;

/** What the other network sees: the class, and a little noise. */
function classVector(content: number): Float32Array<ArrayBuffer> {
  const rng = mulberry32(content + 500);
  return Float32Array.from(
    { length: OTHER_DIM },
    (_, axis) => (axis === content % CLASSES.length ? 1 : 0) + normal(rng) / 50,
  );
}

const add = async (collection: number, content: number): Promise<void> => {
  const one = picture(content, nameOf(content));
  const other = { ...one, embedding: classVector(content), network: OTHER };
  value(await library.intake().add(collection, collection === first ? one : other));
};

beforeEach(async () => {
  library = await openLibrary(NAME);
  ({ id: first } = value(await library.createCollection('One', NETWORK, DIM)));
  ({ id: second } = value(await library.createCollection('Other', OTHER, OTHER_DIM)));
  const { port1, port2 } = new MessageChannel();
  library.connectCompare(port1);
  connection = connect<CompareApi>(port2);
  // 1–30 are in both, in another order; each has some of its own.
  for (let content = 1; content <= 33; content += 1) await add(first, content);
  for (let content = 40; content >= 34; content -= 1) await add(second, content);
  for (let content = 30; content >= 1; content -= 1) await add(second, content);
});
afterEach(async () => {
  connection.close();
  await library.close();
  await deleteDB(NAME);
});

const contents = Array.from({ length: 30 }, (_, i) => i + 1);

describe('comparing two networks', () => {
  it('counts pictures that are in both by their bytes', async () => {
    expect(value(await connection.api.shared(first, second))).toEqual({ ids: contents, classes: 3 });
  });

  it('gives the neighbours of both among those pictures, with the ids of the first', async () => {
    const found = value(await connection.api.neighbours(first, second, 7, 10));
    const byFirst = nearest(
      'cosine',
      contents.map((content) => ({ id: content, vector: picture(content).embedding })),
      picture(7).embedding,
      10,
      [7],
    );
    const bySecond = nearest(
      'cosine',
      contents.map((content) => ({ id: content, vector: classVector(content) })),
      classVector(7),
      10,
      [7],
    );
    expect(found.first.map(({ id }) => id)).toEqual(byFirst.map(({ id }) => id));
    expect(found.second.map(({ id }) => id)).toEqual(bySecond.map(({ id }) => id));
    expect(found.second.map(({ name }) => name)).toEqual(bySecond.map(({ id }) => nameOf(id)));
    found.second.forEach(({ score }, at) => expect(score).toBeCloseTo(bySecond[at]?.score ?? NaN, 10));
    expect(code(await connection.api.neighbours(first, second, 32, 10))).toBe('no-picture');
  });

  it('measures P@k by the folders', async () => {
    const report = value(await connection.api.precision(first, second));
    expect(report).toMatchObject({ queries: 30, classes: 3 });
    // The oracle: everything sorted, the share of the query's class among the first k.
    const expected = (k: number): number => {
      const known = contents.map((content) => ({ id: content, vector: picture(content).embedding }));
      const shares = contents.map(
        (content) =>
          nearest('cosine', known, picture(content).embedding, k, [content]).filter(
            ({ id }) => id % 3 === content % 3,
          ).length / k,
      );
      return shares.reduce((sum, share) => sum + share / shares.length, 0);
    };
    for (const { k, first: found } of report.rows) expect(found).toBeCloseTo(expected(k), 10);
    // There are nine others of each class.
    expect(report.rows.map(({ k, second: found }) => [k, Number(found.toFixed(10))])).toEqual([
      [1, 1],
      [5, 1],
      [10, 0.9],
    ]);
  });

  it('compares what another network saw beside, as far as it has come', async () => {
    const { port1, port2 } = new MessageChannel();
    library.connectRenewal(port1);
    const renewal = connect<RenewalApi>(port2);
    expect(code(await connection.api.shared(first, BESIDE))).toBe('wrong-network');
    value(await renewal.api.begin(first, OTHER, OTHER_DIM));
    const lookAt = async (ids: readonly number[]): Promise<void> => {
      for (const id of ids)
        value(
          await library
            .intake()
            .renew(first, { id, network: OTHER, isOfThumbnail: false, embedding: classVector(id) }),
        );
    };
    await lookAt(contents.slice(0, 20));
    expect(value(await connection.api.shared(first, BESIDE)).ids).toEqual(contents.slice(0, 20));
    await lookAt([...contents.slice(20), 31, 32, 33]);
    value(await library.remove(first, [31, 32, 33]));
    expect(value(await connection.api.shared(first, BESIDE))).toEqual({ ids: contents, classes: 3 });
    // The same as a collection of its own gives.
    for (const id of [7, 30])
      expect(value(await connection.api.neighbours(first, BESIDE, id, 10))).toEqual(
        value(await connection.api.neighbours(first, second, id, 10)),
      );
    expect(value(await connection.api.precision(first, BESIDE))).toEqual(
      value(await connection.api.precision(first, second)),
    );
    renewal.close();
  });

  it('can be stopped, and says when there are no classes', async () => {
    const stop = new AbortController();
    const stopped = connection.api.precision(first, second, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(code(await stopped)).toBe('cancelled');
    expect(code(await connection.api.precision(first, 999))).toBe('no-collection');
    const { id: flat } = value(await library.createCollection('Flat', OTHER, OTHER_DIM));
    expect(code(await connection.api.precision(first, flat))).toBe('no-picture');
  });
});
