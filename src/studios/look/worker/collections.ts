import { MAX_DIM } from '../engine/kept-network.ts';
import { LookFailure } from './failure.ts';
import { freeName } from './names.ts';
import type { OpenCollections } from './open-collections.ts';
import type { CollectionInfo } from './protocol.ts';
import type { RenewalInfo } from './protocol-renewal.ts';
import {
  type CollectionRow,
  keysOf,
  type PictureRow,
  type RenewalRow,
  type WriteTransaction,
} from './schema.ts';
import { type LookStore, manifestOf } from './store.ts';

const MAX_NAME = 200;

const cleanName = (name: string): string => {
  const clean = name.trim().slice(0, MAX_NAME);
  if (clean === '') throw new LookFailure('no-collection', 'A collection needs a name.', 'Type one.');
  return clean;
};

const MAX_TITLE = 200;

/** What a network was called, where that is known. */
export const titled = (title: string): Pick<CollectionRow, 'networkTitle'> =>
  title === '' ? {} : { networkTitle: title.slice(0, MAX_TITLE) };

/** Takes ids for new collections; an id is never used twice, also not after a deletion. */
export async function reserveCollections(tx: WriteTransaction, howMany: number): Promise<number> {
  const first = (await tx.objectStore('meta').get('nextCollection')) ?? 1;
  await tx.objectStore('meta').put(first + howMany, 'nextCollection');
  return first;
}

/**
 * Names for collections that come or are renamed: two of one name could not be told apart.
 *
 * @param tx of the change, so that no other comes between
 * @param wanted the names asked for
 * @param self the collection that is being renamed
 * @returns a name for each, not taken by any collection nor by one before it
 */
export async function freeNames(
  tx: WriteTransaction,
  wanted: readonly string[],
  self?: number,
): Promise<readonly string[]> {
  const others = (await tx.objectStore('collections').getAll()).filter(({ id }) => id !== self);
  const taken = new Set(others.map(({ name }) => name));
  return wanted.map((each) => {
    const name = freeName(each, taken, MAX_NAME);
    taken.add(name);
    return name;
  });
}

/** Pictures that were deleted since may be counted; `RenewalApi.begin` tells exactly. */
function progressOf(
  { network, dim, chunks, networkTitle = '', wasInUse }: RenewalRow,
  total: number,
): RenewalInfo {
  const rows = chunks.reduce((sum, ref) => sum + ref.rows, 0);
  const done = Math.min(rows, total);
  return { network, dim, done, total, ...titled(networkTitle), ...(wasInUse === true ? { wasInUse } : {}) };
}

/** Names, folders and announced files of the collections. */
export class Collections {
  readonly #store: LookStore;
  readonly #open: OpenCollections;
  readonly #now: () => number;

  constructor(store: LookStore, open: OpenCollections, now: () => number) {
    this.#store = store;
    this.#open = open;
    this.#now = now;
  }

  async list(): Promise<readonly CollectionInfo[]> {
    const rows = await this.#store.db.getAll('collections');
    return Promise.all(rows.map((row) => this.info(row)));
  }

  async info(row: CollectionRow): Promise<CollectionInfo> {
    const { id, name, network, dim, networkTitle = '', generation, count, createdAt, folder, renewal } = row;
    const pending = await this.#store.db.count('pending', keysOf(id));
    const fromThumbnails = await this.#fromThumbnails(row);
    return {
      id,
      name,
      network,
      dim,
      generation,
      count,
      createdAt,
      pending,
      folder,
      ...titled(networkTitle),
      ...(fromThumbnails === 0 ? {} : { fromThumbnails }),
      ...(renewal === undefined ? {} : { renewal: progressOf(renewal, count) }),
    };
  }

