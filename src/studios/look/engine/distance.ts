import type { Metric, Neighbour } from './vector-index.ts';

/**
 * Dot product of a row of a block with a query, accumulated in double precision.
 *
 * @param block [rows, D] float32
 * @param offset where the row begins in the block
 * @param query [D] float32
 * @returns Σ block[offset + i]·query[i]
 */
export function dot(block: Float32Array, offset: number, query: Float32Array): number {
  const dim = query.length;
  const unrolled = dim - (dim % 4);
  // Four independent sums: the processor does not have to wait for one addition before it starts the next.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < unrolled; i += 4) {
    a += block[offset + i]! * query[i]!;
    b += block[offset + i + 1]! * query[i + 1]!;
    c += block[offset + i + 2]! * query[i + 2]!;
    d += block[offset + i + 3]! * query[i + 3]!;
  }
  for (; i < dim; i += 1) a += block[offset + i]! * query[i]!;
  return a + b + (c + d);
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
  const dim = query.length;
  const unrolled = dim - (dim % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < unrolled; i += 4) {
    const p = block[offset + i]! - query[i]!;
    const q = block[offset + i + 1]! - query[i + 1]!;
    const r = block[offset + i + 2]! - query[i + 2]!;
    const s = block[offset + i + 3]! - query[i + 3]!;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  for (; i < dim; i += 1) {
    const p = block[offset + i]! - query[i]!;
    a += p * p;
  }
  return a + b + (c + d);
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
