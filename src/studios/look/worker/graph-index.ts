import { byNearness, inverseNorm } from '../engine/distance.ts';
import {
  assertKept,
  deadElements,
  linkWords,
  livingElements,
  readKept,
  writeKept,
  type KeptGraph,
} from '../engine/kept-graph-format.ts';
import { hashVector } from '../engine/vector-hash.ts';
import {
  assertNewVectors,
  assertQuery,
  VectorIndexError,
  type Metric,
  type Neighbour,
  type SearchOptions,
  type VectorIndex,
} from '../engine/vector-index.ts';
import { guard } from './graph-error.ts';
import type { GraphExports, GraphModule } from './graph-module.ts';

/** Links of an element above level 0, and how many candidates are looked at to choose them. */
export const GRAPH_PARAMETERS = { m: 16, efConstruction: 200, seed: 100 } as const;
/** Vectors between two pauses: until then nobody else is heard. */
const SLICE = 8;
const DEFAULT_EF = 64;
/** Candidates beyond k, so that equal figures at the border are all seen and go by id. */
const MARGIN = 8;
const ANSWER_BYTES = 8;

/**
 * How a graph keeps its vectors. Shorter ones need a half or a quarter of the memory and find candidates as well; whoever
 * searches compares those again with the vectors themselves.
 */
export type GraphStorage = 'f32' | 'f16' | 'i8';
const STORAGE_KINDS: Readonly<Record<GraphStorage, number>> = { f32: 0, f16: 1, i8: 2 };

/** How long a loop of the index may hold the thread is up to whoever gives this: it settles when others had their turn. */
export type Pause = () => Promise<void>;

/**
 * The graph engine behind `VectorIndex`: `assembly/hnsw.ts`. Elements are never used again: a deleted one stays as a way
 * station, and a vector that comes back under its old id is a new element.
 */
