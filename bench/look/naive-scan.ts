/**
 * The peer of the graph: one loop over one Float32Array, as one would write it at first. The vectors have norm 1 already,
 * so the dot product is the cosine.
 *
 * @param vectors [n, dim] float32, of norm 1
 * @param query [dim] float32, of norm 1
 * @param k how many
 * @returns [k] rows, most alike first
 */
export function naiveScan(vectors: Float32Array, query: Float32Array, k: number): number[] {
  const dim = query.length;
  const n = vectors.length / dim;
  const best: { row: number; score: number }[] = [];
  for (let row = 0; row < n; row += 1) {
    let score = 0;
    for (let i = 0; i < dim; i += 1) score += vectors[row * dim + i]! * query[i]!;
    if (best.length === k && score <= best[k - 1]!.score) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.score < score) at -= 1;
    best.splice(at, 0, { row, score });
    best.length = Math.min(best.length, k);
  }
  return best.map(({ row }) => row);
}
