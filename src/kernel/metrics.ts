/**
 * recall@k: the share of the true k nearest neighbours that an answer contains.
 *
 * @param found ids answered, best first
 * @param truth ids of the oracle, best first; its length is k
 * @returns [0, 1]; 1 when the oracle has no answer
 */
export function recallAtK(found: readonly number[], truth: readonly number[]): number {
  if (truth.length === 0) return 1;
  const answered = new Set(found.slice(0, truth.length));
  return truth.filter((id) => answered.has(id)).length / truth.length;
}

/**
 * precision@k of one query: the share of the first k answers of the query's own class.
 *
 * @param relevant for each answer, best first, whether it is of the query's class
 * @param k how many answers count, ≥ 1
 * @returns [0, 1]
 */
export function precisionAtK(relevant: readonly boolean[], k: number): number {
  return relevant.slice(0, k).filter(Boolean).length / k;
}

/**
 * Average precision at k: the sum of precision@i over the ranks i ≤ k that hold a relevant answer, by as many as there
 * could be.
 *
 * @param relevant for each answer, best first, whether it is of the query's class
 * @param k how many answers count, ≥ 1
 * @param total how many relevant answers there are in the collection
 * @returns [0, 1]; 1 when the first min(k, total) answers are relevant, 0 when none is
 * @see Manning, Raghavan, Schütze: Introduction to Information Retrieval, 8.4
 */
export function averagePrecisionAtK(relevant: readonly boolean[], k: number, total: number): number {
  let hits = 0;
  let sum = 0;
  relevant.slice(0, k).forEach((isRelevant, index) => {
    if (!isRelevant) return;
    hits += 1;
    sum += hits / (index + 1);
  });
  return hits === 0 ? 0 : sum / Math.min(k, total);
}

/**
 * The p-quantile by linear interpolation between order statistics.
 *
 * @param values any order, at least one
 * @param p [0, 1]
 * @returns the quantile
 * @throws RangeError when `values` is empty
 */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError('quantile of no values');
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}
