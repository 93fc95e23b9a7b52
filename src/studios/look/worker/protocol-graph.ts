/** What the library and the page say to the graph worker. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { LookResult, Metric, QualityReport } from './protocol.ts';

/** One graph: a measure on the vectors of a collection. */
export interface GraphKey {
  readonly collection: number;
  readonly metric: Metric;
}

export interface GraphTarget extends GraphKey {
  /** Hash of the network that made the vectors, and their dimension. */
  readonly network: string;
  readonly dim: number;
}

/** What is kept of a graph from an earlier time: its links; the vectors are kept once, in the library. */
export interface GraphOpened {
  /** `saved`: give `restore` the vectors of `ids`; `missing`: never saved; `stale`: saved, but of no use. */
  readonly state: 'saved' | 'missing' | 'stale';
  /** The ids whose vectors `restore` wants, in that order. */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** The generation it was saved under, −1 when none. Ids and vectors are checked one by one whatever it says. */
  readonly generation: number;
}

export interface GraphCount {
  /** Vectors that can be found. */
  readonly alive: number;
  /** Deleted vectors that are still in the graph as way stations. */
  readonly dead: number;
}

export interface GraphAnswer {
  /** Best first, by single precision: the caller computes the figures that a person sees. */
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly scores: Float64Array<ArrayBuffer>;
  /** Size of the search's candidate list. */
  readonly ef: number;
  readonly tookMs: number;
}

/** Queries with their true answers, by the exact engine. */
export interface GraphExam {
  /** [Q, dim] float32 */
  readonly queries: Float32Array<ArrayBuffer>;
  /** For each query the id it must not answer (the query's own), or −1. */
  readonly own: Float64Array<ArrayBuffer>;
  /** [Q, k] ids, the oracle's answers, best first */
  readonly truth: Uint32Array<ArrayBuffer>;
  readonly k: number;
}

/** What the page asks of the graph worker. */
export interface GraphWorkerApi {
  /** Takes the port to the library worker (transferred) and serves `GraphApi` on it; a later port takes its place. */
  connectLibrary(port: MessagePort): void;
}

/**
 * The graphs. Every call is for a graph that `open` has opened; changes of one graph take effect in the order they were
 * made, and a search is answered in between, from what is there. A failure with the code `graph-unavailable` means that
 * the graph is gone from memory: open it again, or answer with the exact engine.
 */
export interface GraphApi {
  /**
   * Makes an empty graph, and looks for a saved one.
   *
   * @param target the graph; one that is open already is thrown away first
   * @param present ids that the collection has now: a saved graph that knows of others is stale
   */
  open(target: GraphTarget, present: Uint32Array<ArrayBuffer>): Promise<LookResult<GraphOpened>>;
  /**
   * Loads the saved graph that `open` found.
   *
   * @param vectors [ids.length, dim] float32 of `GraphOpened.ids`, in that order (transferred); one that is not what the
   *   graph was built from makes it stale, and the graph stays empty
   */
  restore(
    key: GraphKey,
    vectors: Float32Array<ArrayBuffer>,
  ): Promise<LookResult<GraphCount & { readonly state: 'ready' | 'stale' }>>;
  /** Adds vectors [ids.length, dim] (transferred). Cancelled, it keeps what it has added and answers `cancelled`. */
  add(
    key: GraphKey,
    ids: Uint32Array<ArrayBuffer>,
    vectors: Float32Array<ArrayBuffer>,
    options?: TaskOptions,
  ): Promise<LookResult<GraphCount>>;
  remove(key: GraphKey, ids: Uint32Array<ArrayBuffer>): Promise<LookResult<GraphCount>>;
  search(
    key: GraphKey,
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: readonly number[],
  ): Promise<LookResult<GraphAnswer>>;
  /** Takes the smallest ef with which the graph's recall on the exam reaches `target`. */
  calibrate(
    key: GraphKey,
    exam: GraphExam,
    target: number,
    options?: TaskOptions,
  ): Promise<LookResult<QualityReport>>;
  /** The graph's recall on the exam, as it searches now. */
  quality(key: GraphKey, exam: GraphExam, options?: TaskOptions): Promise<LookResult<QualityReport>>;
  /** Keeps the graph's links, in one transaction. Only the tab that holds the writer's lock may call it. */
  save(key: GraphKey, generation: number): Promise<LookResult<{ readonly bytes: number }>>;
  /** Gives the graph's memory back; what is saved stays. */
  close(key: GraphKey): Promise<void>;
  /** Closes and forgets the graphs of a collection. Writer only. */
  drop(collection: number): Promise<LookResult<void>>;
  /** Forgets saved graphs of collections other than these. Writer only. */
  sweep(collections: readonly number[]): Promise<LookResult<void>>;
  /** Size of the kept graphs of these collections; left out: of all. */
  storedBytes(collections?: readonly number[]): Promise<LookResult<number>>;
  /** Memory of the WebAssembly heap, bytes; it never shrinks. */
  heapBytes(): number | Promise<number>;
}
