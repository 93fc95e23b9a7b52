import { deferred, type Deferred } from '../../../kernel/deferred.ts';
import { describe, ok } from '../../../kernel/result.ts';
import { isFiniteVector } from '../engine/vector-index.ts';
import { attempt, LookFailure } from './failure.ts';
import type { OpenCollection, OpenCollections } from './open-collections.ts';
import type { IndexOutcome, LookResult, NewPicture } from './protocol.ts';
import { chunkKey, type ChunkRef, type CollectionRow, type PictureRow } from './schema.ts';
import { type LookStore, manifestOf } from './store.ts';

/**
 * Pictures of one transaction at most: whatever came while the last one ran goes together. Twelve vectors are 60 KB:
 * Chromium keeps values over 64 KB in files of their own.
 */
const MAX_BATCH = 12;
/**
 * While more pictures are on their way a transaction waits until so many have come, or for so long: fewer transactions
 * leave more of the processor to the network. Nothing is acknowledged before it is on the disk, so nothing is at stake.
 */
const ENOUGH = 12;
const GATHER_MS = 250;
const DOING = 'saving pictures';
const HASH = /^[0-9a-f]{64}$/;
const THUMBNAIL_TYPES = /^image\/(webp|png|jpeg)$/;

interface Waiting {
  readonly collection: number;
  readonly picture: NewPicture;
  readonly outcome: Deferred<LookResult<IndexOutcome>>;
}

/** Stores new pictures, several in a transaction, and answers each when it is on the disk. */
export class CommitQueue {
  readonly #store: LookStore;
  readonly #collections: OpenCollections;
  /** Told of pictures that were stored; their vectors are in memory by then. */
  readonly #onStored: (collection: OpenCollection, ids: readonly number[]) => void;
  #waiting: Waiting[] = [];
  /** By collection and hash: the same bytes twice at once become one picture. */
  readonly #inFlight = new Map<string, Promise<unknown>>();
  #isRunning = false;
  /** How many pictures are being worked on, those that wait here among them. */
  #underWay: () => number = () => 0;
  /** Ends the waiting for more. */
  #goOn: () => void = () => undefined;

  constructor(
    store: LookStore,
    collections: OpenCollections,
    onStored: (collection: OpenCollection, ids: readonly number[]) => void,
  ) {
    this.#store = store;
    this.#collections = collections;
    this.#onStored = onStored;
  }

  /**
   * The outcome of one picture, once the transaction that holds it has completed.
   *
   * @param underWay how many pictures are being worked on, this one among them; left out: no other is expected
   */
  async add(
    collection: number,
    picture: NewPicture,
    underWay: () => number = () => 0,
  ): Promise<LookResult<IndexOutcome>> {
    this.#underWay = underWay;
    const key = `${collection} ${picture.hash}`;
    for (;;) {
      const opened = await attempt(DOING, async () => {
        const open = await this.#collections.open(collection);
        validate(open.row, picture);
        return open;
      });
      if (!opened.ok) return opened;
      const same = this.#inFlight.get(key);
      if (same === undefined) {
        const { idByHash, pictures } = opened.value;
        const id = idByHash.get(picture.hash);
        if (id === undefined) return this.#enqueue(key, collection, picture);
        return ok({ kind: 'duplicate', id, name: pictures.get(id)?.name ?? '' });
      }
      await same;
    }
  }

