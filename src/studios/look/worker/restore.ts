import type { TaskOptions } from '../../../platform/rpc.ts';
import { isFiniteVector } from '../engine/vector-index.ts';
import { freeNames, reserveCollections, titled } from './collections.ts';
import {
  badFile,
  decodePictures,
  decodeThumbs,
  decodeVectors,
  readHeader,
  readSection,
  type SavedCollection,
  type SavedPicture,
  type SavedSection,
} from './save-file.ts';
import { chunkKey, type ChunkRef, type CollectionRow } from './schema.ts';
import type { LookStore } from './store.ts';
import { sweepOrphans } from './sweep.ts';

const DOING = 'opening the saved file';

/** A collection on its way in. Its rows are in the store under an id that no manifest names yet. */
class Incoming {
  readonly id: number;
  readonly #saved: SavedCollection;
  readonly #pictures = new Map<number, SavedPicture>();
  readonly #hashes = new Set<string>();
  readonly #withVector = new Set<number>();
  readonly #withThumb = new Set<number>();
  readonly #chunks: ChunkRef[] = [];

  constructor(id: number, saved: SavedCollection) {
    this.id = id;
    this.#saved = saved;
  }

  async take(store: LookStore, section: SavedSection, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    switch (section.kind) {
      case 'pictures':
        return this.#takePictures(store, decodePictures(bytes, section.rows));
      case 'vectors':
        return this.#takeVectors(store, decodeVectors(bytes, section.rows));
      case 'thumbs':
        return this.#takeThumbs(store, decodeThumbs(bytes, section.rows));
    }
  }

  /** The manifest, once everything is there. */
  manifest(): CollectionRow {
    const { name, network, dim, networkTitle = '', createdAt, count, names = [] } = this.#saved;
    const sizes = [this.#pictures.size, this.#withVector.size, this.#withThumb.size];
    if (sizes.some((size) => size !== count)) throw badFile(`some pictures of ${name} are missing in it`);
    const stray = names.flatMap(({ yes, no }) => [...yes, ...no]).find((id) => !this.#pictures.has(id));
    if (stray !== undefined) throw badFile(`a name in it is of a picture that is not (${stray})`);
    return {
      id: this.id,
      name,
      network,
      dim,
      ...titled(networkTitle),
      createdAt,
      count,
      generation: 1,
      chunks: this.#chunks,
      nextSeq: this.#chunks.length,
      nextId: [...this.#pictures.keys()].reduce((most, id) => Math.max(most, id), 0) + 1,
      revision: 1,
      folder: '',
      names: names.map((each, at) => ({ ...each, id: at + 1 })),
      ...([...this.#pictures.values()].some(({ small }) => small === true) ? { smallSets: [0] } : {}),
    };
  }

  async #takePictures(store: LookStore, pictures: readonly SavedPicture[]): Promise<void> {
    for (const picture of pictures) {
      if (this.#pictures.has(picture.id) || this.#hashes.has(picture.hash))
        throw badFile(`the picture ${picture.id} is in it twice`);
      this.#pictures.set(picture.id, picture);
      this.#hashes.add(picture.hash);
    }
    await store.write(['pictures'], DOING, async (tx) => {
      const table = tx.objectStore('pictures');
      const rows = pictures.map(({ id, name, hash, bytes, width, height, thumbBytes, small }) => ({
        collection: this.id,
        id,
        name,
        hash,
        bytes,
        width,
        height,
        thumbBytes,
        ...(small === true ? { small: [0] } : {}),
      }));
      await Promise.all(rows.map((row) => table.add(row)));
    });
  }

  async #takeVectors(store: LookStore, chunk: ReturnType<typeof decodeVectors>): Promise<void> {
    if (!isFiniteVector(chunk.data)) throw badFile('a vector in it is not finite');
    this.#tick(chunk.ids, this.#withVector);
    const ref: ChunkRef = { generation: 1, seq: this.#chunks.length, rows: chunk.ids.length };
    this.#chunks.push(ref);
    await store.write(['chunks'], DOING, (tx) => tx.objectStore('chunks').add(chunk, chunkKey(this.id, ref)));
  }

  async #takeThumbs(store: LookStore, thumbs: ReturnType<typeof decodeThumbs>): Promise<void> {
    this.#tick(
      thumbs.map(({ id }) => id),
      this.#withThumb,
    );
    if (thumbs.some(({ id, data }) => this.#pictures.get(id)?.thumbBytes !== data.byteLength))
      throw badFile('a thumbnail has the wrong length');
    await store.write(['thumbs'], DOING, async (tx) => {
      const table = tx.objectStore('thumbs');
      await Promise.all(thumbs.map(({ id, data, type }) => table.add({ data, type }, [this.id, id])));
    });
  }

  /** Every picture has one vector and one thumbnail, and nothing else has. */
  #tick(ids: Iterable<number>, seen: Set<number>): void {
    for (const id of ids) {
      if (!this.#pictures.has(id) || seen.has(id)) throw badFile(`a part belongs to no picture (${id})`);
      seen.add(id);
    }
  }
}

/**
 * Adds the collections of a saved file to the store: all of them or none. Their rows are written under new ids that no
 * manifest names, and one last transaction adds the manifests, numbering names that are taken; whatever stops before it leaves only orphans to sweep.
 * No merge and no emptying of the trash may run at the same time.
 *
 * @param store the store
 * @param file what the person chose
 * @param options `signal`; progress in bytes
 * @returns the new manifests
 * @throws LookFailure `bad-save-file`, or what the storage says; the store is as before
 */
export async function restoreEverything(
  store: LookStore,
  file: Blob,
  options: TaskOptions = {},
): Promise<readonly CollectionRow[]> {
  const { header, offset } = await readHeader(file);
  const first = await store.write([], DOING, (tx) => reserveCollections(tx, header.collections.length));
  const incoming = header.collections.map((saved, at) => new Incoming(first + at, saved));
  try {
    let at = offset;
    for (const section of header.sections) {
      options.signal?.throwIfAborted();
      await incoming[section.collection]?.take(store, section, await readSection(file, section, at));
      at += section.bytes;
      options.onProgress?.({ phase: 'opening', done: at, total: file.size, unit: 'bytes' });
    }
    const saved = incoming.map((collection) => collection.manifest());
    return await store.write(['collections'], DOING, async (tx) => {
      const names = await freeNames(
        tx,
        saved.map(({ name }) => name),
      );
      const rows = saved.map((row, index) => ({ ...row, name: names[index] ?? row.name }));
      await Promise.all(rows.map((row) => tx.objectStore('collections').add(row)));
      return rows;
    });
  } catch (thrown) {
    await sweepLater(store);
    throw thrown;
  }
}

async function sweepLater(store: LookStore): Promise<void> {
  try {
    await sweepOrphans(store);
  } catch (thrown) {
    console.warn('What the unfinished opening left stays until the next start', thrown);
  }
}
