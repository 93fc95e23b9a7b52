import { deferred, type Deferred } from '../../../kernel/deferred.ts';
import { describe } from '../../../kernel/result.ts';
import { MAX_DIM } from '../engine/kept-network.ts';
import { isFiniteVector } from '../engine/vector-index.ts';
import { titled } from './collections.ts';
import { attempt, LookFailure } from './failure.ts';
import { MERGE_AT, mergeChunks, smallChunks } from './merge.ts';
import type { OpenCollection, OpenCollections } from './open-collections.ts';
import type { LookResult, PictureInfo } from './protocol.ts';
import type { RenewalEnd, RenewalInfo, RenewedPicture } from './protocol-renewal.ts';
import {
  chunkKey,
  type ChunkRef,
  type CollectionRow,
  type PictureRow,
  type RenewalRow,
  toPictureInfo,
  type WriteTransaction,
} from './schema.ts';
import { type LookStore, manifestOf } from './store.ts';

/** Vectors of one transaction at most; Chromium keeps values over 64 KB in files of their own. */
const MAX_BATCH = 12;
const DOING = 'keeping what another network sees';

interface Waiting {
  readonly collection: number;
  readonly picture: RenewedPicture;
  readonly outcome: Deferred<LookResult<void>>;
}

/** Pictures of a set that have their vectors. */
interface Seen {
  readonly set: number;
  readonly ids: Set<number>;
}

/**
 * Another network looks at a collection anew: its vectors are written beside the old ones, as chunks that the manifest
 * names under `renewal`, and one transaction at the end has them change places. What is on the disk is enough to go on, and
 * to go back.
 */
export class Renewals {
  readonly #store: LookStore;
  readonly #open: OpenCollections;
  readonly #onFlipped: (collection: number) => void;
  readonly #seen = new Map<number, Seen>();
  #waiting: Waiting[] = [];
  #isRunning = false;

  /**
   * @param store the store
   * @param open the collections in memory
   * @param onFlipped hears that other vectors are in use: what was built on the old ones is of no use any more
   */
  constructor(store: LookStore, open: OpenCollections, onFlipped: (collection: number) => void) {
    this.#store = store;
    this.#open = open;
    this.#onFlipped = onFlipped;
  }

