import { deleteRowsOf } from './empty-trash.ts';
import { LookFailure } from './failure.ts';
import type { OpenCollection, OpenCollections } from './open-collections.ts';
import {
  BY_COLLECTION,
  chunkKey,
  type CollectionRow,
  type PictureRow,
  type WriteTransaction,
} from './schema.ts';
import { isOutOfRoom, type LookStore, manifestOf } from './store.ts';

/** How long a deletion can be taken back for certain, if its room is not needed before: a day. */
export const KEPT_MS = 24 * 60 * 60 * 1000;
const DELETING = 'deleting a collection';

export interface TrashEvents {
  onRemoved(collection: OpenCollection, ids: readonly number[]): void;
  onRestored(collection: OpenCollection, ids: readonly number[]): void;
  /** A collection was deleted, whole. */
  onGone(collection: number): void;
}

/**
 * Deleting with a way back. A deletion moves rows of information to the trash, where it has a key; vectors and thumbnails
 * stay where they are until the trash is emptied.
 */
export class Trash {
  readonly #store: LookStore;
  readonly #open: OpenCollections;
  readonly #now: () => number;
  readonly #events: TrashEvents;

  constructor(store: LookStore, open: OpenCollections, now: () => number, events: TrashEvents) {
    this.#store = store;
    this.#open = open;
    this.#now = now;
    this.#events = events;
  }

  /** Keys of the deletions that can be undone, the last one last. */
  keys(): Promise<readonly number[]> {
    return this.#store.db.getAllKeys('trash');
  }

