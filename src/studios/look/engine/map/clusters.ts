import { mulberry32 } from '../../../../kernel/rng.ts';

/** As many as can be told apart by colour. */
export const MAX_CLUSTERS = 12;
const MAX_ROUNDS = 30;
const SEED = 3;

/**
 * How many clusters a collection is split into.
 *
 * @param count pictures, ≥ 0
 * @returns √(count / 2), the usual rule of thumb, within [1, 12]
 */
export const clusterCount = (count: number): number =>
  Math.max(1, Math.min(MAX_CLUSTERS, Math.round(Math.sqrt(count / 2))));

/**
 * k-means from k-means++ seeds: the same rows give the same clusters.
 *
 * @param rows [N, dim] float32
 * @param dim numbers in a row
 * @param k how many clusters, 1 ≤ k ≤ 255
 * @returns [N] the cluster of each row, 0 … k − 1, the largest cluster first
 * @see Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding"
 */
export function kMeans(rows: Float32Array, dim: number, k: number): Uint8Array<ArrayBuffer> {
  const count = rows.length / dim;
  const centres = seedCentres(rows, dim, Math.min(k, count));
  const of = new Uint8Array(count);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const moved = assign(rows, dim, centres, of);
    if (round > 0 && moved === 0) break;
    recentre(rows, dim, centres, of);
  }
  return bySize(of, k);
}

function seedCentres(rows: Float32Array, dim: number, k: number): Float32Array {
  const count = rows.length / dim;
  const rng = mulberry32(SEED);
  const centres = new Float32Array(k * dim);
  const nearest = new Float64Array(count).fill(Infinity);
  let chosen = Math.floor(rng() * count);
  for (let cluster = 0; cluster < k; cluster += 1) {
    centres.set(rows.subarray(chosen * dim, (chosen + 1) * dim), cluster * dim);
    let sum = 0;
    for (let row = 0; row < count; row += 1) {
      nearest[row] = Math.min(nearest[row]!, squared(rows, row * dim, centres, cluster * dim, dim));
      sum += nearest[row]!;
    }
    let left = rng() * sum;
    chosen = 0;
    while (chosen < count - 1 && (left -= nearest[chosen]!) > 0) chosen += 1;
  }
  return centres;
}

// Answers how many rows have changed their cluster.
function assign(rows: Float32Array, dim: number, centres: Float32Array, of: Uint8Array): number {
  const k = centres.length / dim;
  let moved = 0;
  for (let row = 0; row < of.length; row += 1) {
    let best = 0;
    let least = Infinity;
    for (let cluster = 0; cluster < k; cluster += 1) {
      const far = squared(rows, row * dim, centres, cluster * dim, dim);
      if (far < least) {
        least = far;
        best = cluster;
      }
    }
    if (of[row] !== best) moved += 1;
    of[row] = best;
  }
  return moved;
}

function recentre(rows: Float32Array, dim: number, centres: Float32Array, of: Uint8Array): void {
  const sums = new Float64Array(centres.length);
  const sizes = new Uint32Array(centres.length / dim);
  for (let row = 0; row < of.length; row += 1) {
    const cluster = of[row]!;
    sizes[cluster]! += 1;
    for (let i = 0; i < dim; i += 1) sums[cluster * dim + i]! += rows[row * dim + i]!;
  }
  for (let cluster = 0; cluster < sizes.length; cluster += 1)
    // An empty cluster keeps its centre.
    if (sizes[cluster]! > 0)
      for (let i = 0; i < dim; i += 1)
        centres[cluster * dim + i] = sums[cluster * dim + i]! / sizes[cluster]!;
}

function bySize(of: Uint8Array<ArrayBuffer>, k: number): Uint8Array<ArrayBuffer> {
  const sizes = new Uint32Array(k);
  for (const cluster of of) sizes[cluster]! += 1;
  const order = Array.from(sizes.keys()).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const rank = new Uint8Array(k);
  for (const [at, cluster] of order.entries()) rank[cluster] = at;
  return of.map((cluster) => rank[cluster]!);
}

function squared(a: Float32Array, atA: number, b: Float32Array, atB: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i += 1) {
    const difference = a[atA + i]! - b[atB + i]!;
    sum += difference * difference;
  }
  return sum;
}
