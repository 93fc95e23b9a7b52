import type { Page } from '@playwright/test';

/** What is on the disk, read past the page's own code. */
export interface StoredPicture {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly hasThumb: boolean;
  /** [dim], or undefined when no chunk that the manifest names holds it. */
  readonly vector: readonly number[] | undefined;
}

export interface StoredCollection {
  readonly id: number;
  readonly name: string;
  readonly count: number;
  readonly nextId: number;
  readonly pictures: readonly StoredPicture[];
}

/** Every collection in the store of Look. */
export function readStore(page: Page): Promise<StoredCollection[]> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('no answer'));
      });
    interface Row {
      id: number;
      name: string;
      count: number;
      nextId: number;
      dim: number;
      chunks: { generation: number; seq: number }[];
    }
    const database = await answer(indexedDB.open('atelier-look'));
    const tx = database.transaction(['collections', 'pictures', 'chunks', 'thumbs']);
    const found = [];
    for (const row of (await answer(tx.objectStore('collections').getAll())) as Row[]) {
      const range = IDBKeyRange.bound([row.id], [row.id, []]);
      const vectors = new Map<number, number[]>();
      for (const { generation, seq } of row.chunks) {
        const chunk = (await answer(tx.objectStore('chunks').get([row.id, generation, seq]))) as
          { ids: Uint32Array; data: Float32Array } | undefined;
        chunk?.ids.forEach((id, at) =>
          vectors.set(id, [...chunk.data.subarray(at * row.dim, (at + 1) * row.dim)]),
        );
      }
      const thumbs = (await answer(tx.objectStore('thumbs').getAllKeys(range))) as [number, number][];
      const withThumb = new Set(thumbs.map(([, id]) => id));
      const rows = (await answer(tx.objectStore('pictures').getAll(range))) as {
        id: number;
        name: string;
        hash: string;
      }[];
      found.push({
        id: row.id,
        name: row.name,
        count: row.count,
        nextId: row.nextId,
        pictures: rows.map(({ id, name, hash }) => ({
          id,
          name,
          hash,
          hasThumb: withThumb.has(id),
          vector: vectors.get(id),
        })),
      });
    }
    database.close();
    return found;
  });
}

/** The oracle: ids and cosines of the k pictures most like one, ties by id, by the schoolbook formula. */
export function mostAlike(
  { pictures }: StoredCollection,
  id: number,
  k: number,
): { id: number; similarity: number }[] {
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const query = pictures.find((picture) => picture.id === id)?.vector ?? [];
  return pictures
    .filter((picture) => picture.id !== id)
    .map(({ id: other, vector = [] }) => ({
      id: other,
      similarity: dot(query, vector) / Math.sqrt(dot(query, query) * dot(vector, vector)),
    }))
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, k);
}