  /** @returns the deletion's key, or undefined when there was nothing to delete */
  async removePictures(collection: number, ids: readonly number[]): Promise<number | undefined> {
    const open = await this.#open.open(collection);
    return this.#open.serial.run(async () => {
      const pictures = [...new Set(ids)].map((id) => open.picture(id));
      if (pictures.length === 0) return undefined;
      const stores = ['collections', 'pictures', 'trash'] as const;
      const at = this.#now();
      const { next, key } = await this.#store.write(stores, 'deleting pictures', async (tx) => {
        const old = await manifestOf(tx, collection);
        const next = { ...old, count: old.count - pictures.length, revision: old.revision + 1 };
        const [key] = await Promise.all([
          tx.objectStore('trash').add({ kind: 'pictures', collection, pictures, at }),
          tx.objectStore('collections').put(next),
          ...pictures.map(({ id }) => tx.objectStore('pictures').delete([collection, id])),
        ]);
        return { next, key };
      });
      open.row = next;
      open.removePictures(pictures);
      this.#events.onRemoved(
        open,
        pictures.map(({ id }) => id),
      );
      return key;
    });
  }

  /** @returns the deletion's key, or undefined when there was no room for a way back */
  removeCollection(collection: number): Promise<number | undefined> {
    return this.#removeCollections(async (tx) => [await manifestOf(tx, collection)]);
  }

  /** Deletes every collection as one deletion. @returns as `removeCollection` */
  removeAll(): Promise<number | undefined> {
    return this.#removeCollections((tx) => tx.objectStore('collections').getAll());
  }

  /**
   * Takes one deletion back, whatever was deleted since.
   *
   * @param key what the deletion answered
   * @returns the collections that came back; none when it was a deletion of pictures
   * @throws LookFailure `no-way-back` when the trash was emptied since
   */
  async undo(key: number): Promise<readonly number[]> {
    return this.#open.serial.run(async () => {
      const { collections, pictures } = await this.#store.write(
        ['collections', 'pictures', 'thumbs', 'trash'],
        'bringing back what was deleted',
        async (tx) => {
          const deleted = await tx.objectStore('trash').get(key);
          if (deleted === undefined) throw noWayBack();
          await tx.objectStore('trash').delete(key);
          if (deleted.kind === 'pictures')
            return { collections: [], pictures: await putBack(tx, deleted.collection, deleted.pictures) };
          const rows = deleted.rows.map((row) => ({ ...row, revision: row.revision + 1 }));
          await Promise.all(rows.map((row) => tx.objectStore('collections').put(row)));
          return { collections: rows.map(({ id }) => id), pictures: undefined };
        },
      );
      const open = pictures === undefined ? undefined : this.#open.peek(pictures.row.id);
      if (open !== undefined && pictures !== undefined)
        await this.#bringBack(open, pictures.row, pictures.back);
      return collections;
    });
  }

  /** Empties the trash: what was deleted before cannot come back. A sweep then frees its room. */
  async empty(): Promise<void> {
    await this.#open.serial.run(() =>
      this.#store.write(['trash'], 'emptying the trash', (tx) => tx.objectStore('trash').clear()),
    );
  }

  /** Lets deletions go that are older than `KEPT_MS`, or of which that is not known. A sweep then frees their room. */
  async forgetOld(): Promise<void> {
    const now = this.#now();
    await this.#open.serial.run(() =>
      this.#store.write(['trash'], 'emptying the trash', async (tx) => {
        for (let one = await tx.objectStore('trash').openCursor(); one !== null; one = await one.continue()) {
          // A clock that was set back counts too, or the deletion would stay for as long as it was wrong.
          const age = Math.abs(now - (one.value.at ?? Number.NEGATIVE_INFINITY));
          if (age > KEPT_MS) await one.delete();
        }
      }),
    );
  }

  async #removeCollections(
    choose: (tx: WriteTransaction) => Promise<readonly CollectionRow[]>,
  ): Promise<number | undefined> {
    return this.#open.serial.run(async () => {
      let rows: readonly CollectionRow[] = [];
      let key: number | undefined;
      const at = this.#now();
      try {
        key = await this.#store.write(['collections', 'trash'], DELETING, async (tx) => {
          rows = await choose(tx);
          if (rows.length === 0) return undefined;
          await Promise.all(rows.map(({ id }) => tx.objectStore('collections').delete(id)));
          return tx.objectStore('trash').add({ kind: 'collections', rows, at });
        });
      } catch (thrown) {
        if (!isOutOfRoom(thrown) || rows.length === 0) throw thrown;
        // The trash has no room either, and deleting is what makes room: then there is no way back.
        await this.#removeForGood(rows);
      }
      for (const { id } of rows) {
        this.#open.forget(id);
        this.#events.onGone(id);
      }
      return key;
    });
  }

  async #removeForGood(rows: readonly CollectionRow[]): Promise<void> {
    const stores = ['collections', 'folders', ...BY_COLLECTION] as const;
    await this.#store.write(stores, DELETING, (tx) =>
      Promise.all(rows.flatMap(({ id }) => [tx.objectStore('collections').delete(id), deleteRowsOf(tx, id)])),
    );
  }

  async #bringBack(
    open: OpenCollection,
    row: OpenCollection['row'],
    back: readonly PictureRow[],
  ): Promise<void> {
    const ids = new Set(back.map(({ id }) => id));
    const chunks = await Promise.all(
      row.chunks.map((ref) => this.#store.db.get('chunks', chunkKey(row.id, ref))),
    );
    open.row = row;
    open.addPictures(back);
    for (const chunk of chunks) if (chunk !== undefined) open.addVectors(chunk, (id) => ids.has(id));
    this.#events.onRestored(open, [...ids]);
  }
}

/** Puts the rows of deleted pictures back into their collection. */
async function putBack(
  tx: WriteTransaction,
  collection: number,
  pictures: readonly PictureRow[],
): Promise<{ readonly row: CollectionRow; readonly back: readonly PictureRow[] }> {
  const old = await tx.objectStore('collections').get(collection);
  if (old === undefined)
    throw new LookFailure(
      'no-collection',
      'The collection of these pictures was deleted too.',
      'Bring the collection back first.',
    );
  const byHash = tx.objectStore('pictures').index('byHash');
  const back: PictureRow[] = [];
  for (const picture of pictures) {
    // The same bytes were indexed again since: that picture stays, the deleted one stays deleted.
    if ((await byHash.getKey([collection, picture.hash])) === undefined) back.push(picture);
    else await tx.objectStore('thumbs').delete([collection, picture.id]);
  }
  const row = { ...old, count: old.count + back.length, revision: old.revision + 1 };
  await Promise.all([
    tx.objectStore('collections').put(row),
    ...back.map((picture) => tx.objectStore('pictures').put(picture)),
  ]);
  return { row, back };
}

const noWayBack = (): LookFailure =>
  new LookFailure(
    'no-way-back',
    'This deletion cannot be undone any more.',
    'It was undone already, or the trash was emptied because its room was needed.',
  );
