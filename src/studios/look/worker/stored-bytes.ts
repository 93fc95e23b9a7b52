import { PRINT_WORDS } from '../engine/print.ts';
import type { StoredBytes } from './protocol.ts';
import { keysOf, type PictureRow } from './schema.ts';
import type { LookStore } from './store.ts';

const FLOAT_BYTES = 4;

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
const thumbBytes = (infos: readonly PictureRow[]): number => sum(infos, (info) => info.thumbBytes);
const infoBytes = (infos: readonly PictureRow[]): number => sum(infos, (info) => JSON.stringify(info).length);
/** Hashes, version and sharpness. */
const PRINT_BYTES = PRINT_WORDS * FLOAT_BYTES + 16;

/**
 * What the store holds, without the browser's own overhead. What is in the trash is counted apart: it takes room, but
 * the person has deleted it.
 *
 * @param kept size of the kept graphs and of the kept maps of some collections
 */
export async function storedBytes(
  store: LookStore,
  kept: Record<'graphs' | 'maps', (collections: readonly number[]) => Promise<number>>,
): Promise<StoredBytes> {
  const tx = store.db.transaction(['collections', 'pictures', 'prints', 'trash']);
  const [rows, trash] = await Promise.all([
    tx.objectStore('collections').getAll(),
    tx.objectStore('trash').getAll(),
  ]);
  const deleted = trash.flatMap((one) => (one.kind === 'pictures' ? one.pictures : []));
  const gone = trash.flatMap((one) => (one.kind === 'collections' ? one.rows : []));
  const bytes = { vectors: 0, thumbnails: 0, pictures: 0, trash: 0 };
  for (const { id, dim, chunks, renewal } of [...rows, ...gone]) {
    const vectorBytes = (dim + 1) * FLOAT_BYTES;
    const renewed =
      sum(renewal?.chunks ?? [], (chunk) => chunk.rows) * ((renewal?.dim ?? 0) + 1) * FLOAT_BYTES;
    const all = sum(chunks, (chunk) => chunk.rows) * vectorBytes + renewed;
    const infos = await tx.objectStore('pictures').getAll(keysOf(id));
    const printBytes = (await tx.objectStore('prints').count(keysOf(id))) * PRINT_BYTES;
    const lost = deleted.filter(({ collection }) => collection === id);
    const lostVectors = lost.length * vectorBytes;
    bytes.trash += thumbBytes(lost) + infoBytes(lost) + lostVectors;
    if (rows.some((row) => row.id === id)) {
      bytes.vectors += all - lostVectors;
      bytes.thumbnails += thumbBytes(infos);
      bytes.pictures += infoBytes(infos) + printBytes;
    } else bytes.trash += all - lostVectors + thumbBytes(infos) + infoBytes(infos) + printBytes;
  }
  const idsOf = (some: readonly { readonly id: number }[]): number[] => some.map(({ id }) => id);
  bytes.trash += (await kept.graphs(idsOf(gone))) + (await kept.maps(idsOf(gone)));
  return { ...bytes, graphs: await kept.graphs(idsOf(rows)), maps: await kept.maps(idsOf(rows)) };
}
