import { BY_COLLECTION, keysOf, type WriteTransaction } from './schema.ts';

/** What `emptyTrash` touches. */
export const TRASHED = ['trash', 'folders', ...BY_COLLECTION] as const;

/** Deletes every row of a collection but its manifest. */
export async function deleteRowsOf(tx: WriteTransaction, collection: number): Promise<void> {
  await Promise.all([
    tx.objectStore('folders').delete(collection),
    ...BY_COLLECTION.map((name) => tx.objectStore(name).delete(keysOf(collection))),
  ]);
}

/**
 * Empties the trash and frees its room in the same transaction, for when room is needed at once. It touches nothing but
 * what the trash names, so a merge or a restore may run meanwhile.
 *
 * @returns whether there was anything in it
 */
export async function emptyTrash(tx: WriteTransaction): Promise<boolean> {
  const trash = await tx.objectStore('trash').getAll();
  const thumbs = tx.objectStore('thumbs');
  const prints = tx.objectStore('prints');
  await Promise.all([
    tx.objectStore('trash').clear(),
    ...trash.flatMap((one) =>
      one.kind === 'pictures'
        ? one.pictures.flatMap(({ collection, id }) => [
            thumbs.delete([collection, id]),
            prints.delete([collection, id]),
          ])
        : one.rows.map(({ id }) => deleteRowsOf(tx, id)),
    ),
  ]);
  return trash.length > 0;
}
