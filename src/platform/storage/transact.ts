import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { toStorageError } from './errors.ts';

/**
 * Runs one read-write transaction to its end: all of it is on the disk when this returns, or none of it is.
 *
 * @param database the open store
 * @param stores what it touches
 * @param doing for the message of a failure, e.g. `saving pictures`
 * @param work may await nothing but requests of this transaction; throwing undoes everything
 * @returns what `work` returned
 * @throws StorageError, or what `work` threw itself if it was not the storage that failed
 */
export async function transact<Schema extends DBSchema, const Names extends StoreNames<Schema>[], T>(
  database: IDBPDatabase<Schema>,
  stores: Names,
  doing: string,
  work: (transaction: IDBPTransaction<Schema, Names, 'readwrite'>) => Promise<T>,
): Promise<T> {
  const transaction = open(database, stores, doing);
  // `done` is watched from the start: it may reject while `work` still waits for a request.
  const done = transaction.done.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
  let value: T;
  try {
    value = await work(transaction);
  } catch (thrown) {
    // After an abort by the browser (quota, disk) the requests reject with AbortError and `error` has the cause.
    if (transaction.error !== null) throw toStorageError(transaction.error, doing);
    const early = await Promise.race([done, Promise.resolve('open' as const)]);
    if (early === 'open') transaction.abort();
    await done;
    throw thrown instanceof DOMException ? toStorageError(transaction.error ?? thrown, doing) : thrown;
  }
  const failed = await done;
  if (failed !== undefined) throw toStorageError(transaction.error ?? failed.reason, doing);
  return value;
}

function open<Schema extends DBSchema, const Names extends StoreNames<Schema>[]>(
  database: IDBPDatabase<Schema>,
  stores: Names,
  doing: string,
): IDBPTransaction<Schema, Names, 'readwrite'> {
  try {
    // Strict: the completion event comes after the flush to the disk, so an acknowledged picture survives a power cut.
    return database.transaction(stores, 'readwrite', { durability: 'strict' });
  } catch (thrown) {
    throw toStorageError(thrown, doing);
  }
}
