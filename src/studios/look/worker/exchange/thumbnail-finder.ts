import type { IDBPDatabase } from 'idb';
import type { LookSchema, ThumbRow } from '../schema.ts';

/** One grey pixel, PNG: stands where nobody knows what a picture looks like. */
export const PLACEHOLDER: ThumbRow = {
  data: Uint8Array.from(
    atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AwAAugC5oWGq5AAAAABJRU5ErkJggg=='),
    (letter) => letter.charCodeAt(0),
  ).buffer,
  type: 'image/png',
};

/** Finds the thumbnails of pictures that are in any collection here: vectors travel without them. */
export class ThumbnailFinder {
  readonly #db: IDBPDatabase<LookSchema>;

  constructor(db: IDBPDatabase<LookSchema>) {
    this.#db = db;
  }

  /**
   * Thumbnails by the hashes of the pictures' bytes.
   *
   * @param hashes of pictures
   * @returns for each a thumbnail, or the placeholder
   */
  async find(hashes: readonly string[]): Promise<readonly ThumbRow[]> {
    const tx = this.#db.transaction(['collections', 'pictures', 'thumbs']);
    const collections = await tx.objectStore('collections').getAllKeys();
    const byHash = tx.objectStore('pictures').index('byHash');
    const thumbs = tx.objectStore('thumbs');
    return Promise.all(
      hashes.map(async (hash) => {
        for (const collection of collections) {
          const key = await byHash.getKey([collection, hash]);
          const thumb = key === undefined ? undefined : await thumbs.get(key);
          if (thumb !== undefined) return thumb;
        }
        return PLACEHOLDER;
      }),
    );
  }
}
