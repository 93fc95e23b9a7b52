import type { Hnsw } from 'hnswlib-wasm/lib/hnswlib.mjs';
import { byNearness, inverseNorm } from '../engine/distance.ts';
import { deletedPositions, LinkCollector, type GraphLinks, type GraphShape } from '../engine/graph-file.ts';
import { GraphFileSource } from '../engine/graph-file-source.ts';
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
import { guard, HnswError, type HnswLibrary } from './hnsw-library.ts';

/** Links of an element above level 0, and how many candidates are looked at to choose them. */
export const GRAPH_PARAMETERS = { m: 16, efConstruction: 200, seed: 100 } as const;
const FIRST_CAPACITY = 1024;
const GROWTH = 1.5;
/** Vectors a call: hnswlib-wasm copies its list of all labels after each, and until it returns nobody else is heard. */
const SLICE = 4;
const DEFAULT_EF = 64;
/** Candidates beyond k, so that equal figures at the border are all seen and go by id. */
const MARGIN = 8;

/** A graph as it is kept: its links, and which vectors they link. */
export interface KeptGraph extends GraphLinks {
  /** [elements] ids in the order of insertion; those of deleted elements mean nothing */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [elements] `hashVector` of the vectors as they were added */
  readonly hashes: Uint32Array<ArrayBuffer>;
}

/** How long a loop of the index may hold the thread is up to whoever gives this: it settles when others had their turn. */
export type Pause = () => Promise<void>;

/**
 * The graph engine: hnswlib-wasm behind `VectorIndex`. Labels are our own and are given once, in order: a deleted element
 * stays as a way station (`replaceDeleted` would corrupt labels) and a vector that comes back under its old id is a new
 * element, so hnswlib never updates one.
 */
export class HnswIndex implements VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  /** Size of the candidate list of a search; larger is slower and finds more. */
  ef = DEFAULT_EF;
  readonly #library: HnswLibrary;
  readonly #pause: Pause;
  #graph: Hnsw;
  /** By label. */
  #ids: number[] = [];
  #hashes: number[] = [];
  readonly #labelOf = new Map<number, number>();

  constructor(library: HnswLibrary, metric: Metric, dim: number, pause: Pause) {
    this.metric = metric;
    this.dim = dim;
    this.#library = library;
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
        this.#hashes.push(hashVector(vectors.subarray(row * dim, (row + 1) * dim)));
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

  /** The graph without the vectors of living elements. */
  keep(): KeptGraph {
    const collector = new LinkCollector(this.#shape);
    this.#library.write(this.#graph, collector);
    return {
      ...collector.finish(),
      ids: Uint32Array.from(this.#ids),
      hashes: Uint32Array.from(this.#hashes),
    };
  }

  /**
   * Takes a kept graph up in place of what is here.
   *
   * @param kept what `keep` gave
   * @param vectors [living, dim] float32 of `livingIds(kept)`, in that order; overwritten
   * @throws VectorIndexError `id-taken` … when a vector is not the one that the graph was built from;
   *   GraphFileError when the parts do not fit; either way the index is as it was
   */
  restore(kept: KeptGraph, vectors: Float32Array): void {
    const living = livingLabels(kept);
    const { dim } = this;
    if (vectors.length !== living.length * dim)
      throw new VectorIndexError('bad-shape', -1, `${living.length} vectors expected`);
    living.forEach((label, row) => {
      const vector = vectors.subarray(row * dim, (row + 1) * dim);
      if (hashVector(vector) !== kept.hashes[label])
        throw new VectorIndexError(
          'bad-shape',
          kept.ids[label] ?? -1,
          'the graph was built from another vector',
        );
      vector.set(this.#prepared(vector));
    });
    const source = new GraphFileSource(kept, this.#shape, vectors);
    // A failed read leaves hnswlib's object broken, so it reads into a fresh one.
    const graph = this.#library.create(this.metric, dim);
    try {
      this.#library.read(graph, source, Math.max(FIRST_CAPACITY, Math.ceil(source.count * GROWTH)));
    } catch (thrown) {
      graph.delete();
      throw thrown;
    }
    this.#graph.delete();
    this.#graph = graph;
    this.#ids = Array.from(kept.ids);
    this.#hashes = Array.from(kept.hashes);
    this.#labelOf.clear();
    for (const label of living) this.#labelOf.set(kept.ids[label] ?? 0, label);
  }

  /** Gives its memory back; the index must not be used afterwards. */
  dispose(): void {
    this.#graph.delete();
  }

  get #shape(): GraphShape {
    return { dim: this.dim, m: GRAPH_PARAMETERS.m, efConstruction: GRAPH_PARAMETERS.efConstruction };
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

function livingLabels(kept: KeptGraph): number[] {
  const dead = new Set(deletedPositions(kept));
  const labels = Array.from(kept.ids, (_, label) => label).filter((label) => !dead.has(label));
  if (kept.hashes.length !== kept.ids.length) throw new HnswError('a kept graph whose parts do not fit');
  return labels;
}

/**
 * The ids that a kept graph finds.
 *
 * @returns ids in the order in which `HnswIndex.restore` wants their vectors
 */
export function livingIds(kept: KeptGraph): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(livingLabels(kept), (label) => kept.ids[label] ?? 0);
}
