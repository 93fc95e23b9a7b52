import type { Progress } from '../../../kernel/progress.ts';
import { busy } from '../../../platform/busy.ts';
import { describe, fail } from '../../../kernel/result.ts';
import type { IndexOutcome, LibraryApi, LookError, LookResult } from '../worker/protocol.ts';
import type { Remote } from '../../../platform/rpc.ts';
import type { EmbedPool } from './embed-pool.ts';
import { RateMeter } from './rate.ts';
import type { SourceFile } from './sources.ts';
import { isSvg, rasterise } from './svg.ts';

export interface Failure {
  readonly name: string;
  readonly reason: string;
  readonly hint: string;
}

export interface Twin {
  readonly name: string;
  /** The picture of the collection that has the same bytes. */
  readonly of: string;
}

interface Run {
  readonly collection: number;
  readonly queue: SourceFile[];
  readonly stop: AbortController;
  readonly settled: string[];
  readonly meter: RateMeter;
  readonly failures: Failure[];
  readonly twins: Twin[];
  done: number;
  total: number;
  stored: number;
  stopError: LookError | undefined;
}

/** How often the page hears of progress: often enough to look alive, rarely enough to cost nothing. */
const TELL_EVERY_MS = 120;
/** Errors after which the next picture would fail too. */
const ENDS_THE_RUN: ReadonlySet<string> = new Set(['quota', 'read-only', 'store-broken', 'no-collection']);

export interface IndexingParts {
  readonly library: Remote<LibraryApi>;
  readonly pool: EmbedPool;
  /** The collection has changed: more pictures are stored. */
  onStored(collection: number): void;
  /** A picture was stored in this session: its file can be shown and exported at full size. */
  onOriginal(collection: number, id: number, file: File): void;
}

/** The run that turns files into searchable pictures. One run at a time; what is added meanwhile joins it. */
export class Indexing {
  readonly #parts: IndexingParts;
  #run: Run | undefined;
  #told = 0;
  #rest = $state.raw<{ collection: number; files: readonly SourceFile[] } | undefined>();
  #progress = $state.raw<Progress | undefined>();
  #rate = $state.raw<number | undefined>();
  #failures = $state.raw<readonly Failure[]>([]);
  #twins = $state.raw<readonly Twin[]>([]);
  #error = $state.raw<LookError | undefined>();

  constructor(parts: IndexingParts) {
    this.#parts = parts;
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
  get failures(): readonly Failure[] {
    return this.#failures;
  }
  get twins(): readonly Twin[] {
    return this.#twins;
  }
  /** What ended the last run, when it was not the end of the files. */
  get error(): LookError | undefined {
    return this.#error;
  }
  /** How many files `resume` would go on with. */
  remaining(collection: number): number {
    return this.#rest?.collection === collection ? this.#rest.files.length : 0;
  }

  /**
   * Adds files to a collection.
   *
   * @param collection where to
   * @param files what; errors of single files end up in `failures`
   */
  async add(collection: number, files: readonly SourceFile[]): Promise<void> {
    if (files.length === 0) return;
    const running = this.#run;
    if (running?.collection === collection) {
      running.queue.push(...files);
      running.total += files.length;
      await this.#parts.library.announce(
        collection,
        files.map(({ name }) => name),
      );
      return;
    }
    this.#failures = [];
    this.#twins = [];
    await this.#start(collection, files);
  }

  /** Ends the run; pictures that are stored stay, the others wait for `resume`. */
  stop(): void {
    this.#run?.stop.abort();
  }

  async resume(): Promise<void> {
    const rest = this.#rest;
    if (rest === undefined || this.#run !== undefined) return;
    await this.#start(rest.collection, rest.files);
  }

  async #start(collection: number, files: readonly SourceFile[]): Promise<void> {
    const run: Run = {
      collection,
      queue: [...files],
      stop: new AbortController(),
      settled: [],
      meter: new RateMeter(),
      failures: [...this.#failures],
      twins: [...this.#twins],
      done: 0,
      total: files.length,
      stored: 0,
      stopError: undefined,
    };
    this.#run = run;
    this.#rest = undefined;
    this.#error = undefined;
    this.#rate = undefined;
    this.#progress = { phase: 'indexing', done: 0, total: run.total, unit: 'pictures' };
    const endBusy = busy().begin();
    try {
      const names = files.map(({ name }) => name);
      const announced = await this.#parts.library.announce(collection, names);
      if (announced.ok) await this.#work(run);
      else run.stopError = announced.error;
    } finally {
      await this.#finish(run);
      endBusy();
    }
  }

  async #work(run: Run): Promise<void> {
    const started = await this.#parts.pool.ready();
    if (!started.ok) {
      run.stopError = started.error;
      return;
    }
    run.meter.note(performance.now(), 0);
    const lane = async (): Promise<void> => {
      while (!run.stop.signal.aborted) {
        const next = run.queue.shift();
        if (next === undefined) return;
        await this.#one(run, next);
      }
    };
    await Promise.all(Array.from({ length: this.#parts.pool.depth }, lane));
  }

  /** Whatever a file does, the run goes on with the others. */
  async #embed(run: Run, { name, file }: SourceFile): Promise<LookResult<IndexOutcome>> {
    try {
      const bitmap = (await isSvg(file)) ? await rasterise(file) : undefined;
      const picture = bitmap === undefined ? { name, file } : { name, file, bitmap };
      return await this.#parts.pool.run((api) =>
        api.index(run.collection, picture, { signal: run.stop.signal }),
      );
    } catch (cause) {
      console.error(name, cause);
      return fail('broken-image', `${name} could not be handled: ${describe(cause)}`, { cause });
    }
  }

  async #one(run: Run, { name, file }: SourceFile): Promise<void> {
    const outcome = await this.#embed(run, { name, file });
    if (!outcome.ok) {
      if (outcome.error.code === 'cancelled') {
        run.queue.unshift({ name, file });
        return;
      }
      if (ENDS_THE_RUN.has(outcome.error.code)) {
        run.queue.unshift({ name, file });
        run.stopError ??= outcome.error;
        run.stop.abort();
        return;
      }
      run.failures.push({ name, reason: outcome.error.message, hint: outcome.error.hint });
      run.settled.push(name);
    } else if (outcome.value.kind === 'duplicate') {
      run.twins.push({ name, of: outcome.value.name });
      this.#parts.onOriginal(run.collection, outcome.value.id, file);
      run.settled.push(name);
    } else {
      run.stored += 1;
      this.#parts.onOriginal(run.collection, outcome.value.id, file);
    }
    run.done += 1;
    this.#tell(run, false);
  }

  #tell(run: Run, isLast: boolean): void {
    const now = performance.now();
    if (!isLast && now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    run.meter.note(now, run.done);
    this.#progress = { phase: 'indexing', done: run.done, total: run.total, unit: 'pictures' };
    this.#rate = run.meter.perSecond;
    if (run.failures.length !== this.#failures.length) this.#failures = [...run.failures];
    if (run.twins.length !== this.#twins.length) this.#twins = [...run.twins];
    if (run.stored > 0) this.#parts.onStored(run.collection);
    if (run.settled.length > 0) void this.#parts.library.settle(run.collection, run.settled.splice(0));
  }

  async #finish(run: Run): Promise<void> {
    this.#tell(run, true);
    this.#error = run.stopError;
    if (run.queue.length > 0) this.#rest = { collection: run.collection, files: run.queue };
    await this.#parts.library.settleRun(run.collection);
    this.#run = undefined;
    this.#progress = undefined;
    this.#parts.onStored(run.collection);
  }
}
