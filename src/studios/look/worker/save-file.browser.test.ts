import fc from 'fast-check';
import { deleteDB, openDB } from 'idb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import type { Library } from './library.ts';
import { encodeHeader, readHeader, SAVE_VERSION, type SaveHeader } from './save-file.ts';
import { DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-save-file';
const PICTURES = 30;
const STORES = ['collections', 'pictures', 'chunks', 'thumbs', 'pending', 'folders', 'trash'] as const;
let library: Library;
let file: Uint8Array<ArrayBuffer>;
let header: SaveHeader;
let offset: number;

const everything = async (): Promise<unknown> => {
  const database = await openDB(NAME);
  const rows = await Promise.all(STORES.map((store) => database.getAll(store)));
  const keys = await Promise.all(STORES.map((store) => database.getAllKeys(store)));
  database.close();
  return { rows, keys };
};

/** The file must be refused with a message, and leave no trace. */
async function expectRefused(bytes: BlobPart, message?: RegExp): Promise<void> {
  const before = await everything();
  const result = await library.restore(new Blob([bytes]));
  expect(result).toMatchObject({ ok: false, error: { code: 'bad-save-file' } });
  if (!result.ok) expect(result.error.hint).not.toBe('');
  if (!result.ok && message !== undefined) expect(result.error.message).toMatch(message);
  expect(await everything()).toEqual(before);
}

/** A file with another header and other sections whose digests are right: whoever writes such a file means it. */
async function forge(
  change: (header: SaveHeader, sections: Uint8Array<ArrayBuffer>[]) => SaveHeader,
): Promise<Blob> {
  const sections: Uint8Array<ArrayBuffer>[] = [];
  let at = offset;
  for (const { bytes } of header.sections) {
    sections.push(file.slice(at, at + bytes));
    at += bytes;
  }
  const changed = change(structuredClone(header), sections);
  const signed = await Promise.all(
    changed.sections.map(async (section, i) => {
      const data = sections[i] ?? new Uint8Array();
      return { ...section, sha256: await sha256Hex(data) };
    }),
  );
  return new Blob([await encodeHeader({ ...changed, sections: signed }), ...sections]);
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));

beforeAll(async () => {
  library = await openLibrary(NAME);
  const { id } = value(await library.createCollection('Holiday', NETWORK, DIM));
  await Promise.all(
    Array.from({ length: PICTURES }, (_, i) => library.intake().add(id, picture(i + 1, `Größe ${i}.jpg`))),
  );
  value(await library.createCollection('Empty', NETWORK, DIM));
  file = new Uint8Array(await value(await library.save()).arrayBuffer());
  ({ header, offset } = await readHeader(new Blob([file])));
});
afterAll(async () => {
  await library.close();
  await deleteDB(NAME);
});

describe('a saved file', () => {
  it('brings everything back, beside what is there', async () => {
    const progress: number[] = [];
    const restored = value(
      await library.restore(new Blob([file]), { onProgress: ({ done }) => progress.push(done) }),
    );
    expect(restored).toMatchObject([
      { name: 'Holiday (2)', count: PICTURES, dim: DIM, network: NETWORK },
      { name: 'Empty (2)', count: 0 },
    ]);
    expect(progress.at(-1)).toBe(file.length);
    const [first] = value(await library.collections());
    const [copy] = restored;
    const search = async (collection: number) =>
      value(
        await library.search({
          collection,
          like: [{ kind: 'picture', id: 4 }],
          unlike: [],
          k: PICTURES,
          metric: 'cosine',
          engine: 'exact',
        }),
      ).hits;
    expect(await search(copy?.id ?? 0)).toEqual(await search(first?.id ?? 0));
    expect(value(await library.intake().add(copy?.id ?? 0, picture(2)))).toMatchObject({
      kind: 'duplicate',
      id: 2,
    });
  });

  it('can be stopped, and then nothing was changed', async () => {
    const before = await everything();
    const stop = new AbortController();
    const result = await library.restore(new Blob([file]), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await everything()).toEqual(before);
    expect(await library.save({ signal: stop.signal })).toMatchObject({
      ok: false,
      error: { code: 'cancelled' },
    });
  });
});

describe('a file that is not as it was saved', () => {
  it('is refused wherever it was cut off', async () => {
    const lengths = [0, 1, 7, 8, 47, 48, offset - 1, offset, offset + 1, file.length - 1];
    for (const length of lengths) await expectRefused(file.slice(0, length));
  });

  it('is refused whichever bit was flipped', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = file.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        await expectRefused(flipped);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when it is noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (noise) => expectRefused(Uint8Array.from(noise))),
      { numRuns: 100 },
    );
  });

  it('is refused when something was added', async () => {
    await expectRefused(new Uint8Array([...file, 0]), /longer than it should be/);
  });

  it('is refused when it is of another version, and says which', async () => {
    const newer = file.slice();
    new DataView(newer.buffer).setUint32(8, SAVE_VERSION + 1, true);
    await expectRefused(newer, /version 2, and this version of Atelier reads version 1/);
  });

  it('is refused when its lengths are absurd, without taking memory for them', async () => {
    const huge = file.slice();
    new DataView(huge.buffer).setUint32(12, 0xffff_ffff, true);
    await expectRefused(huge, /header is longer than the file/);
    for (const bytes of [2 ** 31, 2 ** 53, -1, 1.5, Number.NaN]) {
      const sections = header.sections.map((section) => ({ ...section, bytes }));
      await expectRefused(new Uint8Array(await encodeHeader({ ...header, sections })));
    }
    for (const rows of [2 ** 30, 0, -1]) {
      const sections = header.sections.map((section) => ({ ...section, rows }));
      await expectRefused(new Uint8Array(await encodeHeader({ ...header, sections })));
    }
  });
});

