import { deleteDB, openDB, type DBSchema } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { type Migration, openDatabase } from './database.ts';
import type { StorageError } from './errors.ts';
import { storageRoom } from './persistence.ts';
import { transact } from './transact.ts';
import { requestWriterLock } from './writer-lock.ts';

const NAME = 'test-platform-storage';

interface Schema extends DBSchema {
  items: { key: number; value: unknown };
}

const first: Migration = (database) => void database.createObjectStore('items');
const second: Migration = async (database, transaction) => {
  database.createObjectStore('more');
  const value: unknown = await transaction.objectStore('items').get(1);
  await transaction.objectStore('more').put({ moved: value }, 1);
};

afterEach(() => deleteDB(NAME));

describe('openDatabase', () => {
  it('runs only the migrations that the store lacks, and keeps the rows', async () => {
    const old = await openDatabase<Schema>({ name: NAME, migrations: [first] });
    await old.put('items', 'kept', 1);
    old.close();
    const fresh = await openDatabase({ name: NAME, migrations: [first, second] });
    expect(fresh.version).toBe(2);
    expect(await fresh.get('more', 1)).toEqual({ moved: 'kept' });
    fresh.close();
  });

  it('leaves the older store intact when a migration fails', async () => {
    const old = await openDatabase<Schema>({ name: NAME, migrations: [first] });
    await old.put('items', 'kept', 1);
    old.close();
    const broken: Migration = (database) => {
      database.deleteObjectStore('items');
      throw new Error('no such field');
    };
    await expect(openDatabase({ name: NAME, migrations: [first, broken] })).rejects.toMatchObject({
      code: 'store-broken',
      message: expect.stringContaining('no such field') as string,
    });
    const again = await openDatabase<Schema>({ name: NAME, migrations: [first] });
    expect(await again.get('items', 1)).toBe('kept');
    again.close();
  });

  it('refuses a store of a newer version', async () => {
    (await openDB(NAME, 5)).close();
    await expect(openDatabase({ name: NAME, migrations: [first] })).rejects.toMatchObject({
      code: 'store-newer',
    });
  });

  it('makes way for a newer version in another tab, and says so', async () => {
    const lost: StorageError[] = [];
    const old = await openDatabase<Schema>({
      name: NAME,
      migrations: [first],
      onLost: (reason) => lost.push(reason),
    });
    const fresh = await openDatabase({ name: NAME, migrations: [first, second] });
    expect(lost.map(({ code }) => code)).toEqual(['store-newer']);
    await expect(transact(old, ['items'], 'saving', (tx) => tx.store.put('x', 1))).rejects.toMatchObject({
      code: 'store-broken',
    });
    fresh.close();
  });

  it('says who blocks it when another tab does not make way', async () => {
    const stubborn = await openDB(NAME, 1);
    await expect(
      openDatabase({ name: NAME, migrations: [first, second], blockedLimitMs: 20 }),
    ).rejects.toMatchObject({ code: 'store-blocked', retryable: true });
    stubborn.close();
  });
});

describe('transact', () => {
  it('undoes everything when the work throws, and passes the reason on', async () => {
    const database = await openDatabase<Schema>({ name: NAME, migrations: [first] });
    const reason = new Error('changed my mind');
    await expect(
      transact(database, ['items'], 'saving', async (tx) => {
        await tx.store.put('x', 1);
        throw reason;
      }),
    ).rejects.toBe(reason);
    expect(await database.count('items')).toBe(0);
    database.close();
  });

  it('undoes everything when one row cannot be stored', async () => {
    const database = await openDatabase<Schema>({ name: NAME, migrations: [first] });
    await database.put('items', 'before', 1);
    await expect(
      transact(database, ['items'], 'saving pictures', async (tx) => {
        await tx.store.put('x', 2);
        await tx.store.add('again', 1);
      }),
    ).rejects.toMatchObject({
      code: 'store-broken',
      message: expect.stringContaining('saving pictures') as string,
    });
    expect(await database.getAllKeys('items')).toEqual([1]);
    database.close();
  });
});

describe('requestWriterLock', () => {
  const waitFor = async (condition: () => boolean): Promise<void> => {
    await expect.poll(condition, { timeout: 10_000 }).toBe(true);
  };

  it.each([
    ['Web Locks', {}],
    ['the election', { locks: undefined }],
  ])('has one holder, and hands over when it lets go: %s', async (_how, how) => {
    const a = await requestWriterLock(`${NAME}-lock`, { ...how, graceMs: 2_000 });
    expect(a.held).toBe(true);
    const changes: boolean[] = [];
    const b = await requestWriterLock(`${NAME}-lock`, {
      ...how,
      graceMs: 10,
      onChange: (held) => changes.push(held),
    });
    expect(b.held).toBe(false);
    expect(changes).toEqual([]);
    a.release();
    await waitFor(() => b.held);
    expect(a.held).toBe(false);
    expect(changes).toEqual([true]);
    b.release();
    await waitFor(() => !b.held);
  });

  it('leaves the queue when it is released before its turn', async () => {
    const a = await requestWriterLock(`${NAME}-queue`);
    const b = await requestWriterLock(`${NAME}-queue`, { graceMs: 10 });
    b.release();
    const c = await requestWriterLock(`${NAME}-queue`, { graceMs: 10 });
    a.release();
    await waitFor(() => c.held);
    expect(b.held).toBe(false);
    c.release();
  });
});

describe('storageRoom', () => {
  it('tells what is used of how much', async () => {
    const room = await storageRoom();
    expect(room?.quotaBytes).toBeGreaterThan(0);
    expect(room?.usedBytes).toBeLessThanOrEqual(room?.quotaBytes ?? 0);
  });
});