  /** Begins or goes on. No merge may run at the same time. */
  async begin(collection: number, network: string, dim: number, networkTitle = ''): Promise<RenewalInfo> {
    if (!Number.isInteger(dim) || dim < 1 || dim > MAX_DIM)
      throw new LookFailure('wrong-network', `A network with vectors of ${dim} numbers cannot be used.`);
    const open = await this.#open.open(collection);
    return this.#open.serial.run(async () => {
      const begun = open.row.renewal;
      if (begun?.network !== network || begun.dim !== dim)
        open.row = await this.#store.write(['collections', 'chunks'], DOING, async (tx) => {
          const old = await manifestOf(tx, collection);
          const set = (old.lastSet ?? 0) + 1;
          const renewal: RenewalRow = { set, network, dim, ...titled(networkTitle), chunks: [] };
          const next = { ...old, renewal, lastSet: set, revision: old.revision + 1 };
          await Promise.all([
            tx.objectStore('collections').put(next),
            deleteChunks(tx, collection, old.renewal?.chunks ?? []),
          ]);
          return next;
        });
      const { ids } = await this.#seenOf(open.row);
      const done = open.order.filter((id) => ids.has(id)).length;
      return { network, dim, done, total: open.order.length };
    });
  }

  async missing(collection: number, after: number, limit: number): Promise<readonly PictureInfo[]> {
    const open = await this.#open.open(collection);
    const { ids } = await this.#seenOf(open.row);
    return open.order
      .filter((id) => id > after && !ids.has(id))
      .slice(0, limit)
      .map((id) => toPictureInfo(open.picture(id)));
  }

  /** Answers when the vector is on the disk. What comes while a transaction runs goes into the next one together. */
  add(collection: number, picture: RenewedPicture): Promise<LookResult<void>> {
    const outcome = deferred<LookResult<void>>();
    this.#waiting.push({ collection, picture, outcome });
    void this.#run();
    return outcome.promise;
  }

  /** Puts the new vectors in use, and keeps those of another network in their stead. No merge may run at the same time. */
  async finish(collection: number): Promise<RenewalEnd> {
    const end = await this.#open.serial.run(async (): Promise<RenewalEnd> => {
      const open = await this.#open.load(collection);
      const { ids } = await this.#seenOf(open.row);
      const missing = open.order.filter((id) => !ids.has(id)).length;
      if (missing > 0) return { isDone: false, missing, lost: 0 };
      const lost = await this.#store.write(['collections', 'chunks', 'trash'], DOING, async (tx) => {
        const row = await manifestOf(tx, collection);
        const [forgotten] = await Promise.all([
          forgetUnseen(tx, collection, ids),
          tx.objectStore('collections').put(flipped(row)),
          // The same network's own earlier look is no way back that anybody wants.
          isOfOneNetwork(row) ? deleteChunks(tx, collection, row.chunks) : undefined,
        ]);
        return forgotten;
      });
      this.#seen.delete(collection);
      this.#open.forget(collection);
      return { isDone: true, missing: 0, lost };
    });
    if (end.isDone) this.#onFlipped(collection);
    return end;
  }

  /** Forgets the vectors that are not in use. No merge may run at the same time. */
  async giveUp(collection: number): Promise<void> {
    const open = await this.#open.open(collection);
    await this.#open.serial.run(async () => {
      open.row = await this.#store.write(['collections', 'chunks'], DOING, async (tx) => {
        const old = await manifestOf(tx, collection);
        const next = { ...withoutRenewal(old), revision: old.revision + 1 };
        await Promise.all([
          tx.objectStore('collections').put(next),
          deleteChunks(tx, collection, old.renewal?.chunks ?? []),
        ]);
        return next;
      });
      this.#seen.delete(collection);
    });
  }

  /** Keeps the manifest short. No other merge may run at the same time. */
  async merge(collection: number): Promise<void> {
    const row = this.#open.peek(collection)?.row;
    if (row !== undefined && smallChunks(row, 'renewal') >= MERGE_AT)
      await mergeChunks(this.#store, this.#open, collection, 'renewal');
  }

  /** Which pictures of the set under way have their vectors; after a restart the chunks say so. */
  async #seenOf({ id: collection, renewal }: CollectionRow): Promise<Seen> {
    if (renewal === undefined) throw notBegun();
    const known = this.#seen.get(collection);
    if (known?.set === renewal.set) return known;
    const ids = new Set<number>();
    // One by one: all of them at once would be as much memory as the collection.
    for (const ref of renewal.chunks) {
      const chunk = await this.#store.db.get('chunks', chunkKey(collection, ref));
      for (const id of chunk?.ids ?? []) ids.add(id);
    }
    const seen = { set: renewal.set, ids };
    this.#seen.set(collection, seen);
    return seen;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { collection } = first;
      const batch = this.#waiting.filter((one) => one.collection === collection).slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.filter((one) => !batch.includes(one));
      await this.#settle(collection, batch);
    }
    this.#isRunning = false;
  }

  async #settle(collection: number, batch: readonly Waiting[]): Promise<void> {
    try {
      const kept = await attempt(DOING, () =>
        this.#open.serial.run(async () => {
          const open = await this.#open.load(collection);
          const pictures = batch.map(({ picture }) => picture);
          for (const picture of pictures) validate(open, picture);
          await this.#commit(open, pictures);
        }),
      );
      for (const { outcome } of batch) outcome.resolve(kept);
    } catch (bug) {
      const reason = bug instanceof Error ? bug : new Error(describe(bug));
      for (const { outcome } of batch) outcome.reject(reason);
    }
  }

  async #commit(open: OpenCollection, batch: readonly RenewedPicture[]): Promise<void> {
    const collection = open.row.id;
    const { ids: known, set } = await this.#seenOf(open.row);
    // Deleted meanwhile, or given twice: nothing is to be done.
    const fresh = new Map(
      batch.filter(({ id }) => open.pictures.has(id) && !known.has(id)).map((each) => [each.id, each]),
    );
    if (fresh.size === 0) return;
    const ids = Uint32Array.from(fresh.keys());
    const dim = batch[0]?.embedding.length ?? 0;
    const data = new Float32Array(ids.length * dim);
    for (const [at, { embedding }] of [...fresh.values()].entries()) data.set(embedding, at * dim);
    const small = [...fresh.values()]
      .filter(({ isOfThumbnail }) => isOfThumbnail)
      .map(({ id }) => withMark(open.picture(id), set));
    const next = await this.#store.write(['collections', 'pictures', 'chunks'], DOING, async (tx) => {
      const row = await manifestOf(tx, collection);
      const { renewal } = row;
      if (renewal === undefined) throw notBegun();
      const ref: ChunkRef = { generation: row.generation, seq: row.nextSeq, rows: ids.length };
      const grown: CollectionRow = {
        ...row,
        nextSeq: row.nextSeq + 1,
        renewal: { ...renewal, chunks: [...renewal.chunks, ref] },
        ...(small.length === 0 ? {} : { smallSets: [...new Set([...(row.smallSets ?? []), set])] }),
      };
      await Promise.all([
        tx.objectStore('collections').put(grown),
        tx.objectStore('chunks').put({ ids, data }, chunkKey(collection, ref)),
        ...small.map((picture) => tx.objectStore('pictures').put(picture)),
      ]);
      return grown;
    });
    open.row = next;
    for (const picture of small) open.pictures.set(picture.id, picture);
    for (const id of ids) known.add(id);
  }
}

