import type { TaskOptions } from '../../../../platform/rpc.ts';
import type { CollectionRow } from '../schema.ts';
import type { LookStore } from '../store.ts';
import { badVectors } from './bad-vectors.ts';
import { takeIn } from './incoming.ts';
import { openVectors } from './open-vectors.ts';

/** The network of vectors that do not say by which they were made: no picture can be searched by outside of them. */
export const UNKNOWN_NETWORK = 'unknown';
const MAX_DIM = 65_536;

/**
 * Reads vectors from files into a new collection: all or nothing.
 *
 * @param store the store; no merge may run at the same time
 * @param given a `.npy` with, if there is one, its `metadata.jsonl`; the zip of both; or a Parquet file
 * @param createdAt milliseconds since 1970
 * @param options `signal`; progress in vectors
 * @returns the new manifest
 * @throws LookFailure `bad-vectors`, which says what is wrong
 */
export async function importVectors(
  store: LookStore,
  given: readonly File[],
  createdAt: number,
  options: TaskOptions = {},
): Promise<CollectionRow> {
  const { rows, dim, name, network } = await openVectors(given, options);
  const file = given.map((one) => one.name).join(', ');
  if (dim > MAX_DIM) throw badVectors(file, `its vectors have ${dim} numbers; ${MAX_DIM} is the most`);
  const stem = (given[0]?.name ?? '').replace(/\.[^.]+$/, '');
  const called = name?.trim() ?? '';
  return takeIn(
    store,
    { file, dim, network: network ?? UNKNOWN_NETWORK },
    { name: called === '' ? stem || 'Vectors' : called, createdAt },
    rows,
  );
}
