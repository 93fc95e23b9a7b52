import type { CancelSignal } from '../../../../kernel/cancel.ts';
import { byNearness } from '../../engine/distance.ts';
import {
  assertNewVectors,
  assertQuery,
  type Metric,
  type Neighbour,
  type SearchOptions,
  type VectorIndex,
} from '../../engine/vector-index.ts';
import type { ChromaApi, ChromaCollection, ChromaValue } from './chroma-api.ts';

/** Records of one request: 1.8 MB at 1,280 numbers. */
const BATCH = 250;
/** Names of records asked for at once. */
const NAMES_AT_ONCE = 2_000;
/** Asked for beyond k, so that equal figures can be put in the order of their ids. */
const MARGIN = 10;

interface AddOptions extends Pick<SearchOptions, 'signal'> {
  /** What is kept with each vector, by its place in the batch. */
  readonly metadata?: (row: number) => Readonly<Record<string, ChromaValue>>;
  /** Vectors so far, after each request. */
  readonly onBatch?: (done: number) => void;
}

/**
 * Tells whether a record is up to date.
 *
 * @param hash of the picture, '' where it is not known
 * @param set which look at the pictures its vector is of
 */
export const markOf = (hash: string, set: number): string => (set === 0 ? hash : `${hash} ${set}`);

const markIn = (metadata: Readonly<Record<string, unknown>> = {}): string => {
  const { hash, set } = metadata;
  return markOf(typeof hash === 'string' ? hash : '', typeof set === 'number' ? set : 0);
};

const NONE: ReadonlySet<number> = new Set();

/** A collection on a Chroma server as an index: records are named by ids in decimal digits, others are not seen. */
export class ChromaIndex implements VectorIndex {
  readonly metric: Metric;
  readonly dim: number;
  readonly #api: ChromaApi;
  readonly #collection: ChromaCollection;
  readonly #limits: { readonly batch: number; readonly base64: boolean };
  /** What each record was made of, as `markOf` says it. */
  readonly #known = new Map<number, string>();

  private constructor(
    api: ChromaApi,
    collection: ChromaCollection,
    metric: Metric,
    dim: number,
    limits: { readonly batch: number; readonly base64: boolean },
  ) {
    this.#api = api;
    this.#collection = collection;
    this.metric = metric;
    this.dim = dim;
    this.#limits = limits;
  }

  /**
   * Reads which records there are.
   *
   * @param api of the server
   * @param collection one that is there
   * @param metric its measure
   * @param dim numbers of a vector
   * @param signal ends it
   */
  static async open(
    api: ChromaApi,
    collection: ChromaCollection,
    metric: Metric,
    dim: number,
    signal?: CancelSignal,
  ): Promise<ChromaIndex> {
    const index = new ChromaIndex(api, collection, metric, dim, await api.limits(signal));
    for (let offset = 0; ;) {
      const page = await api.page(collection, offset, NAMES_AT_ONCE, ['metadatas'], signal);
      if (page.length === 0) break;
      offset += page.length;
      for (const { id, metadata } of page)
        if (/^\d{1,10}$/.test(id)) index.#known.set(Number(id), markIn(metadata));
    }
    return index;
  }

  get size(): number {
    return this.#known.size;
  }

  has(id: number): boolean {
    return this.#known.has(id);
  }

  /** Ids of all records, with what each was made of, as `markOf` says it. */
  get known(): ReadonlyMap<number, string> {
    return this.#known;
  }

  async add(ids: ArrayLike<number>, vectors: Float32Array, options: AddOptions = {}): Promise<void> {
    const { signal, metadata, onBatch } = options;
    signal?.throwIfAborted();
    assertNewVectors({ ids, vectors, dim: this.dim, has: (id) => this.has(id) });
    const batch = Math.min(BATCH, this.#limits.batch);
    for (let from = 0; from < ids.length; from += batch) {
      const rows = Array.from({ length: Math.min(batch, ids.length - from) }, (_, i) => from + i);
      const records = rows.map((row) => ({
        id: String(ids[row]),
        vector: vectors.subarray(row * this.dim, (row + 1) * this.dim),
        metadata: metadata?.(row),
      }));
      await this.#api.upsert(this.#collection, records, this.#limits.base64, signal);
      for (const { id, metadata: kept } of records) this.#known.set(Number(id), markIn(kept));
      onBatch?.(from + rows.length);
    }
  }

  async remove(ids: ArrayLike<number>): Promise<void> {
    const some = Array.from(ids).filter((id) => this.has(id));
    for (let from = 0; from < some.length; from += NAMES_AT_ONCE) {
      const batch = some.slice(from, from + NAMES_AT_ONCE);
      await this.#api.remove(this.#collection, batch.map(String));
      for (const id of batch) this.#known.delete(id);
    }
  }

  async search(query: Float32Array, k: number, options: SearchOptions = {}): Promise<readonly Neighbour[]> {
    const { exclude = NONE, signal } = options;
    signal?.throwIfAborted();
    assertQuery(query, this.dim, k);
    if (this.size === 0) return [];
    const wanted = Math.min(this.size, k + exclude.size + MARGIN);
    const hits = await this.#api.query(this.#collection, query, wanted, signal);
    return hits
      .map(({ id, distance }) => ({ id: Number(id), score: figureOf(this.metric, distance) }))
      .filter(({ id }) => this.has(id) && !exclude.has(id))
      .sort(byNearness(this.metric))
      .slice(0, k);
  }
}

/** The measure's figure from Chroma's distance. */
const figureOf = (metric: Metric, distance: number): number =>
  metric === 'cosine' ? 1 - distance : Math.sqrt(Math.max(0, distance));
