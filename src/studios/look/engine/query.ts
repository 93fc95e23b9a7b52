import { inverseNorm } from './distance.ts';
import type { Metric } from './vector-index.ts';

/** Weights of Rocchio's formula: the query, what is liked, what is not. */
const ALPHA = 1;
const BETA = 0.75;
const GAMMA = 0.15;

// Scales of the vectors of one side, so that their weighted sum is their mean under the measure.
const scalesOf = (metric: Metric, vectors: readonly Float32Array[]): number[] =>
  vectors.map((vector) => (metric === 'cosine' ? inverseNorm(vector) : 1) / vectors.length);

/**
 * The vector to search with: the mean of what is liked, moved away from what is not. For the cosine every vector counts
 * by its direction alone; for the Euclidean distance the weights add up to 1, so that the query stays where the
 * pictures are. One liked vector alone is answered as it is, to the last bit.
 *
 * @param metric the measure of the search
 * @param like [≥ 1] vectors [D] float32, finite
 * @param unlike vectors [D] float32, finite; may be none
 * @returns [D] float32, owned by the caller
 * @throws RangeError when nothing is liked or the dimensions differ
 * @see Rocchio (1971); Manning, Raghavan, Schütze: Introduction to Information Retrieval, eq. 9.3 and its weights
 */
export function queryVector(
  metric: Metric,
  like: readonly Float32Array[],
  unlike: readonly Float32Array[],
): Float32Array<ArrayBuffer> {
  const first = like[0];
  if (first === undefined) throw new RangeError('a query needs at least one vector');
  const dim = first.length;
  if ([...like, ...unlike].some((vector) => vector.length !== dim))
    throw new RangeError(`a query of vectors of different dimensions: expected ${dim}`);
  if (like.length === 1 && unlike.length === 0) return Float32Array.from(first);

  const sum = new Float64Array(dim);
  const add = (vectors: readonly Float32Array[], weight: number): void => {
    const scales = scalesOf(metric, vectors);
    vectors.forEach((vector, which) => {
      const scale = weight * (scales[which] ?? 0);
      for (let i = 0; i < dim; i += 1) sum[i] = (sum[i] ?? 0) + scale * (vector[i] ?? 0);
    });
  };
  if (unlike.length === 0) {
    add(like, 1);
  } else {
    // The query itself is the mean of what is liked, so alpha and beta weigh the same vector.
    const total = ALPHA + BETA - GAMMA;
    add(like, (ALPHA + BETA) / total);
    add(unlike, -GAMMA / total);
  }
  return Float32Array.from(sum);
}
