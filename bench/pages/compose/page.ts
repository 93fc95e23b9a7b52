/** What the page of Compose's bench offers to the bench that drives it. */
export type Who = 'ours' | 'aws' | 'coconet';

export interface Parity {
  readonly rolls: number;
  readonly maxDifference: number;
  readonly sameArgmax: number;
}

export interface TimedRun {
  readonly milliseconds: number;
  readonly edits: number;
  readonly passes: number;
  /** Passes until the first edit was there. */
  readonly firstEditPasses: number;
  readonly firstEditMs: number;
}

export interface WorkerRun extends TimedRun {
  /** Tasks of over 50 ms on the main thread meanwhile, milliseconds in all. */
  readonly longTasksMs: number;
}

export interface Kept {
  readonly runs: number;
  readonly given: number;
  readonly lost: number;
}

export interface ComposeBenchPage {
  /** Loads the network in the page and in the worker, and builds the peers. */
  ready(): Promise<{ readonly parameters: Readonly<Record<Who, number>> }>;
  /** Milliseconds of each of a number of passes, tfjs-wasm, one thread. */
  passes(who: Who, count: number): Promise<readonly number[]>;
  parity(): Promise<Parity>;
  /** The article's loop in the page: one edit a pass, nothing else. */
  article(who: 'ours' | 'aws', iterations: number): Promise<TimedRun>;
  /** The default preset in the worker, edits streamed to the page. */
  inWorker(): Promise<WorkerRun>;
  /** Bare passes in the page, on what the default preset's run looks at. Milliseconds. */
  raw(passes: number): Promise<number>;
  /** Short hot runs with 0 % removal. */
  keeps(runs: number): Promise<Kept>;
  /** Runs in the page; tensors afterwards. */
  runs(count: number): Promise<{ readonly tensors: number; readonly bytes: number }>;
}

declare global {
  interface Window {
    compose?: ComposeBenchPage;
  }
}
