import { CHUNK_ROWS, chunkKey, type ChunkRef, type CollectionRow, type VectorChunk } from './schema.ts';
import type { OpenCollections } from './open-collections.ts';
import { LookFailure } from './failure.ts';
import { type LookStore, manifestOf, noCollection } from './store.ts';

/** Small chunks that a run of indexing may leave before they are merged on the way: the manifest stays short. */
export const MERGE_AT = 64;
/** Rows of deleted pictures for which whole chunks are rewritten. */
const MAX_DEAD_SHARE = 0.25;
const DOING = 'tidying the vectors';

/** Of which vectors: those in use, or those that another network is making. */
export type VectorSetName = 'current' | 'renewal';

export const smallChunks = (row: CollectionRow, set: VectorSetName = 'current'): number =>
  setOf(row, set).chunks.filter(({ rows }) => rows < CHUNK_ROWS).length;

const NOTHING: Pick<CollectionRow, 'dim' | 'chunks'> = { dim: 1, chunks: [] };

const setOf = (row: CollectionRow, set: VectorSetName): Pick<CollectionRow, 'dim' | 'chunks'> =>
  set === 'current' ? row : (row.renewal ?? NOTHING);

/**
 * Merges the small chunks that commits leave into full ones, without the vectors of pictures that are gone for good.
 * The merged chunks are written under the next generation, where nobody sees them; then one transaction makes the
 * manifest name them instead of the old ones. Pictures can be committed in the meantime. The caller sees to it that
 * only one merge runs at a time.
 *
 * @param store the store
 * @param collections whose queue the last step goes through
 * @param collection which one
 * @param set which of its vectors
 */
export async function mergeChunks(
  store: LookStore,
  collections: OpenCollections,
  collection: number,
  set: VectorSetName = 'current',
): Promise<void> {
  const row = await store.db.get('collections', collection);
  if (row === undefined) throw noCollection();
  const isAlive = await aliveIds(store, collection);
  const old = chunksToMerge(setOf(row, set).chunks, isAlive.size);
  if (old.length === 0) return;
  const merged: ChunkRef[] = [];
  try {
    for await (const chunk of liveRows(store, { ...row, ...setOf(row, set) }, old, isAlive)) {
      const ref = {
        generation: row.generation + 1,
        seq: row.nextSeq + merged.length,
        rows: chunk.ids.length,
      };
      merged.push(ref);
      await store.write(['chunks'], DOING, (tx) =>
        tx.objectStore('chunks').put(chunk, chunkKey(collection, ref)),
      );
    }
    await collections.serial.run(() => flip(store, collections, collection, { set, old, merged }));
  } catch (thrown) {
    // Nothing names the new chunks; a sweep at the next start takes what cannot be taken now.
    await discard(store, collection, merged);
    throw thrown;
  }
}

/** Pictures that exist or can come back from the trash. */
async function aliveIds(store: LookStore, collection: number): Promise<Set<number>> {
  const tx = store.db.transaction(['pictures', 'trash']);
  const [keys, trash] = await Promise.all([
    tx.objectStore('pictures').getAllKeys(IDBKeyRange.bound([collection], [collection, []])),
    tx.objectStore('trash').getAll(),
  ]);
  const alive = new Set(keys.map(([, id]) => id));
  for (const one of trash)
    if (one.kind === 'pictures' && one.collection === collection)
      for (const { id } of one.pictures) alive.add(id);
  return alive;
}

function chunksToMerge(chunks: readonly ChunkRef[], alive: number): readonly ChunkRef[] {
  const rows = chunks.reduce((sum, ref) => sum + ref.rows, 0);
  if (rows - alive > Math.max(CHUNK_ROWS, rows * MAX_DEAD_SHARE)) return chunks;
  const small = chunks.filter((ref) => ref.rows < CHUNK_ROWS);
  return small.length > 1 ? small : [];
}

/** The rows of some chunks, without the dead ones, in chunks of full size. */
async function* liveRows(
  store: LookStore,
  { id: collection, dim, name }: CollectionRow,
  refs: readonly ChunkRef[],
  alive: ReadonlySet<number>,
): AsyncGenerator<VectorChunk> {
  let ids = new Uint32Array(CHUNK_ROWS);
  let data = new Float32Array(CHUNK_ROWS * dim);
  let rows = 0;
  for (const ref of refs) {
    const chunk = await store.db.get('chunks', chunkKey(collection, ref));
    if (chunk === undefined)
      throw new LookFailure('store-broken', `A chunk of the vectors of ${name} is missing.`);
    for (const [at, id] of chunk.ids.entries()) {
      if (!alive.has(id)) continue;
      ids[rows] = id;
      data.set(chunk.data.subarray(at * dim, (at + 1) * dim), rows * dim);
      rows += 1;
      if (rows < CHUNK_ROWS) continue;
      yield { ids, data };
      ids = new Uint32Array(CHUNK_ROWS);
      data = new Float32Array(CHUNK_ROWS * dim);
      rows = 0;
    }
  }
  if (rows > 0) yield { ids: ids.slice(0, rows), data: data.slice(0, rows * dim) };
}

async function flip(
  store: LookStore,
  collections: OpenCollections,
  collection: number,
  {
    set,
    old,
    merged,
  }: {
    readonly set: VectorSetName;
    readonly old: readonly ChunkRef[];
    readonly merged: readonly ChunkRef[];
  },
): Promise<void> {
  const gone = new Set(old.map(({ generation, seq }) => `${generation} ${seq}`));
  const next = await store.write(['collections', 'chunks'], DOING, async (tx) => {
    const row = await manifestOf(tx, collection);
    const kept = setOf(row, set).chunks.filter(({ generation, seq }) => !gone.has(`${generation} ${seq}`));
    const chunks = [...merged, ...kept];
    const { renewal } = row;
    const flipped = {
      ...row,
      generation: row.generation + 1,
      ...(set === 'current' ? { chunks } : renewal && { renewal: { ...renewal, chunks } }),
      nextSeq: Math.max(row.nextSeq, ...merged.map(({ seq }) => seq + 1)),
      revision: row.revision + 1,
    };
    await tx.objectStore('collections').put(flipped);
    await Promise.all(old.map((ref) => tx.objectStore('chunks').delete(chunkKey(collection, ref))));
    return flipped;
  });
  const open = collections.peek(collection);
  if (open !== undefined) open.row = next;
}

async function discard(store: LookStore, collection: number, refs: readonly ChunkRef[]): Promise<void> {
  try {
    await store.write(['chunks'], DOING, (tx) =>
      Promise.all(refs.map((ref) => tx.objectStore('chunks').delete(chunkKey(collection, ref)))),
    );
  } catch (thrown) {
    console.warn('Unfinished chunks stay until the next start', thrown);
  }
}
