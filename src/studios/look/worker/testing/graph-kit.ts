import { deleteDB } from 'idb';
import { GraphService } from '../graph-service.ts';
import { GraphStore } from '../graph-store.ts';
import { pause } from '../../../../platform/rpc-pause.ts';
import type { GraphApi, GraphKey, GraphTarget } from '../protocol-graph.ts';
import type { LookResult } from '../protocol.ts';
import type { PlainModel } from './plain-model.ts';

/** The database of these tests. */
export const NAME = 'graph-service-test';
export const DIM = 16;
export const TARGET: GraphTarget = { collection: 1, metric: 'cosine', network: 'abc', dim: DIM };

let stores: GraphStore[] = [];

/** A service as a fresh worker has it: nothing in memory, the same database. */
export const fresh = (large?: number): GraphApi =>
  new GraphService(
    async () => {
      const store = await GraphStore.open(NAME);
      stores.push(store);
      return store;
    },
    pause,
    large,
  );

/** Before and after each test. */
export async function forgetEverything(): Promise<void> {
  for (const store of stores) store.close();
  stores = [];
  await deleteDB(NAME);
}

/** What a call answered; a failure fails the test. */
export const value = <T>(result: LookResult<T>): T => {
  if (!result.ok)
    throw new Error(`${result.error.code}: ${result.error.message} ${result.error.cause ?? ''}`);
  return result.value;
};

export const u32 = (ids: Iterable<number>): Uint32Array<ArrayBuffer> => Uint32Array.from(ids);
export const idsUpTo = (n: number): Uint32Array<ArrayBuffer> => Uint32Array.from({ length: n }, (_, i) => i);

/** The model's vectors [ids.length, DIM]. */
export function gather(model: PlainModel, ids: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(ids.length * DIM);
  Array.from(ids).forEach((id, row) => rows.set(model.vectors.get(id) ?? [], row * DIM));
  return rows;
}

export const search = async (
  api: GraphApi,
  key: GraphKey,
  query: Float32Array,
  k: number,
): Promise<number[]> => [...value(await api.search(key, Float32Array.from(query), k, [])).ids];