export class GraphIndex implements VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  readonly storage: GraphStorage;
  /** Size of the candidate list of a search; larger is slower and finds more. */
  ef = DEFAULT_EF;
  readonly #module: GraphModule;
  readonly #pause: Pause;
  #graph: GraphExports;
  /** By element. */
  #ids: number[] = [];
  #hashes: number[] = [];
  readonly #elementOf = new Map<number, number>();

  constructor(module: GraphModule, metric: Metric, dim: number, pause: Pause, storage: GraphStorage = 'f32') {
    this.metric = metric;
    this.dim = dim;
    this.storage = storage;
    this.#module = module;
    this.#pause = pause;
    this.#graph = this.#fresh();
  }

  get size(): number {
    return this.#elementOf.size;
  }

  /** Memory of the graph: links, and vectors as they are stored. */
  get bytes(): number {
    return this.#graph.memory.buffer.byteLength;
  }

  /** Deleted elements that are still way stations. */
  get dead(): number {
    return this.#ids.length - this.#elementOf.size;
  }

  has(id: number): boolean {
    return this.#elementOf.has(id);
  }

  async add(
    ids: ArrayLike<number>,
    vectors: Float32Array,
    { signal }: Pick<SearchOptions, 'signal'> = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const { dim } = this;
    assertNewVectors({ ids, vectors, dim, has: (id) => this.has(id) });
    for (let row = 0; row < ids.length; row += 1) {
      if (row > 0 && row % SLICE === 0) {
        await this.#pause();
        signal?.throwIfAborted();
      }
      const id = ids[row] ?? 0;
      const vector = vectors.subarray(row * dim, (row + 1) * dim);
      const element = guard('adding', () => {
        this.#stage(this.#graph, vector);
        return this.#graph.add();
      });
      this.#elementOf.set(id, element);
      this.#ids.push(id);
      this.#hashes.push(hashVector(vector));
    }
  }

  remove(ids: ArrayLike<number>): void {
    for (const id of Array.from(ids)) {
      const element = this.#elementOf.get(id);
      if (element === undefined) continue;
      guard('deleting', () => this.#graph.remove(element));
      this.#elementOf.delete(id);
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
    const count = guard('searching', () => {
      this.#stage(this.#graph, query);
      return this.#graph.search(wanted, Math.max(ef, wanted));
    });
    const view = new DataView(this.#graph.memory.buffer, this.#graph.answersAddress(), count * ANSWER_BYTES);
    const toScore = (distance: number): number =>
      this.metric === 'cosine' ? Math.max(-1, Math.min(1, 1 - distance)) : Math.sqrt(Math.max(0, distance));
    return Array.from({ length: count }, (_, i) => ({
      id: this.#ids[view.getUint32(i * ANSWER_BYTES + 4, true)] ?? -1,
      score: toScore(view.getFloat32(i * ANSWER_BYTES, true)),
    }))
      .filter(({ id }) => exclude?.has(id) !== true)
      .sort(byNearness(this.metric))
      .slice(0, k);
  }

  /** The graph without the vectors of living elements. */
  keep(): KeptGraph {
    const graph = this.#graph;
    return guard('writing a graph', () => {
      const memory = new Uint32Array(graph.memory.buffer);
      return writeKept({
        dim: this.dim,
        m: GRAPH_PARAMETERS.m,
        count: this.#ids.length,
        entry: graph.entryPoint(),
        topLevel: graph.highestLevel(),
        ids: Uint32Array.from(this.#ids),
        hashes: Uint32Array.from(this.#hashes),
        element: (number) => {
          const at = graph.elementAddress(number) / 4;
          const level = memory[at + 1] ?? 0;
          const upper = graph.upperAddress(number) / 4;
          return {
            level,
            isDeleted: memory[at + 3] === 1,
            links: memory.subarray(at + 4, at + 4 + linkWords(2 * GRAPH_PARAMETERS.m)),
            upper: memory.subarray(upper, upper + level * linkWords(GRAPH_PARAMETERS.m)),
            vector: () => {
              graph.stageElement(number);
              return new Float32Array(graph.memory.buffer, graph.stagingAddress(), this.dim);
            },
          };
        },
      });
    });
  }

  /**
   * Takes a kept graph up in place of what is here.
   *
   * @param kept what `keep` gave
   * @param vectors [living, dim] float32 of `livingIds(kept)`, in that order
   * @throws VectorIndexError when a vector is not the one that the graph was built from; KeptGraphError when the parts do not
   *   fit; either way the index is as it was
   */
  restore(kept: KeptGraph, vectors: Float32Array): void {
    const { dim } = this;
    assertKept(kept, { dim, m: GRAPH_PARAMETERS.m });
    const living = livingElements(kept);
    if (vectors.length !== living.length * dim)
      throw new VectorIndexError('bad-shape', -1, `${living.length} vectors expected`);
    const rowOf = new Map(living.map((element, row) => [element, row]));
    for (const [element, row] of rowOf)
      if (hashVector(vectors.subarray(row * dim, (row + 1) * dim)) !== kept.hashes[element])
        throw new VectorIndexError(
          'bad-shape',
          kept.ids[element] ?? -1,
          'the graph was built from another vector',
        );
    const deadRow = new Map(deadElements(kept).map((element, row) => [element, row]));
    const graph = this.#fresh();
    guard('reading a graph', () => {
      readKept(kept, ({ number, level, isDeleted, links, upper }) => {
        const row = rowOf.get(number);
        const dead = (deadRow.get(number) ?? 0) * dim;
        // The vectors of deleted elements were kept as the graph has them.
        if (row === undefined) this.#put(graph, kept.deadVectors.subarray(dead, dead + dim));
        else this.#stage(graph, vectors.subarray(row * dim, (row + 1) * dim));
        graph.restore(level, isDeleted ? 1 : 0);
        const memory = new Uint32Array(graph.memory.buffer);
        memory.set(links, graph.elementAddress(number) / 4 + 4);
        memory.set(upper, graph.upperAddress(number) / 4);
      });
      graph.restored(kept.header[4] ?? 0, kept.header[5] ?? 0);
    });
    this.#graph = graph;
    this.#ids = Array.from(kept.ids);
    this.#hashes = Array.from(kept.hashes);
    this.#elementOf.clear();
    for (const element of living) this.#elementOf.set(kept.ids[element] ?? 0, element);
  }

  #fresh(): GraphExports {
    const { m, efConstruction, seed } = GRAPH_PARAMETERS;
    return guard('making room', () => {
      const graph = this.#module.create();
      const space = this.metric === 'cosine' ? 0 : 1;
      graph.init(this.dim, space, m, efConstruction, seed, STORAGE_KINDS[this.storage]);
      return graph;
    });
  }

  // The vector as the graph's space wants it: of norm 1 for cosines. The zero vector stays as it is.
  #stage(graph: GraphExports, vector: Float32Array): void {
    const staged = this.#put(graph, vector);
    if (this.metric === 'euclidean') return;
    const inverse = inverseNorm(vector);
    for (let i = 0; i < staged.length; i += 1) staged[i] = (vector[i] ?? 0) * inverse;
  }

  #put(graph: GraphExports, vector: Float32Array): Float32Array {
    const staged = new Float32Array(graph.memory.buffer, graph.stagingAddress(), this.dim);
    staged.set(vector);
    return staged;
  }
}