type Change = (header: SaveHeader, sections: Uint8Array<ArrayBuffer>[]) => SaveHeader;

const withSection = (
  kind: string,
  edit: (data: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Change => {
  return (old, parts) => {
    const at = old.sections.findIndex((section) => section.kind === kind);
    const edited = edit(parts[at] ?? new Uint8Array());
    parts[at] = edited;
    const sections = old.sections.map((section, i) =>
      i === at ? { ...section, bytes: edited.length } : section,
    );
    return { ...old, sections };
  };
};
const withPictures = (edit: (pictures: Record<string, unknown>[]) => unknown): Change =>
  withSection('pictures', (data) =>
    json(edit(JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>[])),
  );

const withName =
  (change: Record<string, unknown>): Change =>
  (old) => ({
    ...old,
    collections: old.collections.map((one, at) =>
      at > 0 ? one : { ...one, names: [{ name: 'Shoes', yes: [1], no: [2], threshold: 0.5, ...change }] },
    ),
  });

describe('a forged file whose digests are right', () => {
  it.each<[string, Change, RegExp]>([
    ['another studio', (old) => ({ ...old, studio: 'compose' as 'look' }), /another studio/],
    ['no collections', (old) => ({ ...old, collections: undefined as never }), /does not say what is in it/],
    [
      'a collection of dimension 0',
      (old) => ({ ...old, collections: old.collections.map((one) => ({ ...one, dim: 0 })) }),
      /does not say what is in it/,
    ],
    ['a name that is no list', withName({ yes: 7 }), /does not say what is in it/],
    ['a name of nothing', withName({ name: ' ' }), /does not say what is in it/],
    ['a picture that has a name and has not', withName({ yes: [1], no: [1] }), /does not say what is in it/],
    ['a threshold above 1', withName({ threshold: 1.5 }), /does not say what is in it/],
    [
      'a name of a picture that is not there',
      withName({ yes: [9_999] }),
      /of a picture that is not \(9999\)/,
    ],
    [
      'a part of a collection that is not there',
      (old) => ({ ...old, sections: old.sections.map((one) => ({ ...one, collection: 9 })) }),
      /belongs to no collection/,
    ],
    [
      'another dimension',
      (old) => ({ ...old, collections: old.collections.map((one) => ({ ...one, dim: DIM + 1 })) }),
      /wrong length/,
    ],
    [
      'fewer pictures than promised',
      (old) => ({ ...old, collections: old.collections.map((one) => ({ ...one, count: one.count + 1 })) }),
      /are missing/,
    ],
    ['a picture twice', withPictures((all) => all.map((one) => ({ ...one, id: 1 }))), /twice/],
    [
      'the same bytes twice',
      withPictures((all) => all.map((one) => ({ ...one, hash: 'a'.repeat(64) }))),
      /twice/,
    ],
    ['a picture without a name', withPictures((all) => all.map((one) => ({ ...one, name: 7 }))), /damaged/],
    ['an id out of range', withPictures((all) => all.map((one) => ({ ...one, id: 2 ** 40 }))), /damaged/],
    ['too few pictures', withPictures((all) => all.slice(1)), /damaged/],
    ['something else than a list', withPictures(() => ({ length: PICTURES })), /damaged/],
    [
      'other ids',
      withPictures((all) => all.map((one) => ({ ...one, id: Number(one.id) + 1_000 }))),
      /belongs to no picture/,
    ],
    [
      'a vector that is not finite',
      withSection('vectors', (data) => {
        new DataView(data.buffer).setFloat32(data.length - 4, Number.NaN, true);
        return data;
      }),
      /not finite/,
    ],
    [
      'a vector twice',
      withSection('vectors', (data) => {
        new DataView(data.buffer).setUint32(4, 1, true);
        return data;
      }),
      /belongs to no picture/,
    ],
    [
      'a thumbnail longer than its part',
      withSection('thumbs', (data) => {
        new DataView(data.buffer).setUint32(4, 0xffff_ffff, true);
        return data;
      }),
      /damaged/,
    ],
    [
      'a thumbnail that is no picture',
      withSection('thumbs', (data) => {
        new DataView(data.buffer).setUint32(8, 3, true);
        return data;
      }),
      /damaged/,
    ],
    ['thumbnails with a tail', withSection('thumbs', (data) => new Uint8Array([...data, 1])), /too long/],
  ])('is refused for %s, and leaves no trace', async (_what, change, message) => {
    await expectRefused(await (await forge(change)).arrayBuffer(), message);
  });

  it('opens when nothing was changed: the forgery above is not what is refused', async () => {
    value(await library.restore(await forge((old) => old)));
  });
});
