import { BY_COLLECTION, keysOf, type LookSchema, type StoreName } from './schema.ts';
import type { LookStore } from './store.ts';

/** Rows that one transaction deletes at most: others that write wait for no longer than that. */
const AT_ONCE = 500;

/** What nothing names any more. Ids and generations are not used again, so it stays that way. */
type Orphan = {
  [Name in StoreName]: { readonly store: Name; readonly key: LookSchema[Name]['key'] };
}[StoreName];

/**
 * Deletes what belongs to no manifest: rows of deleted collections, thumbnails of deleted pictures, rows of restores that
 * never came to their end, and chunks of merges that were cut off. It can stop anywhere; the next one goes on. Only the
 * writer may, and only while no restore or merge runs.
 */
export async function sweepOrphans(store: LookStore): Promise<void> {
  const orphans = await findOrphans(store);
  for (let from = 0; from < orphans.length; from += AT_ONCE) {
    const some = orphans.slice(from, from + AT_ONCE);
    const stores = [...new Set(some.map(({ store: name }) => name))];
    await store.write(stores, 'tidying the store', async (tx) => {
      await Promise.all(some.map(({ store: name, key }) => tx.objectStore(name).delete(key)));
    });
  }
}

async function findOrphans(store: LookStore): Promise<readonly Orphan[]> {
  // One transaction: what it sees belongs together, whatever is committed meanwhile.
  const tx = store.db.transaction(['collections', 'trash', 'folders', ...BY_COLLECTION]);
  const rows = await tx.objectStore('collections').getAll();
  const inTrash = new Map<number, Set<number>>();
  for (const one of await tx.objectStore('trash').getAll()) {
    if (one.kind === 'collections') {
      rows.push(...one.rows);
      continue;
    }
    const ids = inTrash.get(one.collection) ?? new Set();
    for (const { id } of one.pictures) ids.add(id);
    inTrash.set(one.collection, ids);
  }
  const known = new Set(rows.map(({ id }) => id));
  const orphans: Orphan[] = [];
  for (const key of await tx.objectStore('folders').getAllKeys())
    if (!known.has(key)) orphans.push({ store: 'folders', key });
  for (const name of BY_COLLECTION) {
    const table = tx.objectStore(name);
    // From collection to collection, instead of walking over every row.
    for (let cursor = await table.openKeyCursor(); cursor !== null;) {
      const [collection] = cursor.key;
      if (!known.has(collection))
        for (const key of await table.getAllKeys(keysOf(collection)))
          orphans.push({ store: name, key } as Orphan);
      cursor = await table.openKeyCursor(IDBKeyRange.lowerBound([collection, []]));
    }
  }
  for (const { id: collection, chunks, renewal } of rows) {
    const all = [...chunks, ...(renewal?.chunks ?? [])];
    const named = new Set(all.map(({ generation, seq }) => `${generation} ${seq}`));
    for (const key of await tx.objectStore('chunks').getAllKeys(keysOf(collection)))
      if (!named.has(`${key[1]} ${key[2]}`)) orphans.push({ store: 'chunks', key });
    const pictures = new Set(inTrash.get(collection));
    for (const [, id] of await tx.objectStore('pictures').getAllKeys(keysOf(collection))) pictures.add(id);
    for (const name of ['thumbs', 'prints'] as const)
      for (const key of await tx.objectStore(name).getAllKeys(keysOf(collection)))
        if (!pictures.has(key[1])) orphans.push({ store: name, key });
  }
  return orphans;
}
