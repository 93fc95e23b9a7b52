import type { OpenCollection, OpenCollections } from './open-collections.ts';
import { BY_COLLECTION, chunkKey, keysOf, type PictureRow } from './schema.ts';
import { isOutOfRoom, type LookStore, manifestOf } from './store.ts';

export interface TrashEvents {
  onRemoved(collection: OpenCollection, ids: readonly number[]): void;
  onRestored(collection: OpenCollection, ids: readonly number[]): void;
}

/** Deleting with a way back. A deletion moves rows of information; vectors and thumbnails go when the trash is emptied. */
export class Trash {
  readonly #store: LookStore;
  readonly #open: OpenCollections;
  readonly #events: TrashEvents;

  constructor(store: LookStore, open: OpenCollections, events: TrashEvents) {
    this.#store = store;
    this.#open = open;
    this.#events = events;
  }

  async removePictures(collection: number, ids: readonly number[]): Promise<void> {
    const open = await this.#open.open(collection);
    await this.#open.serial.run(async () => {
      const pictures = [...new Set(ids)].map((id) => open.picture(id));
      if (pictures.length === 0) return;
      const stores = ['collections', 'pictures', 'trash'] as const;
      open.row = await this.#store.write(stores, 'deleting pictures', async (tx) => {
        const old = await manifestOf(tx, collection);
        const next = { ...old, count: old.count - pictures.length, revision: old.revision + 1 };
        await Promise.all([
          tx.objectStore('collections').put(next),
          tx.objectStore('trash').add({ kind: 'pictures', collection, pictures }),
          ...pictures.map(({ id }) => tx.objectStore('pictures').delete([collection, id])),
        ]);
        return next;
      });
      open.removePictures(pictures);
      this.#events.onRemoved(
        open,
        pictures.map(({ id }) => id),
      );
    });
  }

  async removeCollection(collection: number): Promise<void> {
    await this.#open.serial.run(async () => {
      try {
        await this.#store.write(['collections', 'trash'], 'deleting a collection', async (tx) => {
          const row = await manifestOf(tx, collection);
          await tx.objectStore('collections').delete(collection);
          await tx.objectStore('trash').add({ kind: 'collection', row });
        });
      } catch (thrown) {
        if (!isOutOfRoom(thrown)) throw thrown;
        // The trash has no room either, and deleting is what makes room: then there is no way back.
        await this.#removeForGood(collection);
      }
      this.#open.forget(collection);
    });
  }

  /** Brings the last deletion back; nothing happens when there is none. */
  async undo(): Promise<void> {
    await this.#open.serial.run(async () => {
      const undone = await this.#store.write(
        ['collections', 'pictures', 'thumbs', 'trash'],
        'bringing back what was deleted',
        async (tx) => {
          const cursor = await tx.objectStore('trash').openCursor(null, 'prev');
          if (cursor === null) return undefined;
          const deleted = cursor.value;
          await cursor.delete();
          if (deleted.kind === 'collection') {
            await tx.objectStore('collections').put({ ...deleted.row, revision: deleted.row.revision + 1 });
            return undefined;
          }
          const { collection } = deleted;
          const old = await manifestOf(tx, collection);
          const byHash = tx.objectStore('pictures').index('byHash');
          const back: PictureRow[] = [];
          for (const picture of deleted.pictures) {
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
        },
      );
      const open = undone === undefined ? undefined : this.#open.peek(undone.row.id);
      if (open !== undefined && undone !== undefined) await this.#bringBack(open, undone.row, undone.back);
    });
  }

  /** Empties the trash: what was deleted before cannot come back. A sweep then frees its room. */
  async empty(): Promise<void> {
    await this.#open.serial.run(() =>
      this.#store.write(['trash'], 'emptying the trash', (tx) => tx.objectStore('trash').clear()),
    );
  }

  async #removeForGood(collection: number): Promise<void> {
    const stores = ['collections', 'folders', ...BY_COLLECTION] as const;
    await this.#store.write(stores, 'deleting a collection', async (tx) => {
      await Promise.all([
        tx.objectStore('collections').delete(collection),
        tx.objectStore('folders').delete(collection),
        ...BY_COLLECTION.map((name) => tx.objectStore(name).delete(keysOf(collection))),
      ]);
    });
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
