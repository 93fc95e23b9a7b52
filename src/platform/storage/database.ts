import { openDB, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { deferred } from '../../kernel/deferred.ts';
import { StorageError, toStorageError } from './errors.ts';

/**
 * One step from version n to n + 1. It sees the database as the steps before it left it, so it is written without the
 * present schema's types. It may await nothing but requests of this transaction.
 */
export type Migration = (
  database: IDBPDatabase,
  transaction: IDBPTransaction<unknown, string[], 'versionchange'>,
) => void | Promise<void>;

export interface OpenOptions {
  readonly name: string;
  /** Append only: the version of the store is the length of this list. */
  readonly migrations: readonly Migration[];
  /** The connection is gone: a newer version of the site wants the store, or the browser closed it. */
  readonly onLost?: (reason: StorageError) => void;
  /** How long to wait for a tab that holds an older version open, milliseconds. */
  readonly blockedLimitMs?: number;
}

const BLOCKED_LIMIT_MS = 10_000;

/**
 * Opens a database and brings it to the present version.
 *
 * @param options its name and its migrations
 * @returns the connection
 * @throws StorageError `store-newer`, `store-blocked`, `quota` or `store-broken`
 */
export async function openDatabase<Schema = unknown>(options: OpenOptions): Promise<IDBPDatabase<Schema>> {
  const { name, migrations, onLost, blockedLimitMs = BLOCKED_LIMIT_MS } = options;
  const blocked = deferred<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const migration: { failure?: unknown } = {};
  const opening = openDB<Schema>(name, migrations.length, {
    upgrade(database, oldVersion, _newVersion, transaction) {
      void runMigrations(database, transaction, migrations.slice(oldVersion), (failure) => {
        migration.failure = failure;
      });
    },
    blocked() {
      const reason = new StorageError(
        'store-blocked',
        'Another tab keeps the store open in an older version of this site.',
        'Close the other tabs of this site, then reload.',
      );
      timer = setTimeout(() => blocked.reject(reason), blockedLimitMs);
    },
    blocking(_current, _wanted, event) {
      // The newer version waits until this connection is closed; what this tab held in memory is stale from then on.
      (event.target as IDBDatabase).close();
      onLost?.(
        new StorageError(
          'store-newer',
          'A newer version of this site took the store over in another tab.',
          'Reload this page.',
        ),
      );
    },
    terminated: () =>
      onLost?.(
        new StorageError('store-broken', 'The browser closed the store of this site.', 'Reload this page.'),
      ),
  });
  try {
    return await Promise.race([opening, blocked.promise]);
  } catch (thrown) {
    // A connection that comes after the limit would block every later upgrade.
    opening.then(
      (late) => late.close(),
      () => undefined,
    );
    throw toStorageError(migration.failure ?? thrown, 'opening the store');
  } finally {
    clearTimeout(timer);
  }
}

async function runMigrations<Schema>(
  database: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
  steps: readonly Migration[],
  onFailure: (failure: unknown) => void,
): Promise<void> {
  // Whoever opens the database hears of an abort through the open request; `done` would tell it to nobody.
  transaction.done.catch(() => undefined);
  try {
    for (const step of steps)
      await step(
        database as unknown as IDBPDatabase,
        transaction as unknown as IDBPTransaction<unknown, string[], 'versionchange'>,
      );
  } catch (failure) {
    onFailure(transaction.error ?? failure);
    // Aborting leaves the store exactly as it was at the older version; if it already ended there is nothing to abort.
    if (transaction.error === null) transaction.abort();
  }
}