  async create(name: string, network: string, dim: number, networkTitle = ''): Promise<CollectionInfo> {
    const clean = cleanName(name);
    if (!Number.isInteger(dim) || dim < 1 || dim > MAX_DIM)
      throw new LookFailure('wrong-network', `A network with vectors of ${dim} numbers cannot be used.`);
    const row = await this.#store.write(['collections'], 'making a collection', async (tx) => {
      const [free = clean] = await freeNames(tx, [clean]);
      const fresh: CollectionRow = {
        id: await reserveCollections(tx, 1),
        name: free,
        network,
        dim,
        createdAt: this.#now(),
        generation: 1,
        chunks: [],
        nextSeq: 0,
        nextId: 1,
        count: 0,
        revision: 1,
        folder: '',
        ...titled(networkTitle),
      };
      await tx.objectStore('collections').add(fresh);
      return fresh;
    });
    return this.info(row);
  }

  async rename(collection: number, name: string): Promise<CollectionInfo> {
    const clean = cleanName(name);
    const row = await this.#change(collection, 'renaming a collection', async (old, tx) => {
      const [free = clean] = await freeNames(tx, [clean], collection);
      return { ...old, name: free };
    });
    return this.info(row);
  }

  async renamePicture(
    collection: number,
    id: number,
    names: (old: PictureRow) => Pick<PictureRow, 'name' | 'path'>,
  ): Promise<void> {
    const open = await this.#open.open(collection);
    await this.#open.serial.run(async () => {
      const old = open.picture(id);
      const renamed = { ...old, ...names(old) };
      const row = await this.#store.write(['collections', 'pictures'], 'renaming a picture', async (tx) => {
        const manifest = await manifestOf(tx, collection);
        const next = { ...manifest, revision: manifest.revision + 1 };
        await Promise.all([tx.objectStore('pictures').put(renamed), tx.objectStore('collections').put(next)]);
        return next;
      });
      open.row = row;
      open.pictures.set(id, renamed);
    });
  }

  async announce(collection: number, names: readonly string[]): Promise<void> {
    await this.#store.write(['collections', 'pending'], 'noting the files to index', async (tx) => {
      await manifestOf(tx, collection);
      const pending = tx.objectStore('pending');
      await Promise.all(names.map((name) => pending.put(true, [collection, name])));
    });
  }

  async settle(collection: number, names: readonly string[]): Promise<void> {
    await this.#store.write(['pending'], 'noting the files to index', async (tx) => {
      const pending = tx.objectStore('pending');
      await Promise.all(names.map((name) => pending.delete([collection, name])));
    });
  }

  async pending(collection: number): Promise<readonly string[]> {
    const keys = await this.#store.db.getAllKeys('pending', keysOf(collection));
    return keys.map(([, name]) => name);
  }

  async keepFolder(collection: number, handle: FileSystemDirectoryHandle): Promise<void> {
    await this.#change(collection, 'keeping the folder', async (old, tx) => {
      await tx.objectStore('folders').put(handle, collection);
      return { ...old, folder: handle.name };
    });
  }

  folder(collection: number): Promise<FileSystemDirectoryHandle | undefined> {
    return this.#store.db.get('folders', collection);
  }

  /** How many vectors in use were made of thumbnails. */
  async #fromThumbnails({ id, set = 0, smallSets = [] }: CollectionRow): Promise<number> {
    if (!smallSets.includes(set)) return 0;
    const pictures =
      this.#open.peek(id)?.pictures.values() ?? (await this.#store.db.getAll('pictures', keysOf(id)));
    return [...pictures].filter(({ small }) => small?.includes(set) === true).length;
  }

  #change(
    collection: number,
    doing: string,
    change: (row: CollectionRow, tx: WriteTransaction) => CollectionRow | Promise<CollectionRow>,
  ): Promise<CollectionRow> {
    return this.#open.serial.run(async () => {
      const row = await this.#store.write(['collections', 'folders'], doing, async (tx) => {
        const old = await manifestOf(tx, collection);
        const next = { ...(await change(old, tx)), revision: old.revision + 1 };
        await tx.objectStore('collections').put(next);
        return next;
      });
      const open = this.#open.peek(collection);
      if (open !== undefined) open.row = row;
      return row;
    });
  }
}