function validate({ row, pictures }: OpenCollection, { id, network, embedding }: RenewedPicture): void {
  const name = pictures.get(id)?.name ?? `Picture ${id}`;
  if (row.renewal?.network !== network || row.renewal.dim !== embedding.length)
    throw new LookFailure(
      'wrong-network',
      `${name} was looked at by another network than the one that looks at ${row.name} anew.`,
      'Begin again.',
    );
  if (!isFiniteVector(embedding))
    throw new LookFailure('not-finite', `${name}: the network gave a number that is not finite.`);
}

const withMark = (picture: PictureRow, set: number): PictureRow => ({
  ...picture,
  small: [...(picture.small ?? []), set],
});

function withoutRenewal(row: CollectionRow): CollectionRow {
  const { renewal, ...rest } = row;
  return { ...rest, lastSet: Math.max(row.lastSet ?? 0, renewal?.set ?? 0) };
}

const isOfOneNetwork = ({ network, renewal }: CollectionRow): boolean => renewal?.network === network;

/** The manifest with the new vectors in the place of the old ones, which are kept where they are another network's. */
function flipped(row: CollectionRow): CollectionRow {
  const { renewal } = row;
  if (renewal === undefined) throw notBegun();
  const { set, network, dim, chunks, networkTitle = '' } = renewal;
  const old: RenewalRow = {
    set: row.set ?? 0,
    network: row.network,
    dim: row.dim,
    chunks: row.chunks,
    ...titled(row.networkTitle ?? ''),
    wasInUse: true,
  };
  return {
    ...withoutRenewal(row),
    ...(isOfOneNetwork(row) ? {} : { renewal: old }),
    networkTitle,
    set,
    network,
    dim,
    chunks,
    generation: row.generation + 1,
    revision: row.revision + 1,
  };
}

async function deleteChunks(
  tx: WriteTransaction,
  collection: number,
  chunks: readonly ChunkRef[],
): Promise<void> {
  await Promise.all(chunks.map((ref) => tx.objectStore('chunks').delete(chunkKey(collection, ref))));
}

/** Takes deleted pictures that only the old network knew out of the trash. @returns how many; a sweep frees their room */
async function forgetUnseen(
  tx: WriteTransaction,
  collection: number,
  seen: ReadonlySet<number>,
): Promise<number> {
  let lost = 0;
  for (let one = await tx.objectStore('trash').openCursor(); one !== null; one = await one.continue()) {
    const { value } = one;
    if (value.kind !== 'pictures' || value.collection !== collection) continue;
    const pictures = value.pictures.filter(({ id }) => seen.has(id));
    lost += value.pictures.length - pictures.length;
    if (pictures.length === 0) await one.delete();
    else if (pictures.length < value.pictures.length) await one.update({ ...value, pictures });
  }
  return lost;
}

const notBegun = (): LookFailure =>
  new LookFailure('wrong-network', 'No other network looks at this collection.', 'Begin again.');
