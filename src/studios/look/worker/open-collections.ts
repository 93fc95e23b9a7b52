import { Serial } from '../../../kernel/serial.ts';
import { VectorTable } from '../engine/vector-table.ts';
import { LookFailure } from './failure.ts';
import { chunkKey, type CollectionRow, keysOf, type PictureRow, type VectorChunk } from './schema.ts';
import { type LookStore, manifestOf } from './store.ts';

/** Collections whose vectors are in memory at once; 10,000 pictures are 51 MB. */
const MAX_OPEN = 3;
/** Chunks asked for at once while loading. */
const READ_AHEAD = 12;

/** A collection in memory: what the store holds of it, but for the thumbnails. */
export class OpenCollection {
  row: CollectionRow;
  readonly pictures = new Map<number, PictureRow>();
  readonly idByHash = new Map<string, number>();
  readonly table: VectorTable;
  #order: number[] | undefined;

  constructor(row: CollectionRow) {
    this.row = row;
    this.table = new VectorTable(row.dim);
  }

  /** Ids in the order in which the pictures were added. */
  get order(): readonly number[] {
    this.#order ??= [...this.pictures.keys()].sort((a, b) => a - b);
    return this.#order;
  }

  addPictures(rows: readonly PictureRow[]): void {
    for (const row of rows) {
      this.pictures.set(row.id, row);
      this.idByHash.set(row.hash, row.id);
      // New ids are the highest, so the order only grows, but for an undo.
      const last = this.#order?.at(-1) ?? 0;
      if (row.id > last) this.#order?.push(row.id);
      else this.#order = undefined;
    }
  }

  removePictures(rows: readonly PictureRow[]): void {
    for (const { id, hash } of rows) {
      this.pictures.delete(id);
      this.idByHash.delete(hash);
    }
    this.table.remove(rows.map(({ id }) => id));
    this.#order = undefined;
  }

  /** Adds those vectors of a chunk whose pictures exist; deleted ones stay in their chunk until it is rewritten. */
  addVectors({ ids, data }: VectorChunk, isWanted: (id: number) => boolean): void {
    const { dim } = this.row;
    if (data.length !== ids.length * dim) throw broken(this.row.name);
    if (ids.every(isWanted)) {
      this.table.take(ids, data);
      return;
    }
    for (const [at, id] of ids.entries())
      if (isWanted(id)) this.table.add([id], data.subarray(at * dim, (at + 1) * dim));
  }

  picture(id: number): PictureRow {
    const row = this.pictures.get(id);
    if (row === undefined)
      throw new LookFailure('no-picture', `There is no picture ${id} in ${this.row.name} any more.`);
    return row;
  }

  /** A view of a stored vector [dim], valid until the next change. */
  vector(id: number): Float32Array {
    const vector = this.table.vector(this.picture(id).id);
    if (vector === undefined) throw broken(this.row.name);
    return vector;
  }
}

const broken = (name: string): LookFailure =>
  new LookFailure(
    'store-broken',
    `The stored vectors of ${name} are damaged.`,
    'Delete the collection and index its pictures again, or open a saved file.',
  );

/** The collections in memory, and the queue of everything that changes the store. */
export class OpenCollections {
  /** Commits, deletions, merges' last steps and loads run one after the other, so that memory and disk stay in step. */
  readonly serial = new Serial();
  readonly #store: LookStore;
  /** In the order of their last use. */
  readonly #open = new Map<number, OpenCollection>();

  constructor(store: LookStore) {
    this.#store = store;
  }

  /** The collection, loaded if need be. */
  async open(collection: number): Promise<OpenCollection> {
    const known = this.#open.get(collection);
    if (known !== undefined && (this.#store.isWriter || (await this.#isFresh(known)))) {
      this.#open.delete(collection);
      this.#open.set(collection, known);
      return known;
    }
    return this.serial.run(() => this.load(collection));
  }

  /** Like `open`, for work that runs in `serial` already. */
  async load(collection: number): Promise<OpenCollection> {
    const known = this.#open.get(collection);
    if (known !== undefined && (this.#store.isWriter || (await this.#isFresh(known)))) return known;
    const fresh = await this.#read(collection);
    this.#open.delete(collection);
    this.#open.set(collection, fresh);
    for (const oldest of [...this.#open.keys()].slice(0, -MAX_OPEN)) this.#open.delete(oldest);
    return fresh;
  }

  /** The collection if it is in memory. */
  peek(collection: number): OpenCollection | undefined {
    return this.#open.get(collection);
  }

  forget(collection: number): void {
    this.#open.delete(collection);
  }

  forgetAll(): void {
    this.#open.clear();
  }

  /** Another tab may have written since; only a tab that reads has to ask. */
  async #isFresh(known: OpenCollection): Promise<boolean> {
    const row = await this.#store.db.get('collections', known.row.id);
    return row?.revision === known.row.revision;
  }

  async #read(collection: number): Promise<OpenCollection> {
    const tx = this.#store.db.transaction(['collections', 'pictures', 'chunks']);
    const open = new OpenCollection(await manifestOf(tx, collection));
    const { chunks, name } = open.row;
    const pictures = tx.objectStore('pictures').getAll(keysOf(collection));
    // Asked for ahead, so that the browser reads while vectors are taken in here.
    const asked: Promise<VectorChunk | undefined>[] = [];
    const ask = (at: number): void => {
      const ref = chunks[at];
      if (ref === undefined) return;
      const chunk = tx.objectStore('chunks').get(chunkKey(collection, ref));
      // Whoever waits for it hears of a failure; nobody waits for those behind the first.
      chunk.catch(() => undefined);
      asked[at] = chunk;
    };
    for (let at = 0; at < READ_AHEAD; at += 1) ask(at);
    open.addPictures(await pictures);
    for (let at = 0; at < chunks.length; at += 1) {
      ask(at + READ_AHEAD);
      const chunk = await asked[at];
      if (chunk === undefined) throw broken(name);
      open.addVectors(chunk, (id) => open.pictures.has(id));
    }
    if (open.table.size !== open.pictures.size) throw broken(name);
    return open;
  }
}
