import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, ok } from '../../../kernel/result.ts';
import { busy } from '../../../platform/busy.ts';
import { WorkerClosedError, WorkerCrashedError, type Connection } from '../../../platform/rpc.ts';
import type { ExactCopy, LibraryApi, LookError, LookResult } from '../worker/protocol.ts';
import type { TwinGroupView, TwinsApi, TwinsView } from '../worker/twins-protocol.ts';
import { download } from './export-files.ts';
import { startTwins } from './start-workers.ts';

export type { TwinGroupView, TwinMember, TwinPairView } from '../worker/twins-protocol.ts';

/** Chosen where recompressed and resized copies are all found and few others: `npm run bench -- look --only twins`. */
const DEFAULT_THRESHOLD = 0.75;
/** Groups drawn at first, and with each `Show more`. */
const GROUPS_A_PAGE = 24;

/** The twins of the open collection, as the page sees them; the work is the worker's. */
export class Twins {
  readonly #library: Connection<LibraryApi>;
  #worker: Promise<LookResult<Connection<TwinsApi>>> | undefined;
  #collection = 0;
  #stop = new AbortController();
  #asked = 0;
  #wanted = GROUPS_A_PAGE;
  #isClosed = false;
  #threshold = $state(DEFAULT_THRESHOLD);
  #progress = $state.raw<Progress | undefined>();
  #view = $state.raw<TwinsView | undefined>();
  #groups = $state.raw<readonly TwinGroupView[]>([]);
  #copies = $state.raw<readonly (ExactCopy & { readonly of: string })[]>([]);
  #error = $state.raw<LookError | undefined>();

  constructor(library: Connection<LibraryApi>) {
    this.#library = library;
  }

  /** How alike two twins are, at least. */
  get threshold(): number {
    return this.#threshold;
  }
  /** While pictures are read and compared. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  /** What stands at the threshold, by what was compared so far; undefined before anything was. */
  get view(): TwinsView | undefined {
    return this.#view;
  }
  /** The first groups. */
  get groups(): readonly TwinGroupView[] {
    return this.#groups;
  }
  /** Files that were given and have the bytes of a picture. */
  get copies(): readonly (ExactCopy & { readonly of: string })[] {
    return this.#copies;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /** Turns to a collection, or takes note that it has changed. */
  async show(collection: number): Promise<void> {
    if (collection !== this.#collection) {
      this.#stop.abort();
      this.#collection = collection;
      this.#view = undefined;
      this.#groups = [];
      this.#copies = [];
      this.#error = undefined;
      this.#wanted = GROUPS_A_PAGE;
    }
    if (this.#view !== undefined) await this.#ask();
    else await this.#readCopies();
  }

  /** Other vectors are in use: what was compared says nothing any more. */
  forget(): void {
    this.#stop.abort();
    const worker = this.#worker;
    this.#worker = undefined;
    this.#view = undefined;
    this.#groups = [];
    void worker?.then((started) => {
      if (started.ok) started.value.close();
    });
  }

  /** Compares every picture with every other; what was compared before is not compared again. */
  async find(): Promise<void> {
    if (this.#progress !== undefined) return;
    const collection = this.#collection;
    const stop = new AbortController();
    this.#stop = stop;
    this.#error = undefined;
    this.#progress = { phase: 'Starting', done: 0, total: 0, unit: 'pictures' };
    const endBusy = busy().begin();
    try {
      const { signal } = stop;
      const onProgress = (progress: Progress): void => {
        if (!signal.aborted) this.#progress = progress;
      };
      const found = await this.#call((api) => api.find(collection, { signal, onProgress }));
      if (collection !== this.#collection) return;
      if (!found.ok && found.error.code !== 'cancelled') this.#error = found.error;
      else await this.#ask();
    } finally {
      this.#progress = undefined;
      endBusy();
    }
  }

  /** What was compared so far stays. */
  stop(): void {
    this.#stop.abort();
  }

  /** @param threshold [0, 1] */
  async setThreshold(threshold: number): Promise<void> {
    this.#threshold = threshold;
    this.#wanted = GROUPS_A_PAGE;
    if (this.#view !== undefined) await this.#ask();
  }

  async more(): Promise<void> {
    this.#wanted += GROUPS_A_PAGE;
    await this.#ask();
  }

  /** Ids of every picture in the groups that is not the best of its own. */
  async spare(): Promise<readonly number[]> {
    const spare = await this.#call(async (api) => ok(await api.spare()));
    return spare.ok ? spare.value : [];
  }

  /** Hands the list to the person. */
  async list(format: 'csv' | 'json'): Promise<void> {
    const list = await this.#call((api) => api.list(this.#collection, format));
    if (list.ok) download(list.value, `twins.${format}`);
    else this.#error = list.error;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop.abort();
    void this.#worker?.then((started) => {
      if (started.ok) started.value.close();
    });
  }

  /** The latest question wins. */
  async #ask(): Promise<void> {
    this.#asked += 1;
    const id = this.#asked;
    const collection = this.#collection;
    const view = await this.#call((api) => api.at(collection, this.#threshold));
    if (id !== this.#asked || collection !== this.#collection) return;
    if (!view.ok) {
      this.#error = view.error;
      return;
    }
    const groups = await this.#call(async (api) => ok(await api.groups(0, this.#wanted)));
    if (id !== this.#asked || collection !== this.#collection) return;
    this.#view = view.value;
    this.#groups = groups.ok ? groups.value : [];
    await this.#readCopies();
  }

  async #readCopies(): Promise<void> {
    const collection = this.#collection;
    if (collection === 0) return;
    const copies = await this.#call((api) => api.copies(collection));
    if (collection === this.#collection && copies.ok) this.#copies = copies.value;
  }

  async #call<T>(call: (api: Connection<TwinsApi>['api']) => Promise<LookResult<T>>): Promise<LookResult<T>> {
    try {
      const api = await this.#api();
      return api.ok ? await call(api.value) : api;
    } catch (cause) {
      if (!(cause instanceof WorkerCrashedError)) throw cause;
      if (cause instanceof WorkerClosedError) return fail('cancelled', 'The page was left.');
      // A dead worker takes what it had compared along.
      this.#worker = undefined;
      this.#view = undefined;
      return fail('worker-crashed', `The worker that finds twins stopped: ${describe(cause)}.`, {
        hint: 'It may be that there was not enough memory: close other tabs.',
        retryable: true,
      });
    }
  }

  async #api(): Promise<LookResult<Connection<TwinsApi>['api']>> {
    if (this.#isClosed) return fail('cancelled', 'The page was left.');
    this.#worker ??= startTwins(this.#library);
    const started = await this.#worker;
    if (started.ok) return ok(started.value.api);
    this.#worker = undefined;
    return started;
  }
}
