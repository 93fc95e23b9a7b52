/** What the page of the graph engines offers to the bench that drives it. */
export interface EngineFigures {
  readonly buildSec: number;
  /** The least list of candidates with the recall that is asked for. */
  readonly ef: number;
  readonly recall: number;
  readonly searchMs: number;
  /** Of the graph; 0 where it does not tell. */
  readonly bytes: number;
}

/** Ours by how it stores its vectors, the shorter ones re-ranked by the vectors themselves, and the peer. */
export type EngineName = 'f32' | 'f16' | 'i8' | 'hnswlib';

export interface EnginesPage {
  /**
   * Builds all and searches all at the first rung of the ladder with the recall that is asked for.
   *
   * @param n vectors
   * @param dim numbers in each
   * @param recall recall@10
   */
  compare(n: number, dim: number, recall: number): Promise<Record<EngineName, EngineFigures>>;
}

declare global {
  interface Window {
    engines?: EnginesPage;
  }
}
