/** What the page of the graph engines offers to the bench that drives it. */
export interface EngineFigures {
  readonly buildSec: number;
  /** The least list of candidates with the recall that is asked for. */
  readonly ef: number;
  readonly recall: number;
  readonly searchMs: number;
}

export interface EnginesPage {
  /**
   * Builds both and searches both at the first rung of the ladder with the recall that is asked for.
   *
   * @param n vectors
   * @param dim numbers in each
   * @param recall recall@10
   */
  compare(n: number, dim: number, recall: number): Promise<{ ours: EngineFigures; hnswlib: EngineFigures }>;
}

declare global {
  interface Window {
    engines?: EnginesPage;
  }
}
