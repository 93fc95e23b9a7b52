import { BY_COLLECTION, keysOf, type WriteTransaction } from './schema.ts';
import type { LookStore } from './store.ts';

/**
 * Deletes what belongs to no manifest: rows of deleted collections, of restores that never came to their end, and chunks
 * of merges that were cut off. Only the writer may, and only while no restore or merge runs.
 */
export async function sweepOrphans(store: LookStore): Promise<void> {
  await store.write(
    ['collections', 'trash', 'folders', ...BY_COLLECTION],
    'tidying the store',
    async (tx) => {
      const rows = await tx.objectStore('collections').getAll();
      const trash = await tx.objectStore('trash').getAll();
      for (const one of trash) if (one.kind === 'collection') rows.push(one.row);
      const known = new Set(rows.map(({ id }) => id));
      for (const name of BY_COLLECTION) await sweepCollections(tx, name, known);
      for (const key of await tx.objectStore('folders').getAllKeys())
        if (!known.has(key)) await tx.objectStore('folders').delete(key);
      for (const { id, chunks } of rows) {
        const named = new Set(chunks.map(({ generation, seq }) => `${generation} ${seq}`));
        for (const key of await tx.objectStore('chunks').getAllKeys(keysOf(id)))
          if (!named.has(`${key[1]} ${key[2]}`)) await tx.objectStore('chunks').delete(key);
      }
    },
  );
}

/** Jumps from collection to collection instead of walking over every row. */
async function sweepCollections(
  tx: WriteTransaction,
  name: (typeof BY_COLLECTION)[number],
  known: ReadonlySet<number>,
): Promise<void> {
  const store = tx.objectStore(name);
  let cursor = await store.openKeyCursor();
  while (cursor !== null) {
    const [collection] = cursor.key;
    if (!known.has(collection)) await store.delete(keysOf(collection));
    cursor = await store.openKeyCursor(IDBKeyRange.lowerBound([collection, []]));
  }
}
