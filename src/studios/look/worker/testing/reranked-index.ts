import { byNearness, exactScore } from '../../engine/distance.ts';
import {
  assertQuery,
  type Metric,
  type Neighbour,
  type SearchOptions,
  type VectorIndex,
} from '../../engine/vector-index.ts';
import type { GraphIndex } from '../graph-index.ts';

/** Candidates beyond k: a vector that is a little off may put the tenth nearest at the fourteenth place. */
const MORE = 10;

/**
 * A graph of shorter vectors with the vectors themselves beside it, as the library has them: candidates come from the graph,
 * figures and order from the vectors.
 */
export class RerankedIndex implements VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  readonly #graph: GraphIndex;
  readonly #vectors = new Map<number, Float32Array>();

  constructor(graph: GraphIndex) {
    this.metric = graph.metric;
    this.dim = graph.dim;
    this.#graph = graph;
  }

  get size(): number {
    return this.#graph.size;
  }

  has(id: number): boolean {
    return this.#graph.has(id);
  }

  async add(
    ids: ArrayLike<number>,
    vectors: Float32Array,
    options?: Pick<SearchOptions, 'signal'>,
  ): Promise<void> {
    try {
      await this.#graph.add(ids, vectors, options);
    } finally {
      // What was added before a cancellation stays.
      for (let row = 0; row < ids.length; row += 1) {
        const id = ids[row] ?? -1;
        if (this.#graph.has(id) && !this.#vectors.has(id))
          this.#vectors.set(id, vectors.slice(row * this.dim, (row + 1) * this.dim));
      }
    }
  }

  remove(ids: ArrayLike<number>): void {
    this.#graph.remove(ids);
    for (const id of Array.from(ids)) this.#vectors.delete(id);
  }

  /** `ef` as for the graph. */
  search(
    query: Float32Array,
    k: number,
    options: SearchOptions & { readonly ef?: number } = {},
  ): Neighbour[] {
    assertQuery(query, this.dim, k);
    return this.#graph
      .search(query, k + MORE, options)
      .map(({ id }) => {
        const vector = this.#vectors.get(id);
        if (vector === undefined) throw new Error(`the graph answers ${id}, which was removed`);
        return { id, score: exactScore(this.metric, vector, query) };
      })
      .sort(byNearness(this.metric))
      .slice(0, k);
  }
}