  /** Settles when everything that is on its way is stored or refused. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#inFlight.values());
  }

  #enqueue(key: string, collection: number, picture: NewPicture): Promise<LookResult<IndexOutcome>> {
    const outcome = deferred<LookResult<IndexOutcome>>();
    const forget = (): void => void this.#inFlight.delete(key);
    this.#inFlight.set(key, outcome.promise.then(forget, forget));
    this.#waiting.push({ collection, picture, outcome });
    if (!this.#isWorthWaiting) this.#goOn();
    void this.#run();
    return outcome.promise;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#isWorthWaiting) await this.#gather();
      const { collection } = first;
      const batch = this.#waiting.filter((one) => one.collection === collection).slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.filter((one) => !batch.includes(one));
      await this.#settle(collection, batch);
    }
    this.#isRunning = false;
  }

  get #isWorthWaiting(): boolean {
    return this.#waiting.length < ENOUGH && this.#underWay() > this.#waiting.length;
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #settle(collection: number, batch: readonly Waiting[]): Promise<void> {
    try {
      const ids = await attempt(DOING, () =>
        this.#collections.serial.run(async () => {
          const open = await this.#collections.load(collection);
          // Another network's vectors may have come into use since they were looked at.
          for (const { picture } of batch) validate(open.row, picture);
          return this.#commit(open, batch);
        }),
      );
      for (const [at, { outcome }] of batch.entries())
        outcome.resolve(ids.ok ? ok({ kind: 'stored', id: ids.value[at] ?? 0 }) : ids);
    } catch (bug) {
      const reason = bug instanceof Error ? bug : new Error(describe(bug));
      for (const { outcome } of batch) outcome.reject(reason);
    }
  }

  async #commit(open: OpenCollection, batch: readonly Waiting[]): Promise<readonly number[]> {
    const collection = open.row.id;
    const { dim } = open.row;
    const data = new Float32Array(batch.length * dim);
    for (const [at, { picture }] of batch.entries()) data.set(picture.embedding, at * dim);

    const stores = ['collections', 'pictures', 'chunks', 'thumbs', 'pending'] as const;
    const stored = await this.#store.write(stores, DOING, async (tx) => {
      const row = await manifestOf(tx, collection);
      const rows = batch.map(({ picture }, at) => toRow(collection, row.nextId + at, picture));
      const ids = Uint32Array.from(rows, ({ id }) => id);
      const ref: ChunkRef = { generation: row.generation, seq: row.nextSeq, rows: ids.length };
      const next = {
        ...row,
        chunks: [...row.chunks, ref],
        nextSeq: row.nextSeq + 1,
        nextId: row.nextId + rows.length,
        count: row.count + rows.length,
        revision: row.revision + 1,
      };
      const requests: Promise<unknown>[] = [
        tx.objectStore('collections').put(next),
        tx.objectStore('chunks').put({ ids, data }, chunkKey(collection, ref)),
      ];
      for (const [at, { picture }] of batch.entries()) {
        const info = rows[at];
        if (info === undefined) continue;
        const thumb = { data: picture.thumbnail, type: picture.thumbnailType };
        requests.push(
          tx.objectStore('pictures').add(info),
          tx.objectStore('thumbs').put(thumb, [collection, info.id]),
          tx.objectStore('pending').delete([collection, picture.name]),
        );
      }
      await Promise.all(requests);
      return { next, rows, ids };
    });
    open.row = stored.next;
    open.addPictures(stored.rows);
    open.table.add(stored.ids, data);
    this.#onStored(open, [...stored.ids]);
    return [...stored.ids];
  }
}

function toRow(collection: number, id: number, picture: NewPicture): PictureRow {
  const { name, hash, bytes, width, height, thumbnail } = picture;
  return { collection, id, name, hash, bytes, width, height, thumbBytes: thumbnail.byteLength };
}

function validate(
  { dim, network: own }: CollectionRow,
  { name, embedding, hash, thumbnailType, network }: NewPicture,
): void {
  if (network !== own)
    throw new LookFailure(
      'wrong-network',
      `${name} was looked at by another network than the one that this collection was made with.`,
      'Vectors of two networks cannot be compared: begin another collection with that network.',
    );
  if (embedding.length !== dim)
    throw new LookFailure(
      'wrong-network',
      `${name}: the network gave ${embedding.length} numbers, this collection holds vectors of ${dim}.`,
      'Use the network that this collection was made with.',
    );
  if (!isFiniteVector(embedding))
    throw new LookFailure('not-finite', `${name}: the network gave a number that is not finite.`);
  if (!HASH.test(hash) || !THUMBNAIL_TYPES.test(thumbnailType))
    throw new LookFailure('broken-image', `${name}: the picture came without its hash or its thumbnail.`);
}
