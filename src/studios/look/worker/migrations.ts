import type { IDBPDatabase, IDBPTransaction } from 'idb';
import type { Migration } from '../../../platform/storage/database.ts';

/** Rows of a chunk that version 2 makes. */
const CHUNK_ROWS = 512;

/**
 * The store of Look, version by version. Append only: a person's store may be of any version, so a step that shipped is
 * never edited, and it names what it finds without the types of the present schema.
 */
export const MIGRATIONS: readonly Migration[] = [
  // 1: collections, pictures, one row for each vector and each thumbnail.
  (database) => {
    database.createObjectStore('collections', { keyPath: 'id' });
    database.createObjectStore('pictures', { keyPath: ['collection', 'id'] });
    database.createObjectStore('vectors');
    database.createObjectStore('thumbs');
  },
  // 2: vectors in chunks under a generation, no picture twice, undo, and files that wait to be indexed.
  async (database, transaction) => {
    createStoresOf2(database);
    const nextCollection = await migrateTo2(transaction);
    await transaction.objectStore('meta').put(nextCollection, 'nextCollection');
    database.deleteObjectStore('vectors');
    transaction.objectStore('pictures').createIndex('byHash', ['collection', 'hash'], { unique: true });
  },
  // 3: what finding twins keeps.
  (database) => {
    database.createObjectStore('prints');
    database.createObjectStore('copies');
  },
];

interface CollectionOf1 {
  readonly id: number;
  readonly name: string;
  readonly network: string;
  readonly dim: number;
  readonly nextId: number;
  readonly createdAt: number;
}

interface PictureOf1 {
  readonly collection: number;
  readonly id: number;
  readonly hash: string;
}

type Upgrade = IDBPTransaction<unknown, string[], 'versionchange'>;

function createStoresOf2(database: IDBPDatabase): void {
  database.createObjectStore('meta');
  database.createObjectStore('chunks');
  database.createObjectStore('pending');
  database.createObjectStore('folders');
  database.createObjectStore('trash', { autoIncrement: true });
}

async function migrateTo2(transaction: Upgrade): Promise<number> {
  const collections = transaction.objectStore('collections');
  let nextCollection = 1;
  for (const row of (await collections.getAll()) as CollectionOf1[]) {
    nextCollection = Math.max(nextCollection, row.id + 1);
    const kept = await keepEachPictureOnce(transaction, row.id);
    const chunks = await chunksOf2(transaction, row, kept);
    const { id, name, network, dim, nextId, createdAt } = row;
    const made = {
      generation: 1,
      chunks,
      nextSeq: chunks.length,
      count: kept.length,
      revision: 1,
      folder: '',
    };
    await collections.put({ id, name, network, dim, nextId, createdAt, ...made });
  }
  return nextCollection;
}

/** Version 1 had nothing against storing the same bytes twice: the first stays. A picture without its vector goes too. */
async function keepEachPictureOnce(transaction: Upgrade, collection: number): Promise<number[]> {
  const pictures = transaction.objectStore('pictures');
  const vectors = transaction.objectStore('vectors');
  const thumbs = transaction.objectStore('thumbs');
  const range = IDBKeyRange.bound([collection], [collection, []]);
  const hashes = new Set<string>();
  const kept: number[] = [];
  for (const picture of (await pictures.getAll(range)) as PictureOf1[]) {
    const key = [collection, picture.id];
    const thumb = (await thumbs.get(key)) as { data: ArrayBuffer } | undefined;
    const isWhole = thumb !== undefined && (await vectors.getKey(key)) !== undefined;
    if (hashes.has(picture.hash) || !isWhole) {
      await pictures.delete(key);
      await thumbs.delete(key);
      continue;
    }
    hashes.add(picture.hash);
    kept.push(picture.id);
    await pictures.put({ ...picture, thumbBytes: thumb.data.byteLength });
  }
  return kept;
}

async function chunksOf2(
  transaction: Upgrade,
  { id: collection, dim }: CollectionOf1,
  kept: readonly number[],
): Promise<{ generation: number; seq: number; rows: number }[]> {
  const vectors = transaction.objectStore('vectors');
  const refs: { generation: number; seq: number; rows: number }[] = [];
  for (let from = 0; from < kept.length; from += CHUNK_ROWS) {
    const ids = Uint32Array.from(kept.slice(from, from + CHUNK_ROWS));
    const data = new Float32Array(ids.length * dim);
    for (const [row, id] of ids.entries())
      data.set((await vectors.get([collection, id])) as Float32Array, row * dim);
    const ref = { generation: 1, seq: refs.length, rows: ids.length };
    await transaction.objectStore('chunks').put({ ids, data }, [collection, ref.generation, ref.seq]);
    refs.push(ref);
  }
  return refs;
}
