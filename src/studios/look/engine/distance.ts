import type { Metric, Neighbour } from './vector-index.ts';

/** Rows that a scan compares at once: it reads each number of the query once for all of them. */
export const ROWS_AT_ONCE = 4;

/**
 * Dot product of a row of a block with a query, accumulated in double precision.
 *
 * @param block [rows, D] float32
 * @param offset where the row begins in the block
 * @param query [D] float32
 * @returns Σ block[offset + i]·query[i]
 */
export function dot(block: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i += 1) sum += block[offset + i]! * query[i]!;
  return sum;
}

/**
 * `dot` for four rows that follow one another; the same sums to the last bit.
 *
 * @param block [rows, D] float32
 * @param offset where the first row begins in the block
 * @param query [D] float32
 * @param sums [4] float64, written
 */
export function dots(block: Float32Array, offset: number, query: Float32Array, sums: Float64Array): void {
  const dim = query.length;
  const second = offset + dim;
  const third = second + dim;
  const fourth = third + dim;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < dim; i += 1) {
    const number = query[i]!;
    a += block[offset + i]! * number;
    b += block[second + i]! * number;
    c += block[third + i]! * number;
    d += block[fourth + i]! * number;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}

/**
 * Squared Euclidean distance of a row of a block to a query, accumulated in double precision.
 *
 * @param block [rows, D] float32
 * @param offset where the row begins in the block
 * @param query [D] float32
 * @returns Σ (block[offset + i] − query[i])², ≥ 0; exactly 0 for equal vectors
 */
export function squaredDistance(block: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i += 1) {
    const difference = block[offset + i]! - query[i]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * `squaredDistance` for four rows that follow one another; the same sums to the last bit.
 *
 * @param block [rows, D] float32
 * @param offset where the first row begins in the block
 * @param query [D] float32
 * @param sums [4] float64, written
 */
export function squaredDistances(
  block: Float32Array,
  offset: number,
  query: Float32Array,
  sums: Float64Array,
): void {
  const dim = query.length;
  const second = offset + dim;
  const third = second + dim;
  const fourth = third + dim;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < dim; i += 1) {
    const number = query[i]!;
    const p = block[offset + i]! - number;
    const q = block[second + i]! - number;
    const r = block[third + i]! - number;
    const s = block[fourth + i]! - number;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}

/**
 * 1 / |v|, for cosines.
 *
 * @param vector [D] float32
 * @returns the inverse norm; 0 for the zero vector, so that its cosine with anything is 0
 */
export function inverseNorm(vector: Float32Array): number {
  const squared = dot(vector, 0, vector);
  return squared === 0 ? 0 : 1 / Math.sqrt(squared);
}

/**
 * Cosine similarity from its parts. Rounding may carry a product a hair beyond ±1; it is held inside.
 *
 * @param product the dot product of two vectors
 * @param inverseA 1/|a|, or 0 for the zero vector
 * @param inverseB 1/|b|, or 0 for the zero vector
 * @returns [−1, 1]
 */
export function cosineOf(product: number, inverseA: number, inverseB: number): number {
  return Math.max(-1, Math.min(1, product * inverseA * inverseB));
}

/**
 * The figure by which a metric compares two vectors; the same to the last bit as the exact engine's.
 *
 * @param metric which figure
 * @param vector [D] float32, the stored one
 * @param query [D] float32
 * @returns cosine similarity, or Euclidean distance
 */
export function exactScore(metric: Metric, vector: Float32Array, query: Float32Array): number {
  return metric === 'cosine'
    ? cosineOf(dot(vector, 0, query), inverseNorm(vector), inverseNorm(query))
    : Math.sqrt(squaredDistance(vector, 0, query));
}

/**
 * The order of answers: nearest first, ties by id.
 *
 * @param metric the metric of both scores
 * @returns a comparison for `sort`
 */
export function byNearness(metric: Metric): (a: Neighbour, b: Neighbour) => number {
  return metric === 'cosine'
    ? (a, b) => b.score - a.score || a.id - b.id
    : (a, b) => a.score - b.score || a.id - b.id;
}
