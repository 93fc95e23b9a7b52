import type { QualityReport, StoredBytes } from '../../src/studios/look/worker/protocol.ts';

/** What the page that drives the library's workers offers to the bench. Times are milliseconds. */
export interface LibraryPage {
  /** Starts the site's own library and graph workers. */
  open(addresses: { readonly library: string; readonly graph: string }): Promise<void>;
  /** Reads vectors and thumbnails of a collection of photographs, and makes an empty one for the same network. */
  begin(photographs: number): Promise<number>;
  /** The same when the growing collection is there already. */
  goOn(photographs: number, growing: number): Promise<void>;
  /** Adds the real vectors first, then synthetic ones, until so many are stored and in the graph. */
  grow(size: number): Promise<Growth>;
  /** The same without a graph. */
  fill(size: number): Promise<void>;
  /** Tidies the chunks, fits and keeps the graph. */
  settle(): Promise<number>;
  /** Searches by a sample of the collection, with the graph, exactly, and by the naive scan. */
  searches(queries: number): Promise<SearchTimes>;
  quality(): Promise<QualityReport>;
  stored(): Promise<Stored>;
}

export interface Growth {
  /** Until the last picture was acknowledged, and until the graph had it too. */
  readonly storeMs: number;
  readonly graphMs: number;
}

/** Times of each query; recall is of all. */
export interface SearchTimes {
  /** The library's answer with the graph: its own search and the exact figures. */
  readonly graph: readonly number[];
  /** The graph's own search, as the graph worker measures it. */
  readonly graphAlone: readonly number[];
  readonly exact: readonly number[];
  readonly naive: readonly number[];
  /** Share of the naive scan's answers among the library's, the graph's own and the exact engine's. */
  readonly recall: number;
  readonly recallAlone: number;
  readonly exactRecall: number;
}

export interface Stored {
  /** By the library's own count, since the collection was made. */
  readonly ofCollection: Omit<StoredBytes, 'trash'>;
  /** What IndexedDB takes by the browser's count. */
  readonly disk: number;
  /** Memory of the graph's WebAssembly. */
  readonly graphHeap: number;
}

declare global {
  interface Window {
    library?: LibraryPage;
  }
}
