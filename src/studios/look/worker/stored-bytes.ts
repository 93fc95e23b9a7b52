import type { StoredBytes } from './protocol.ts';
import { keysOf } from './schema.ts';
import type { LookStore } from './store.ts';

const FLOAT_BYTES = 4;

/** What the store holds, without the browser's own overhead; what is in the trash counts, since it takes room. */
export async function storedBytes(store: LookStore): Promise<Omit<StoredBytes, 'graphs'>> {
  const tx = store.db.transaction(['collections', 'pictures', 'trash']);
  const [rows, trash] = await Promise.all([
    tx.objectStore('collections').getAll(),
    tx.objectStore('trash').getAll(),
  ]);
  const deleted = trash.flatMap((one) => (one.kind === 'pictures' ? one.pictures : []));
  const all = [...rows, ...trash.flatMap((one) => (one.kind === 'collection' ? [one.row] : []))];
  let thumbnails = 0;
  let pictures = 0;
  let vectors = 0;
  for (const { id, dim, chunks } of all) {
    vectors += chunks.reduce((sum, { rows: length }) => sum + length * (dim + 1) * FLOAT_BYTES, 0);
    const infos = await tx.objectStore('pictures').getAll(keysOf(id));
    for (const info of [...infos, ...deleted.filter(({ collection }) => collection === id)]) {
      thumbnails += info.thumbBytes;
      pictures += JSON.stringify(info).length;
    }
  }
  return { vectors, thumbnails, pictures };
}
