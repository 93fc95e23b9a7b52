import { mulberry32, normal, type Rng } from '../../../../kernel/rng.ts';
import type { Metric, Neighbour } from '../../engine/vector-index.ts';

/** What an index must answer, written down as plainly as can be: a map, one loop, a sort. */
export class PlainModel {
  readonly vectors = new Map<number, Float32Array>();
  readonly metric: Metric;

  constructor(metric: Metric) {
    this.metric = metric;
  }

  score(id: number, query: Float32Array): number {
    const vector = this.vectors.get(id);
    if (vector === undefined) throw new Error(`the model has no ${id}`);
    let product = 0;
    let normA = 0;
    let normB = 0;
    let squares = 0;
    vector.forEach((a, i) => {
      const b = query[i] ?? 0;
      product += a * b;
      normA += a * a;
      normB += b * b;
      squares += (a - b) ** 2;
    });
    if (this.metric === 'euclidean') return Math.sqrt(squares);
    return normA === 0 || normB === 0 ? 0 : product / Math.sqrt(normA * normB);
  }

  search(query: Float32Array, k: number, exclude: ReadonlySet<number> = new Set()): Neighbour[] {
    const sign = this.metric === 'cosine' ? -1 : 1;
    return [...this.vectors.keys()]
      .filter((id) => !exclude.has(id))
      .map((id) => ({ id, score: this.score(id, query) }))
      .sort((a, b) => sign * (a.score - b.score) || a.id - b.id)
      .slice(0, k);
  }
}

/** Vectors [n, dim] in clusters, like embeddings of pictures. */
export function clusteredRows(n: number, dim: number, seed: number, clusters = 8): Float32Array<ArrayBuffer> {
  const rng = mulberry32(seed);
  const centres = Float32Array.from({ length: clusters * dim }, () => normal(rng));
  const rows = new Float32Array(n * dim);
  for (let row = 0; row < n; row += 1) {
    const centre = Math.floor(rng() * clusters);
    for (let i = 0; i < dim; i += 1)
      rows[row * dim + i] = (centres[centre * dim + i] ?? 0) + 0.5 * normal(rng);
  }
  return rows;
}

export const rowOf = (rows: Float32Array, dim: number, row: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(rows.subarray(row * dim, (row + 1) * dim));

export const shuffled = (n: number, rng: Rng): number[] => {
  const ids = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(rng() * (i + 1));
    [ids[i], ids[j]] = [ids[j] ?? 0, ids[i] ?? 0];
  }
  return ids;
};
