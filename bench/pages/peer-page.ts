/** What the peer's page offers to the bench that drives it. */
export interface Timed {
  /** Pictures, or passes. */
  readonly count: number;
  readonly seconds: number;
}

export interface PeerPage {
  /** Loads the network and runs it once. */
  ready(): Promise<void>;
  /** Decodes and embeds every `step`-th chosen picture, beginning with number `from`. */
  run(from: number, step: number): Promise<Timed>;
  /** Forward passes on one input on the main thread, nothing else. */
  raw(passes: number): Promise<Timed>;
  /** The same in several workers at once, `passes` in each. */
  rawAtOnce(workers: number, passes: number): Promise<Timed>;
}

declare global {
  interface Window {
    peer?: PeerPage;
  }
}
