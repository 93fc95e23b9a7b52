/** The k nearest rows of some rows, nearest first. */
export interface Neighbours {
  /** [rows, k] indices of rows */
  readonly indices: Uint32Array<ArrayBuffer>;
  /** [rows, k] Euclidean distances, ≥ 0 */
  readonly distances: Float32Array<ArrayBuffer>;
  readonly k: number;
}

/**
 * The nearest rows of each query by an exact scan, so that a map is the same every time. A row that is a query itself is
 * among its own neighbours, at distance 0.
 *
 * @param queries [Q, dim] float32
 * @param rows [N, dim] float32
 * @param dim numbers in a row
 * @param k how many, ≤ N
 * @returns [Q, k], nearest first, ties by the lower index
 * @throws RangeError when there are fewer than k rows
 */
export function nearestRows(queries: Float32Array, rows: Float32Array, dim: number, k: number): Neighbours {
  const asked = queries.length / dim;
  const count = rows.length / dim;
  if (k > count) throw new RangeError(`${k} neighbours of ${count} rows`);
  const indices = new Uint32Array(asked * k);
  const distances = new Float32Array(asked * k);
  const best = new Float64Array(k);
  const bestAt = new Uint32Array(k);
  for (let query = 0; query < asked; query += 1) {
    const from = query * dim;
    best.fill(Infinity);
    let worst = Infinity;
    for (let row = 0; row < count; row += 1) {
      const at = row * dim;
      let sum = 0;
      for (let i = 0; i < dim; i += 1) {
        const difference = queries[from + i]! - rows[at + i]!;
        sum += difference * difference;
      }
      if (sum >= worst) continue;
      let place = k - 1;
      while (place > 0 && best[place - 1]! > sum) {
        best[place] = best[place - 1]!;
        bestAt[place] = bestAt[place - 1]!;
        place -= 1;
      }
      best[place] = sum;
      bestAt[place] = row;
      worst = best[k - 1]!;
    }
    indices.set(bestAt, query * k);
    for (let i = 0; i < k; i += 1) distances[query * k + i] = Math.sqrt(best[i]!);
  }
  return { indices, distances, k };
}
