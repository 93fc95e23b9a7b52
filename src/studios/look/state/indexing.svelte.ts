import type { Progress } from '../../../kernel/progress.ts';
import { busy } from '../../../platform/busy.ts';
import type { LookError } from '../worker/protocol.ts';
import { IndexRun, type Failure, type RunParts, type Twin } from './index-run.ts';
import { RateMeter } from './rate.ts';
import type { SourceFile } from './sources.ts';

/**
 * How often the page hears of progress: often enough to look alive, rarely enough to cost nothing. At 120 ms drawing the bar
 * and the new pictures took 6 ms of processor time a picture, at 400 ms 2.
 */
const TELL_EVERY_MS = 500;

export interface IndexingParts extends Omit<RunParts, 'onChange' | 'pool'> {
  /** The workers with the network of a collection. */
  poolOf(collection: number): RunParts['pool'];
  /** The collection has changed: more pictures are stored. */
  onStored(collection: number): void;
}

/** What became of the files that were given since the last fresh start. */
interface Report {
  readonly failures: readonly Failure[];
  readonly twins: readonly Twin[];
}

const NOTHING: Report = { failures: [], twins: [] };

/** The run that makes files searchable, as the page sees it. One at a time: what is added meanwhile joins it or waits. */
export class Indexing {
  readonly #parts: IndexingParts;
  #run: IndexRun | undefined;
  #waiting: { readonly collection: number; readonly files: readonly SourceFile[] }[] = [];
  #resting: (() => void)[] = [];
  #meter = new RateMeter();
  #told = 0;
  #rests = $state.raw<ReadonlyMap<number, readonly SourceFile[]>>(new Map());
  #reports = $state.raw<ReadonlyMap<number, Report>>(new Map());
  #collection = $state(0);
  #progress = $state.raw<Progress | undefined>();
  #rate = $state.raw<number | undefined>();
  #error = $state.raw<LookError | undefined>();

  constructor(parts: IndexingParts) {
    this.#parts = parts;
  }

  /** The collection that the run adds to; 0 at rest. */
  get collection(): number {
    return this.#collection;
  }
  /** Pictures settled (stored, recognised as known, or refused) of those given; undefined at rest. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get rate(): number | undefined {
    return this.#rate;
  }
  get secondsLeft(): number | undefined {
    const { progress, rate } = this;
    return progress === undefined || rate === undefined || rate <= 0
      ? undefined
      : (progress.total - progress.done) / rate;
  }
  /** What ended the last run, when it was not the end of the files. */
  get error(): LookError | undefined {
    return this.#error;
  }
  /** Files that failed and files that were there already, since the last fresh start. */
  report(collection: number): Report {
    return this.#reports.get(collection) ?? NOTHING;
  }
  /** How many files `resume` would go on with. */
  remaining(collection: number): number {
    return this.#rests.get(collection)?.length ?? 0;
  }

  /**
   * Adds files to a collection. Errors of single files end up in `report`.
   *
   * @param collection where to
   * @param files what
   * @returns settles when the store knows of the files; the work goes on
   */
  async add(collection: number, files: readonly SourceFile[]): Promise<void> {
    if (files.length === 0) return;
    if (this.#run?.collection === collection && this.#run.isOpen) {
      const joined = this.#run.add(files);
      this.#tell(this.#run, true);
      await joined;
      return;
    }
    if (this.#run !== undefined) {
      this.#waiting.push({ collection, files });
      return;
    }
    this.#freshReport(collection);
    await this.#start(collection, files);
  }

  /** Settles when no run adds to a collection, nor waits to. */
  async atRest(collection: number): Promise<void> {
    while (this.#collection === collection || this.#waiting.some((each) => each.collection === collection))
      await new Promise<void>((resolve) => this.#resting.push(resolve));
  }

  /** Ends the run; pictures that are stored stay, the others wait for `resume`. */
  stop(): void {
    for (const { collection, files } of this.#waiting.splice(0)) this.#leave(collection, files);
    this.#run?.stop();
  }

  async resume(collection: number): Promise<void> {
    const rest = this.#rests.get(collection);
    if (rest === undefined || this.#run !== undefined) return;
    this.#rests = without(this.#rests, collection);
    await this.#start(collection, rest);
  }

  async #start(collection: number, files: readonly SourceFile[]): Promise<void> {
    const pool = this.#parts.poolOf(collection);
    const run = new IndexRun({ ...this.#parts, pool, onChange: () => this.#tell(run, false) }, collection);
    const { failures, twins } = this.report(collection);
    run.failures.push(...failures);
    run.twins.push(...twins);
    this.#run = run;
    this.#collection = collection;
    this.#error = undefined;
    this.#rate = undefined;
    this.#meter = new RateMeter();
    this.#meter.note(performance.now(), 0);
    const added = run.add(files);
    this.#progress = { phase: 'indexing', done: 0, total: run.total, unit: 'pictures' };
    void this.#finish(run);
    await added;
  }

  #tell(run: IndexRun, isLast: boolean): void {
    const now = performance.now();
    if (!isLast && now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.#meter.note(now, run.done);
    this.#progress = { phase: 'indexing', done: run.done, total: run.total, unit: 'pictures' };
    this.#rate = this.#meter.perSecond;
    const { failures, twins } = this.report(run.collection);
    if (run.failures.length !== failures.length || run.twins.length !== twins.length)
      this.#setReport(run.collection, { failures: [...run.failures], twins: [...run.twins] });
    if (run.stored > 0) this.#parts.onStored(run.collection);
    void run.settle();
  }

  async #finish(run: IndexRun): Promise<void> {
    const endBusy = busy().begin();
    try {
      const left = await run.ended;
      this.#tell(run, true);
      this.#error = run.error;
      this.#leave(run.collection, left);
      await run.settle();
      await this.#parts.library.settleRun(run.collection);
    } finally {
      this.#run = undefined;
      this.#collection = 0;
      this.#progress = undefined;
      endBusy();
      for (const rested of this.#resting.splice(0)) rested();
    }
    this.#parts.onStored(run.collection);
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (next.collection !== run.collection) this.#freshReport(next.collection);
    await this.#start(next.collection, next.files);
  }

  #leave(collection: number, files: readonly SourceFile[]): void {
    if (files.length === 0) return;
    const before = this.#rests.get(collection) ?? [];
    this.#rests = new Map(this.#rests).set(collection, [...before, ...files]);
  }

  /** What an earlier run reported is forgotten, unless that run is still to go on. */
  #freshReport(collection: number): void {
    if (this.remaining(collection) === 0) this.#setReport(collection, NOTHING);
  }

  #setReport(collection: number, report: Report): void {
    this.#reports = new Map(this.#reports).set(collection, report);
  }
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
