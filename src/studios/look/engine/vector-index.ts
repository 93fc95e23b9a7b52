import type { CancelSignal } from '../../../kernel/cancel.ts';

/** How alike two vectors are: the cosine of their angle (higher is nearer), or their Euclidean distance (lower is nearer). */
export type Metric = 'cosine' | 'euclidean';

/** One answer of a search. */
export interface Neighbour {
  readonly id: number;
  /** Cosine similarity in [−1, 1], or Euclidean distance ≥ 0, by the index's metric. */
  readonly score: number;
}

/** What a search may be told. */
export interface SearchOptions {
  /** Ids that must not be answered, e.g. the query itself. */
  readonly exclude?: ReadonlySet<number> | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** A value now or later: the exact engine answers at once, an engine behind WebAssembly or a worker may not. */
export type Awaitable<T> = T | Promise<T>;

/**
 * A set of vectors of one dimension, each under an id, that finds the nearest ones to a query. Every implementation
 * passes the same contract suite (`vector-index.contract.ts`) against a plain model.
 */
export interface VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  /** How many vectors can be found. */
  readonly size: number;
  has(id: number): boolean;
  /**
   * Adds vectors, all of them or none.
   *
   * @param ids one for each vector: integers in [0, 2^32), none in the index yet and none twice
   * @param vectors [N = ids.length, dim] float32, row by row; copied, the caller keeps it
   * @param options `signal` is looked at between slices; what was added before the cancellation stays
   * @throws VectorIndexError when a vector is not finite, an id is taken, or the lengths disagree
   */
  add(
    ids: ArrayLike<number>,
    vectors: Float32Array,
    options?: Pick<SearchOptions, 'signal'>,
  ): Awaitable<void>;
  /**
   * Removes vectors; an id that is not in the index is passed over.
   *
   * @param ids the ids to remove
   */
  remove(ids: ArrayLike<number>): Awaitable<void>;
  /**
   * The nearest vectors to a query, nearest first, ties by id.
   *
   * @param query [dim] float32, finite
   * @param k how many, ≥ 1; fewer come back when the index holds fewer
   * @param options ids to leave out, and a signal
   * @returns [≤ k] neighbours
   * @throws VectorIndexError when the query is not finite or of another dimension, or k is not a positive integer
   */
  search(query: Float32Array, k: number, options?: SearchOptions): Awaitable<readonly Neighbour[]>;
}

/** Why an index refused something. */
export type VectorIndexErrorCode = 'not-finite' | 'id-taken' | 'bad-id' | 'bad-shape' | 'bad-k';

/** A refusal of an index. `id` names the vector concerned, or is −1 for the query. */
export class VectorIndexError extends Error {
  override readonly name = 'VectorIndexError';
  readonly code: VectorIndexErrorCode;
  readonly id: number;

  constructor(code: VectorIndexErrorCode, id: number, message: string) {
    super(message);
    this.code = code;
    this.id = id;
  }
}

/** What is asked of ids and vectors before any of them is stored. */
interface NewVectors {
  readonly ids: ArrayLike<number>;
  /** [N, dim] float32 */
  readonly vectors: Float32Array;
  readonly dim: number;
  readonly has: (id: number) => boolean;
}

/**
 * Checks vectors before they are added, so that an addition is all or nothing.
 *
 * @param batch ids [N], vectors [N, dim] float32, the dimension, and which ids are taken
 * @throws VectorIndexError naming the first id that is wrong
 */
export function assertNewVectors({ ids, vectors, dim, has }: NewVectors): void {
  if (vectors.length !== ids.length * dim)
    throw new VectorIndexError(
      'bad-shape',
      ids[0] ?? -1,
      `${ids.length} vectors of ${dim} numbers expected, found ${vectors.length} numbers`,
    );
  const seen = new Set<number>();
  for (let row = 0; row < ids.length; row += 1) {
    const id = ids[row] ?? -1;
    if (!Number.isInteger(id) || id < 0 || id > 0xffff_ffff)
      throw new VectorIndexError('bad-id', id, `${id} is not an integer in [0, 2^32)`);
    if (seen.has(id) || has(id)) throw new VectorIndexError('id-taken', id, `the id ${id} is taken`);
    seen.add(id);
    if (!isFiniteVector(vectors.subarray(row * dim, (row + 1) * dim)))
      throw new VectorIndexError('not-finite', id, `the vector of id ${id} has a number that is not finite`);
  }
}

/**
 * Checks a query.
 *
 * @param query [dim] float32
 * @param dim the index's dimension
 * @param k how many neighbours are asked for
 * @throws VectorIndexError with id −1
 */
export function assertQuery(query: Float32Array, dim: number, k: number): void {
  if (!Number.isInteger(k) || k < 1)
    throw new VectorIndexError('bad-k', -1, `k must be a positive integer, found ${k}`);
  if (query.length !== dim)
    throw new VectorIndexError('bad-shape', -1, `a query of ${dim} numbers expected, found ${query.length}`);
  if (!isFiniteVector(query))
    throw new VectorIndexError('not-finite', -1, 'the query has a number that is not finite');
}

/**
 * Whether every number of a vector is finite.
 *
 * @param vector [D] float32
 * @returns false when one is NaN or ±∞
 */
export function isFiniteVector(vector: Float32Array): boolean {
  // Nothing times a finite number is nothing, NaN and ±∞ make NaN of it, and that spreads: one test for all of them. Two
  // sums do not wait for each other.
  let even = 0;
  let odd = 0;
  const pairs = vector.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    even += vector[i]! * 0;
    odd += vector[i + 1]! * 0;
  }
  if (pairs < vector.length) even += vector[pairs]! * 0;
  return even + odd === 0;
}
