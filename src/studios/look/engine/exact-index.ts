import {
  cosineOf,
  dot,
  dots,
  inverseNorm,
  ROWS_AT_ONCE,
  squaredDistance,
  squaredDistances,
} from './distance.ts';
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
    const offer = this.metric === 'cosine' ? cosines(query, best, exclude) : distances(best, exclude);
    for (const block of this.#table.blocks) {
      signal?.throwIfAborted();
      scan(block, query, this.metric === 'cosine' ? COSINE : EUCLIDEAN, offer);
    }
    return best.sorted(this.metric === 'cosine' ? (key) => 0 - key : (key) => key);
  }
}

type Offer = (block: VectorBlock, row: number, sum: number) => void;

interface Sums {
  readonly one: (block: Float32Array, offset: number, query: Float32Array) => number;
  readonly four: (block: Float32Array, offset: number, query: Float32Array, sums: Float64Array) => void;
}

const COSINE: Sums = { one: dot, four: dots };
const EUCLIDEAN: Sums = { one: squaredDistance, four: squaredDistances };

// Computes the sum of every row of a block, several rows at once, and hands it on.
function scan(block: VectorBlock, query: Float32Array, { one, four }: Sums, offer: Offer): void {
  const dim = query.length;
  const { data, rows } = block;
  const sums = new Float64Array(ROWS_AT_ONCE);
  const together = rows - (rows % ROWS_AT_ONCE);
  for (let row = 0; row < together; row += ROWS_AT_ONCE) {
    four(data, row * dim, query, sums);
    for (let i = 0; i < ROWS_AT_ONCE; i += 1) offer(block, row + i, sums[i]!);
  }
  for (let row = together; row < rows; row += 1) offer(block, row, one(data, row * dim, query));
}

// Offers rows under the key −cosine.
function cosines(query: Float32Array, best: TopK, exclude: ReadonlySet<number>): Offer {
  const inverse = inverseNorm(query);
  return (block, row, product) => {
    const cosine = cosineOf(product, block.inverseNorms[row]!, inverse);
    if (-cosine > best.bound) return;
    const id = block.ids[row]!;
    if (!exclude.has(id)) best.offer(-cosine, id);
  };
}

// Offers rows under the key distance.
function distances(best: TopK, exclude: ReadonlySet<number>): Offer {
  return (block, row, squared) => {
    // The root is taken before comparing: two squares may have the same root, and equal figures go by id.
    const distance = Math.sqrt(squared);
    if (distance > best.bound) return;
    const id = block.ids[row]!;
    if (!exclude.has(id)) best.offer(distance, id);
  };
}
