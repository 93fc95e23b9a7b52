import { deferred } from '../../../kernel/deferred.ts';
import { describe, fail, type Result } from '../../../kernel/result.ts';
import type { Remote } from '../../../platform/rpc.ts';
import type { EmbedApi, IndexOutcome, LibraryApi, LookError, PictureInput } from '../worker/protocol.ts';
import type { SourceFile } from './sources.ts';

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

/** What a run needs; injected, so that its tests need no worker. */
export interface RunParts {
  readonly library: Pick<Remote<LibraryApi>, 'announce' | 'settle' | 'settleRun'>;
  readonly pool: {
    /** How many pictures may be under way at once. */
    readonly depth: number;
    ready(): Promise<Result<unknown, LookError>>;
    run(
      call: (api: Remote<EmbedApi>) => Promise<Result<IndexOutcome, LookError>>,
    ): Promise<Result<IndexOutcome, LookError>>;
  };
  /** A file as an embed worker takes it; called for every attempt anew. */
  prepare(source: SourceFile): Promise<Result<PictureInput, LookError>>;
  /** A picture was stored in this session: its file can be shown and exported at full size. */
  onOriginal(collection: number, id: number, file: File): void;
  /** A file has the same bytes as a picture that is stored. */
  onTwin(collection: number, id: number, source: SourceFile): void;
  /** Something was settled. Called for every picture. */
  onChange(): void;
}

/** Errors after which the next picture would fail too. */
const ENDS_THE_RUN: ReadonlySet<string> = new Set([
  'quota',
  'read-only',
  'store-broken',
  'no-collection',
  'wrong-network',
  'bad-weights',
]);

/** Turns files into searchable pictures of one collection, as many at once as the pool takes. */
export class IndexRun {
  readonly collection: number;
  readonly failures: Failure[] = [];
  readonly twins: Twin[] = [];
  /** Pictures stored, recognised as known, or refused. */
  done = 0;
  total = 0;
  stored = 0;
  /** What ended the run, when it was not the end of the files. */
  error: LookError | undefined;
  readonly #parts: RunParts;
  readonly #stop = new AbortController();
  readonly #ended = deferred<readonly SourceFile[]>();
  #queue: SourceFile[] = [];
  /** Files before this one are taken; cutting them off one by one would move thousands each time. */
  #next = 0;
  /** Cut short by `stop`. */
  readonly #returned: SourceFile[] = [];
  /** A worker died while it had these. Tried again at the end, one by one, so that only the guilty one is listed. */
  #suspects: SourceFile[] = [];
  #isTryingSuspects = false;
  #isEnded = false;
  #active = 0;
  #announcing = 0;
  #settled: string[] = [];

  constructor(parts: RunParts, collection: number) {
    this.#parts = parts;
    this.collection = collection;
  }

  /** Settles when nothing is under way any more: with the files that are left after `stop` or an error. */
  get ended(): Promise<readonly SourceFile[]> {
    return this.#ended.promise;
  }

  /** Whether files that come now can join it. */
  get isOpen(): boolean {
    return !this.#isEnded && !this.#isStopped;
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /**
   * Adds files to the run.
   *
   * @param files to index
   * @returns settles when the store knows of them; the work goes on
   */
  async add(files: readonly SourceFile[]): Promise<void> {
    this.total += files.length;
    this.#announcing += 1;
    const names = files.map(({ name }) => name);
    // The network starts while the store takes the names.
    const [announced, started] = await Promise.all([
      this.#parts.library.announce(this.collection, names),
      this.#parts.pool.ready(),
    ]);
    this.#announcing -= 1;
    this.#queue = this.#queue.slice(this.#next).concat(files);
    this.#next = 0;
    if (!announced.ok) this.#end(announced.error);
    else if (!started.ok) this.#end(started.error);
    this.#fill();
  }

  /** What is stored stays; what is under way is given up. */
  stop(): void {
    this.#stop.abort();
    this.#fill();
  }

  /** Tells the store which files need no second visit, though they were not stored. */
  settle(): Promise<unknown> {
    const names = this.#settled;
    this.#settled = [];
    return names.length === 0 ? Promise.resolve() : this.#parts.library.settle(this.collection, names);
  }

  #end(error: LookError): void {
    this.error ??= error;
    this.#stop.abort();
  }

  /** Starts work on as many files as may be under way, or ends the run. */
  #fill(): void {
    while (this.#active < this.#width) {
      const file = this.#take();
      if (file === undefined) break;
      this.#active += 1;
      this.#one(file).then(
        () => {
          this.#active -= 1;
          this.#fill();
        },
        (bug: unknown) => this.#ended.reject(bug instanceof Error ? bug : new Error(describe(bug))),
      );
    }
    if (this.#active === 0 && this.#announcing === 0) {
      this.#isEnded = true;
      this.#ended.resolve([...this.#returned, ...this.#suspects, ...this.#queue.slice(this.#next)]);
    }
  }

  get #width(): number {
    return this.#isTryingSuspects ? 1 : this.#parts.pool.depth;
  }

  #take(): SourceFile | undefined {
    if (this.#isStopped) return undefined;
    const file = this.#queue[this.#next];
    if (file !== undefined) {
      this.#isTryingSuspects = false;
      this.#next += 1;
      return file;
    }
    if (this.#active > 0 || this.#announcing > 0) return undefined;
    this.#isTryingSuspects = true;
    return this.#suspects.shift();
  }

  async #one(source: SourceFile): Promise<void> {
    const isSuspect = this.#isTryingSuspects;
    const outcome = await this.#embed(source);
    if (!outcome.ok) this.#failed(source, outcome.error, isSuspect);
    else {
      this.#parts.onOriginal(this.collection, outcome.value.id, source.file);
      // Tried again after its worker died, a picture may find itself: it was stored, only the answer was lost.
      const isItself = isSuspect && outcome.value.kind === 'duplicate' && outcome.value.name === source.name;
      if (outcome.value.kind === 'duplicate' && !isItself) {
        this.twins.push({ name: source.name, of: outcome.value.name });
        this.#settled.push(source.name);
        this.#parts.onTwin(this.collection, outcome.value.id, source);
      } else this.stored += 1;
      this.done += 1;
    }
    this.#parts.onChange();
  }

  async #embed(source: SourceFile): Promise<Result<IndexOutcome, LookError>> {
    const { signal } = this.#stop;
    try {
      const prepared = await this.#parts.prepare(source);
      if (!prepared.ok) return prepared;
      if (signal.aborted) return fail('cancelled', 'Stopped.');
      return await this.#parts.pool.run((api) => api.index(this.collection, prepared.value, { signal }));
    } catch (cause) {
      // Whatever a file does, the run goes on with the others.
      console.error(source.name, cause);
      return fail('broken-image', `${source.name} could not be handled: ${describe(cause)}`, { cause });
    }
  }

  #failed(source: SourceFile, error: LookError, isSuspect: boolean): void {
    if (error.code === 'cancelled') this.#returned.push(source);
    else if (ENDS_THE_RUN.has(error.code)) {
      this.#returned.push(source);
      this.#end(error);
    } else if (error.code === 'worker-crashed' && !isSuspect) this.#suspects.push(source);
    else {
      this.failures.push({ name: source.name, reason: error.message, hint: error.hint });
      this.#settled.push(source.name);
      this.done += 1;
    }
  }
}
