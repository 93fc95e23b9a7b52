import type { Hnsw } from 'hnswlib-wasm/lib/hnswlib.mjs';
import { byNearness, inverseNorm } from '../../../engine/distance.ts';
import {
  assertNewVectors,
  assertQuery,
  type Metric,
  type Neighbour,
  type SearchOptions,
  type VectorIndex,
} from '../../../engine/vector-index.ts';
import { guard } from '../../graph-error.ts';
import { GRAPH_PARAMETERS, type Pause } from '../../graph-index.ts';
import type { HnswLibrary } from './hnsw-library.ts';

const FIRST_CAPACITY = 1024;
const GROWTH = 1.5;
/** Vectors a call: hnswlib-wasm copies its list of all labels after each, and until it returns nobody else is heard. */
const SLICE = 4;
const DEFAULT_EF = 64;
/** Candidates beyond k, so that equal figures at the border are all seen and go by id. */
const MARGIN = 8;

/**
 * The reference: hnswlib-wasm behind `VectorIndex`. Labels are our own and are given once, in order: a deleted element
 * stays as a way station (`replaceDeleted` would corrupt labels) and a vector that comes back under its old id is a new
 * element, so hnswlib never updates one.
 */
export class HnswIndex implements VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  /** Size of the candidate list of a search; larger is slower and finds more. */
  ef = DEFAULT_EF;
  readonly #pause: Pause;
  #graph: Hnsw;
  /** By label. */
  #ids: number[] = [];
  readonly #labelOf = new Map<number, number>();

  constructor(library: HnswLibrary, metric: Metric, dim: number, pause: Pause) {
    this.metric = metric;
    this.dim = dim;
    this.#pause = pause;
    this.#graph = library.create(metric, dim);
    const { m, efConstruction, seed } = GRAPH_PARAMETERS;
    guard('making room', () => this.#graph.initIndex(FIRST_CAPACITY, m, efConstruction, seed));
  }

  get size(): number {
    return this.#labelOf.size;
  }

  /** Deleted elements that are still way stations. */
  get dead(): number {
    return this.#ids.length - this.#labelOf.size;
  }

  has(id: number): boolean {
    return this.#labelOf.has(id);
  }

  async add(
    ids: ArrayLike<number>,
    vectors: Float32Array,
    { signal }: Pick<SearchOptions, 'signal'> = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const { dim } = this;
    assertNewVectors({ ids, vectors, dim, has: (id) => this.has(id) });
    this.#makeRoom(this.#ids.length + ids.length);
    for (let from = 0; from < ids.length; from += SLICE) {
      if (from > 0) {
        await this.#pause();
        signal?.throwIfAborted();
      }
      const rows = Array.from({ length: Math.min(SLICE, ids.length - from) }, (_, i) => from + i);
      const points = rows.map((row) => this.#prepared(vectors.subarray(row * dim, (row + 1) * dim)));
      const first = this.#ids.length;
      const labels = rows.map((_, i) => first + i);
      guard('adding', () => this.#graph.addPoints(points, labels, false));
      for (const row of rows) {
        const id = ids[row] ?? 0;
        this.#labelOf.set(id, this.#ids.length);
        this.#ids.push(id);
      }
    }
  }

  remove(ids: ArrayLike<number>): void {
    for (const id of Array.from(ids)) {
      const label = this.#labelOf.get(id);
      if (label === undefined) continue;
      guard('deleting', () => this.#graph.markDelete(label));
      this.#labelOf.delete(id);
    }
  }

  /** `ef` takes the place of the index's own for this search. */
  search(
    query: Float32Array,
    k: number,
    { exclude, signal, ef = this.ef }: SearchOptions & { readonly ef?: number } = {},
  ): Neighbour[] {
    assertQuery(query, this.dim, k);
    signal?.throwIfAborted();
    if (this.size === 0) return [];
    const wanted = Math.min(this.size, k + (exclude?.size ?? 0) + MARGIN);
    const found = guard('searching', () => {
      // hnswlib looks at no fewer candidates than it answers.
      this.#graph.setEfSearch(Math.max(ef, wanted));
      return this.#graph.searchKnn(this.#prepared(query), wanted, undefined);
    });
    const toScore = (distance: number): number =>
      this.metric === 'cosine' ? Math.max(-1, Math.min(1, 1 - distance)) : Math.sqrt(Math.max(0, distance));
    return found.neighbors
      .map((label, i) => ({ id: this.#ids[label] ?? -1, score: toScore(found.distances[i] ?? 0) }))
      .filter(({ id }) => exclude?.has(id) !== true)
      .sort(byNearness(this.metric))
      .slice(0, k);
  }

  /** Gives its memory back; the index must not be used afterwards. */
  dispose(): void {
    this.#graph.delete();
  }

  // hnswlib throws at capacity and would lose the vector: room is made before it is needed.
  #makeRoom(needed: number): void {
    const capacity = guard('asking for its capacity', () => this.#graph.getMaxElements());
    if (needed <= capacity) return;
    guard('making room', () => this.#graph.resizeIndex(Math.max(needed, Math.ceil(capacity * GROWTH))));
  }

  // The vector as the graph's space wants it: of norm 1 for cosines. The zero vector stays as it is.
  #prepared(vector: Float32Array): Float32Array {
    if (this.metric === 'euclidean') return vector;
    const inverse = inverseNorm(vector);
    return vector.map((value) => value * inverse);
  }
}
