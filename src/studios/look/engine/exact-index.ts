import { cosineOf, dot, inverseNorm, squaredDistance } from './distance.ts';
import { TopK } from './top-k.ts';
import {
  assertQuery,
  type Metric,
  type Neighbour,
  type SearchOptions,
  type VectorIndex,
} from './vector-index.ts';
import type { VectorBlock, VectorTable } from './vector-table.ts';

const NONE: ReadonlySet<number> = new Set();

/**
 * The exact engine: looks at every vector, so it is the oracle of every other one. Sums are in double precision. It
 * searches a table that it does not own: one for each measure can look at the same vectors.
 */
export class ExactIndex implements VectorIndex {
  readonly metric: Metric;
  readonly #table: VectorTable;

  /**
   * An exact index over a table.
   *
   * @param table the vectors; changes of it count at once
   * @param metric the measure
   */
  constructor(table: VectorTable, metric: Metric) {
    this.#table = table;
    this.metric = metric;
  }

  get dim(): number {
    return this.#table.dim;
  }

  get size(): number {
    return this.#table.size;
  }

  has(id: number): boolean {
    return this.#table.has(id);
  }

  add(ids: ArrayLike<number>, vectors: Float32Array, options: Pick<SearchOptions, 'signal'> = {}): void {
    options.signal?.throwIfAborted();
    this.#table.add(ids, vectors);
  }

  remove(ids: ArrayLike<number>): void {
    this.#table.remove(ids);
  }

  search(query: Float32Array, k: number, options: SearchOptions = {}): Neighbour[] {
    assertQuery(query, this.dim, k);
    const { exclude = NONE, signal } = options;
    const best = new TopK(Math.max(1, Math.min(k, this.size)));
    const scan = this.metric === 'cosine' ? scanCosine : scanEuclidean;
    for (const block of this.#table.blocks) {
      signal?.throwIfAborted();
      scan(block, query, best, exclude);
    }
    return best.sorted(this.metric === 'cosine' ? (key) => 0 - key : (key) => key);
  }
}

// Offers every row of a block under the key −cosine.
function scanCosine(block: VectorBlock, query: Float32Array, best: TopK, exclude: ReadonlySet<number>): void {
  const inverse = inverseNorm(query);
  const dim = query.length;
  for (let row = 0; row < block.rows; row += 1) {
    const product = dot(block.data, row * dim, query);
    const cosine = cosineOf(product, block.inverseNorms[row]!, inverse);
    if (-cosine > best.bound) continue;
    const id = block.ids[row]!;
    if (!exclude.has(id)) best.offer(-cosine, id);
  }
}

// Offers every row of a block under the key distance.
function scanEuclidean(
  block: VectorBlock,
  query: Float32Array,
  best: TopK,
  exclude: ReadonlySet<number>,
): void {
  const dim = query.length;
  for (let row = 0; row < block.rows; row += 1) {
    // The root is taken before comparing: two squares may have the same root, and equal figures go by id.
    const distance = Math.sqrt(squaredDistance(block.data, row * dim, query));
    if (distance > best.bound) continue;
    const id = block.ids[row]!;
    if (!exclude.has(id)) best.offer(distance, id);
  }
}
