import type { IDBPDatabase } from 'idb';
import { openDatabase } from '../../../platform/storage/database.ts';
import { StorageError } from '../../../platform/storage/errors.ts';
import { transact } from '../../../platform/storage/transact.ts';
import { emptyTrash, TRASHED } from './empty-trash.ts';
import { LookFailure } from './failure.ts';
import { MIGRATIONS } from './migrations.ts';
import type { CollectionRow, LookSchema, StoreName, WriteTransaction } from './schema.ts';

const readOnly = (): StorageError =>
  new StorageError(
    'read-only',
    'Another tab of this site is writing, so this one can only look.',
    'Close the other tab: this one then takes over.',
  );

/** The database of Look, and the one way to write to it. */
export class LookStore {
  readonly #db: IDBPDatabase<LookSchema>;
  #lost: StorageError | undefined;
  #token: number | undefined;

  private constructor(db: IDBPDatabase<LookSchema>) {
    this.#db = db;
  }

  static async open(name: string): Promise<LookStore> {
    const lost: { reason?: StorageError; tell: (reason: StorageError) => void } = {
      tell: (reason) => (lost.reason = reason),
    };
    const db = await openDatabase<LookSchema>({
      name,
      migrations: MIGRATIONS,
      onLost: (reason) => lost.tell(reason),
    });
    const store = new LookStore(db);
    store.#lost = lost.reason;
    lost.tell = (reason) => (store.#lost = reason);
    return store;
  }

  /** For reading. */
  get db(): IDBPDatabase<LookSchema> {
    if (this.#lost !== undefined) throw this.#lost;
    return this.#db;
  }

  get isWriter(): boolean {
    return this.#token !== undefined;
  }

  /**
   * Makes this connection the writer: from the end of this transaction on, whoever wrote before is refused, even if it
   * believes that it still holds the lock.
   *
   * @param token a number that no other tab has
   */
  async becomeWriter(token: number): Promise<void> {
    try {
      await transact(this.db, ['meta'], 'opening the store', (tx) => tx.store.put(token, 'writer'));
      this.#token = token;
    } catch (thrown) {
      if (!isOutOfRoom(thrown)) throw thrown;
      // Not even a number finds room. Whoever holds the lock must be able to delete, so it goes on under the last token.
      const last = await this.db.get('meta', 'writer');
      if (last === undefined) throw thrown;
      this.#token = last;
    }
  }

  resignWriter(): void {
    this.#token = undefined;
  }

  /**
   * Writes in one transaction: all of it or nothing, and on the disk when it returns. When there is no room for it the
   * trash is emptied first, if there is anything in it.
   *
   * @param stores what it touches
   * @param doing for the message of a failure
   * @param work may await nothing but requests of its transaction; it may be called a second time
   * @returns what `work` returned
   */
  async write<T>(
    stores: readonly StoreName[],
    doing: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#write(stores, doing, work);
    } catch (thrown) {
      if (!isOutOfRoom(thrown) || !(await this.#write(TRASHED, 'emptying the trash', emptyTrash)))
        throw thrown;
      return this.#write(stores, doing, work);
    }
  }

  close(): void {
    this.#db.close();
  }

  async #write<T>(
    stores: readonly StoreName[],
    doing: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    const token = this.#token;
    if (token === undefined) throw readOnly();
    return transact(this.db, ['meta', ...stores] as StoreName[], doing, async (tx) => {
      if ((await tx.objectStore('meta').get('writer')) !== token) {
        this.#token = undefined;
        throw readOnly();
      }
      return work(tx);
    });
  }
}

/** Whether a failure of the store is the browser's limit or a full disk. */
export const isOutOfRoom = (thrown: unknown): boolean =>
  thrown instanceof StorageError && thrown.code === 'quota';

/** The manifest of a collection that must exist, inside a transaction. */
export async function manifestOf(
  tx: { objectStore(name: 'collections'): { get(key: number): Promise<CollectionRow | undefined> } },
  collection: number,
): Promise<CollectionRow> {
  const row = await tx.objectStore('collections').get(collection);
  if (row === undefined) throw noCollection();
  return row;
}

export const noCollection = (): LookFailure =>
  new LookFailure('no-collection', 'This collection does not exist any more.', 'Choose another one.');
