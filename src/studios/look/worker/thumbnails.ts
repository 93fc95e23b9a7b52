import type { Thumbnail } from './protocol.ts';
import type { LookStore } from './store.ts';

/** Stored thumbnails of a collection, of those of the ids that have one. */
export async function thumbnailsOf(
  store: LookStore,
  collection: number,
  ids: readonly number[],
): Promise<readonly Thumbnail[]> {
  const thumbs = store.db.transaction('thumbs').store;
  const rows = await Promise.all(ids.map((id) => thumbs.get([collection, id])));
  return rows.flatMap((row, at): Thumbnail[] =>
    row === undefined ? [] : [{ id: ids[at] ?? 0, data: row.data, type: row.type }],
  );
}
