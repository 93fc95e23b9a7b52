/** What the page of the scaling bench offers to the script that drives it. */
export interface ScalePage {
  /** Starts the site's own library and graph workers. */
  open(addresses: { readonly library: string; readonly graph: string }): Promise<void>;
  /** Reads the chosen .npy file into a collection. @returns milliseconds until the first exact answer */
  fill(): Promise<number>;
  /** Writes the collection as .npy and reads what was written. @returns milliseconds and bytes */
  save(): Promise<{ readonly ms: number; readonly bytes: number }>;
  /** Builds the graph. @returns milliseconds until every vector can be found, and until it is fitted and kept */
  build(): Promise<{ readonly builtMs: number; readonly keptMs: number }>;
  /** Searches by vectors of the collection. @returns milliseconds of each, and recall@10 of the graph's answers */
  search(
    queries: number,
  ): Promise<{ readonly exact: number[]; readonly graph: number[]; readonly recall: number }>;
  /** What it takes, bytes. */
  stored(): Promise<{
    readonly disk: number;
    readonly graphHeap: number;
    readonly vectors: number;
    readonly graph: number;
  }>;
  /** Pushes the collection to a Chroma server and searches it. */
  remote(
    address: string,
    queries: number,
  ): Promise<{ readonly pushMs: number; readonly searches: number[]; readonly recall: number }>;
}

declare global {
  interface Window {
    scale?: ScalePage;
  }
}
