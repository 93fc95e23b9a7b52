import { sha256Hex } from '../../../../platform/storage/sha256.ts';
import { isFiniteVector } from '../../engine/vector-index.ts';
import { freeNames, reserveCollections } from '../collections.ts';
import { CHUNK_ROWS, chunkKey, type ChunkRef, type CollectionRow, type PictureRow } from '../schema.ts';
import type { LookStore } from '../store.ts';
import { sweepOrphans } from '../sweep.ts';
import { badVectors } from './bad-vectors.ts';
import { PLACEHOLDER, ThumbnailFinder } from './thumbnail-finder.ts';

const DOING = 'reading vectors';
const IS_HASH = /^[0-9a-f]{64}$/;

/** A picture on its way in. What is not known of it is made up, in a way that is the same each time. */
export interface IncomingRow {
  readonly name?: string | undefined;
  readonly hash?: string | undefined;
  readonly bytes?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** [dim] float32; kept */
  readonly vector: Float32Array;
}

interface Where {
  /** What is being read, for messages. */
  readonly file: string;
  readonly dim: number;
  readonly network: string;
}

const countOf = (value: number | undefined): number =>
  Number.isSafeInteger(value) && (value ?? -1) >= 0 ? (value ?? 0) : 0;

/** A new collection on its way in. Its rows are in the store under an id that no manifest names yet. */
class IncomingCollection {
  readonly #store: LookStore;
  readonly #where: Where;
  readonly #id: number;
  readonly #thumbs: ThumbnailFinder;
  readonly #hashes = new Set<string>();
  readonly #chunks: ChunkRef[] = [];
  #waiting: (IncomingRow & { readonly hash: string })[] = [];
  #count = 0;

  constructor(store: LookStore, where: Where, id: number) {
    this.#store = store;
    this.#where = where;
    this.#id = id;
    this.#thumbs = new ThumbnailFinder(store.db);
  }

  async add(row: IncomingRow): Promise<void> {
    const { file, dim } = this.#where;
    const at = this.#hashes.size + 1;
    if (row.vector.length !== dim)
      throw badVectors(file, `vector ${at} has ${row.vector.length} numbers, the first one has ${dim}`);
    if (!isFiniteVector(row.vector)) throw badVectors(file, `vector ${at} has a number that is not finite`);
    const hash =
      row.hash !== undefined && IS_HASH.test(row.hash)
        ? row.hash
        : await sha256Hex(new TextEncoder().encode(`${file} ${at}`));
    if (this.#hashes.has(hash))
      throw badVectors(file, `picture ${at} is in it twice (hash ${hash.slice(0, 12)}…)`);
    this.#hashes.add(hash);
    this.#waiting.push({ ...row, hash });
    if (this.#waiting.length === CHUNK_ROWS) await this.#flush();
  }

  async finish(name: string, createdAt: number): Promise<CollectionRow> {
    await this.#flush();
    if (this.#count === 0) throw badVectors(this.#where.file, 'there is no vector in it');
    const { dim, network } = this.#where;
    return this.#store.write(['collections'], DOING, async (tx) => {
      const [free = name] = await freeNames(tx, [name]);
      const row: CollectionRow = {
        id: this.#id,
        name: free,
        network,
        dim,
        createdAt,
        count: this.#count,
        generation: 1,
        chunks: this.#chunks,
        nextSeq: this.#chunks.length,
        nextId: this.#count + 1,
        revision: 1,
        folder: '',
      };
      await tx.objectStore('collections').add(row);
      return row;
    });
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    const { dim } = this.#where;
    const first = this.#count + 1;
    const data = new Float32Array(rows.length * dim);
    rows.forEach(({ vector }, at) => data.set(vector, at * dim));
    const ids = Uint32Array.from(rows, (_, at) => first + at);
    const ref: ChunkRef = { generation: 1, seq: this.#chunks.length, rows: rows.length };
    const thumbs = await this.#thumbs.find(rows.map(({ hash }) => hash));
    const pictures = rows.map((row, at): PictureRow => ({
      collection: this.#id,
      id: first + at,
      name: row.name ?? `picture ${first + at}`,
      hash: row.hash,
      bytes: countOf(row.bytes),
      width: countOf(row.width),
      height: countOf(row.height),
      thumbBytes: (thumbs[at] ?? PLACEHOLDER).data.byteLength,
    }));
    await this.#store.write(['pictures', 'chunks', 'thumbs'], DOING, async (tx) => {
      await Promise.all([
        tx.objectStore('chunks').add({ ids, data }, chunkKey(this.#id, ref)),
        ...pictures.map((picture) => tx.objectStore('pictures').add(picture)),
        ...thumbs.map((thumb, at) => tx.objectStore('thumbs').add(thumb, [this.#id, first + at])),
      ]);
    });
    this.#chunks.push(ref);
    this.#count += rows.length;
  }
}

/**
 * Takes a new collection into the store: all of it or nothing. Rows are written under an id that no manifest names, and
 * the last transaction adds the manifest; what stops before leaves only orphans. No merge may run at the same time.
 *
 * @param store the store
 * @param where what is read, and its vectors' dimension and network
 * @param named what the collection is called, and when it was made, milliseconds since 1970
 * @param rows the pictures
 * @returns the new manifest
 * @throws LookFailure `bad-vectors`, or what the storage says; the store is as before
 */
export async function takeIn(
  store: LookStore,
  where: Where,
  named: { readonly name: string; readonly createdAt: number },
  rows: AsyncIterable<IncomingRow>,
): Promise<CollectionRow> {
  const id = await store.write([], DOING, (tx) => reserveCollections(tx, 1));
  const incoming = new IncomingCollection(store, where, id);
  try {
    for await (const row of rows) await incoming.add(row);
    return await incoming.finish(named.name, named.createdAt);
  } catch (thrown) {
    await sweepOrphans(store).catch((cause: unknown) => {
      console.warn('What the unfinished reading left stays until the next start', cause);
    });
    throw thrown;
  }
}
