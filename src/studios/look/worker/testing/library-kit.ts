import { mulberry32, normal } from '../../../../kernel/rng.ts';
import type { WriterLockOptions } from '../../../../platform/storage/writer-lock.ts';
import { Library } from '../library.ts';
import type { LookResult, NewPicture } from '../protocol.ts';

export const DIM = 8;
export const NETWORK = 'b'.repeat(64);

/** The value of a result that must be good. */
export function value<T>(result: LookResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The code of a result that must be bad. */
export function code(result: LookResult<unknown>): string {
  if (result.ok) throw new Error('expected a failure');
  return result.error.code;
}

/** A library on a database of its own; its clock begins at `time` and ticks once a call. */
export async function openLibrary(database: string, lock?: WriterLockOptions, time = 0): Promise<Library> {
  const library = new Library({
    database,
    now: () => (time += 1),
    elapsed: () => (time += 1),
    token: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    ...(lock === undefined ? {} : { lock }),
  });
  value(await library.open());
  return library;
}

/** The picture number `content`: equal numbers are equal pictures, to the last byte. */
export function picture(content: number, name = `${content}.jpg`, dim = DIM): NewPicture {
  const rng = mulberry32(content);
  return {
    name,
    bytes: 1_000 + content,
    hash: content.toString(16).padStart(64, '0'),
    embedding: Float32Array.from({ length: dim }, () => normal(rng)),
    width: 400,
    height: 300,
    thumbnail: Uint8Array.from({ length: 20 + (content % 7) }, () => Math.floor(rng() * 256)).buffer,
    thumbnailType: 'image/webp',
    network: NETWORK,
  };
}

export interface Known {
  readonly id: number;
  readonly vector: Float32Array;
}

/** The oracle: cosines or distances by the schoolbook formula, everything sorted. */
export function nearest(
  metric: 'cosine' | 'euclidean',
  pictures: readonly Known[],
  query: Float32Array,
  k: number,
  exclude: readonly number[],
): { id: number; score: number }[] {
  const sum = (a: Float32Array, b: Float32Array, term: (x: number, y: number) => number): number =>
    a.reduce((total, x, i) => total + term(x, b[i] ?? 0), 0);
  const score = (vector: Float32Array): number =>
    metric === 'euclidean'
      ? Math.sqrt(sum(vector, query, (x, y) => (x - y) ** 2))
      : sum(vector, query, (x, y) => x * y) /
        Math.sqrt(sum(vector, vector, (x, y) => x * y) * sum(query, query, (x, y) => x * y));
  const sign = metric === 'cosine' ? -1 : 1;
  return pictures
    .filter(({ id }) => !exclude.includes(id))
    .map(({ id, vector }) => ({ id, score: score(vector) }))
    .sort((a, b) => sign * (a.score - b.score) || a.id - b.id)
    .slice(0, k);
}
