import type { TaskOptions } from '../../../platform/rpc.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { titled } from './collections.ts';
import { LookFailure } from './failure.ts';
import {
  encodeHeader,
  encodePictures,
  encodeThumbs,
  encodeVectors,
  type SavedCollection,
  type SavedName,
  type SavedSection,
} from './save-file.ts';
import { CHUNK_ROWS, chunkKey, type CollectionRow, keysOf, type PictureRow } from './schema.ts';
import { type LookStore, manifestOf } from './store.ts';

const PICTURES_A_SECTION = 4_096;
const THUMBS_A_SECTION = 128;

interface Section extends Pick<SavedSection, 'kind' | 'rows'> {
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Everything that is in the store as one file, piece by piece: the browser may keep the pieces on the disk. Pictures
 * that come or go meanwhile do not count. No merge may run at the same time.
 *
 * @param store the store
 * @param options `signal`; progress in pictures
 * @returns the file
 */
export async function saveEverything(store: LookStore, options: TaskOptions = {}): Promise<Blob> {
  const rows = await store.db.getAll('collections');
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const collections: SavedCollection[] = [];
  const sections: SavedSection[] = [];
  const parts: Blob[] = [];
  let done = 0;
  for (const { id } of rows) {
    const { row, pictures } = await snapshot(store, id);
    const { name, network, dim, createdAt, networkTitle = '' } = row;
    const names = savedNames(row, pictures);
    const collection =
      collections.push({
        name,
        network,
        dim,
        ...titled(networkTitle),
        createdAt,
        count: pictures.length,
        names,
      }) - 1;
    for await (const { kind, rows: length, data } of sectionsOf(store, row, pictures)) {
      options.signal?.throwIfAborted();
      parts.push(new Blob([data]));
      const sha256 = await sha256Hex(data);
      sections.push({ kind, collection, rows: length, bytes: data.length, sha256 });
      if (kind === 'thumbs') done += length;
      options.onProgress?.({ phase: 'saving', done, total, unit: 'pictures' });
    }
  }
  const header = await encodeHeader({ studio: 'look', collections, sections });
  return new Blob([header, ...parts], { type: 'application/octet-stream' });
}

/** Names without marks of pictures that are deleted. */
function savedNames({ names = [] }: CollectionRow, pictures: readonly PictureRow[]): SavedName[] {
  const ids = new Set(pictures.map(({ id }) => id));
  const present = (marked: readonly number[]): number[] => marked.filter((id) => ids.has(id));
  return names.map(({ name, yes, no, threshold }) => ({
    name,
    yes: present(yes),
    no: present(no),
    threshold,
  }));
}

async function snapshot(
  store: LookStore,
  collection: number,
): Promise<{ row: CollectionRow; pictures: readonly PictureRow[] }> {
  const tx = store.db.transaction(['collections', 'pictures']);
  const row = await manifestOf(tx, collection);
  return { row, pictures: await tx.objectStore('pictures').getAll(keysOf(collection)) };
}

async function* sectionsOf(
  store: LookStore,
  row: CollectionRow,
  pictures: readonly PictureRow[],
): AsyncGenerator<Section> {
  for (let from = 0; from < pictures.length; from += PICTURES_A_SECTION) {
    const some = pictures.slice(from, from + PICTURES_A_SECTION);
    const set = row.set ?? 0;
    const saved = some.map(({ id, name, hash, bytes, width, height, thumbBytes, small }) => ({
      id,
      name,
      hash,
      bytes,
      width,
      height,
      thumbBytes,
      ...(small?.includes(set) === true ? ({ small: true } as const) : {}),
    }));
    yield { kind: 'pictures', rows: some.length, data: encodePictures(saved) };
  }
  const ids = new Set(pictures.map(({ id }) => id));
  yield* vectorSections(store, row, ids);
  yield* thumbSections(store, row.id, pictures, ids);
}

async function* vectorSections(
  store: LookStore,
  row: CollectionRow,
  wanted: ReadonlySet<number>,
): AsyncGenerator<Section> {
  const { dim } = row;
  let ids: number[] = [];
  const data = new Float32Array(CHUNK_ROWS * dim);
  const section = (): Section => ({
    kind: 'vectors',
    rows: ids.length,
    data: encodeVectors(Uint32Array.from(ids), data.subarray(0, ids.length * dim)),
  });
  for (const ref of row.chunks) {
    const chunk = await store.db.get('chunks', chunkKey(row.id, ref));
    if (chunk === undefined)
      throw new LookFailure('store-broken', 'Another tab tidied the store meanwhile.', 'Save once more.');
    for (const [at, id] of chunk.ids.entries()) {
      if (!wanted.has(id)) continue;
      data.set(chunk.data.subarray(at * dim, (at + 1) * dim), ids.length * dim);
      ids.push(id);
      if (ids.length < CHUNK_ROWS) continue;
      yield section();
      ids = [];
    }
  }
  if (ids.length > 0) yield section();
}

async function* thumbSections(
  store: LookStore,
  collection: number,
  pictures: readonly PictureRow[],
  wanted: ReadonlySet<number>,
): AsyncGenerator<Section> {
  for (let from = 0; from < pictures.length; from += THUMBS_A_SECTION) {
    const some = pictures.slice(from, from + THUMBS_A_SECTION);
    const range = IDBKeyRange.bound([collection, some[0]?.id ?? 0], [collection, some.at(-1)?.id ?? 0]);
    const thumbs = store.db.transaction('thumbs').store;
    const [keys, values] = await Promise.all([thumbs.getAllKeys(range), thumbs.getAll(range)]);
    const saved = values
      .map(({ data, type }, at) => ({ id: keys[at]?.[1] ?? 0, data, type }))
      .filter(({ id }) => wanted.has(id));
    yield { kind: 'thumbs', rows: saved.length, data: encodeThumbs(saved) };
  }
}
