import type { Progress } from '../../../kernel/progress.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import { busy } from '../../../platform/busy.ts';
import { type Connection, type Remote, type TaskOptions, WorkerCrashedError } from '../../../platform/rpc.ts';
import type {
  GroupKind,
  Grouping,
  MapApi,
  MapPlaces,
  PictureCell,
  PictureStrip,
} from '../worker/protocol-map.ts';
import type { LibraryApi, LookError, LookResult } from '../worker/protocol.ts';
import type { NetworkFiles } from './network.ts';
import { startMap } from './start-map.ts';

export type { GroupKind, Grouping, MapPlaces } from '../worker/protocol-map.ts';

export interface PictureMapParts {
  readonly library: Remote<LibraryApi>;
  /** Files of a network that names what it sees; `wrong-network` where it does not. */
  network(): Promise<Result<NetworkFiles, LookError>>;
}

/** The map of the open collection: its places, its groups, the work on it, and what went wrong. */
export class PictureMap {
  readonly #parts: PictureMapParts;
  #worker: Promise<Result<Connection<MapApi>, LookError>> | undefined;
  #collection = 0;
  #places = $state.raw<MapPlaces | undefined>();
  #progress = $state.raw<Progress | undefined>();
  #working = $state('');
  #error = $state.raw<LookError | undefined>();
  #grouping = $state.raw<Grouping | undefined>();
  #kind = $state<GroupKind>('cluster');
  #isStopped = $state(false);
  #abort: AbortController | undefined;
  #isClosed = false;
  #refreshing = false;
  #refreshAgain = false;

  constructor(parts: PictureMapParts) {
    this.#parts = parts;
  }

  get collection(): number {
    return this.#collection;
  }
  get places(): MapPlaces | undefined {
    return this.#places;
  }
  /** Of the work under way, undefined at rest; `working` says what it is. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get working(): string {
    return this.#working;
  }
  get error(): LookError | undefined {
    return this.#error;
  }
  get grouping(): Grouping | undefined {
    return this.#grouping;
  }
  get kind(): GroupKind {
    return this.#kind;
  }
  /** Whether a person has stopped the layout, so that there is none. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Shows a collection's map as it is now: the kept one, with what is new placed into it, or a new one.
   *
   * @param collection which
   */
  async show(collection: number): Promise<void> {
    if (collection !== this.#collection) {
      this.stop();
      this.#collection = collection;
      this.#places = undefined;
      this.#grouping = undefined;
      this.#isStopped = false;
    }
    this.#refreshAgain = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    // Pictures that come while others are placed are placed afterwards.
    while (this.#refreshAgain && !this.#isClosed) {
      this.#refreshAgain = false;
      await this.#refresh(this.#collection);
    }
    this.#refreshing = false;
  }

  /** Lays the collection out from the beginning. */
  async layOut(): Promise<void> {
    await this.#work('Laying out the map', (api, collection, options) => api.layOut(collection, options));
  }

  stop(): void {
    this.#abort?.abort();
  }

  /** Groups by something else; labels ask for the network. */
  async groupBy(kind: GroupKind): Promise<void> {
    this.#error = undefined;
    await this.#group(kind);
  }

  /** Small pictures for the atlas, from a row on; undefined when they cannot be had. */
  async strip(from: number): Promise<PictureStrip | undefined> {
    const strip = await this.#call((api) => api.strip(this.#collection, from));
    return strip?.ok === true ? strip.value : undefined;
  }

  /** Large pictures for the atlas. */
  async cells(ids: readonly number[]): Promise<readonly PictureCell[]> {
    const cells = await this.#call((api) => api.cells(this.#collection, ids));
    return cells?.ok === true ? cells.value : [];
  }

  close(): void {
    this.#isClosed = true;
    this.stop();
    void this.#worker?.then((worker) => {
      if (worker.ok) worker.value.close();
    });
  }

  async #refresh(collection: number): Promise<void> {
    const kept = await this.#call((api) => api.open(collection));
    if (kept === undefined || collection !== this.#collection) return;
    if (!kept.ok) {
      this.#error = kept.error;
      return;
    }
    if (kept.value === undefined || kept.value.ids.length === 0) {
      this.#places = undefined;
      if (!this.#isStopped) await this.layOut();
    } else {
      await this.#place(kept.value);
      if (kept.value.missing > 0)
        await this.#work('Placing new pictures', (api, id, options) => api.placeMissing(id, options));
    }
  }

  async #work(
    name: string,
    call: (api: Remote<MapApi>, collection: number, options: TaskOptions) => Promise<LookResult<MapPlaces>>,
  ): Promise<void> {
    const collection = this.#collection;
    const made = await this.#during(name, true, (api, options) => call(api, collection, options));
    if (made === undefined || collection !== this.#collection) return;
    if (made.ok) await this.#place(made.value);
    else if (made.error.code === 'cancelled') this.#isStopped = true;
    else this.#error = made.error;
  }

  /** What cannot be grouped by its labels is grouped by clusters. */
  async #group(kind: GroupKind): Promise<void> {
    this.#kind = kind;
    const collection = this.#collection;
    const network = kind === 'label' ? await this.#parts.network() : undefined;
    const files = network?.ok === true ? network.value : undefined;
    const names = files && { weights: files.weights, names: files.labels };
    const grouped =
      network?.ok === false
        ? network
        : await this.#during('Naming what the pictures show', kind === 'label', (api, options) =>
            api.group(collection, kind, names, options),
          );
    if (grouped === undefined || collection !== this.#collection || kind !== this.#kind) return;
    if (grouped.ok) {
      this.#grouping = grouped.value;
      return;
    }
    // Labels are offered only where there are some: another network has come meanwhile.
    if (grouped.error.code !== 'cancelled' && grouped.error.code !== 'wrong-network')
      this.#error = grouped.error;
    if (kind === 'label') await this.#group('cluster');
  }

  async #place(places: MapPlaces): Promise<void> {
    this.#places = places;
    this.#grouping = undefined;
    this.#isStopped = false;
    await this.#group(this.#kind);
  }

  /** Runs a call that can be stopped; long ones show a bar. */
  async #during<T>(
    name: string,
    isLong: boolean,
    call: (api: Remote<MapApi>, options: TaskOptions) => Promise<LookResult<T>>,
  ): Promise<LookResult<T> | undefined> {
    if (!isLong) return this.#call((api) => call(api, {}));
    const abort = new AbortController();
    this.#abort?.abort();
    this.#abort = abort;
    this.#error = undefined;
    this.#working = name;
    this.#progress = { phase: name, done: 0, total: 100, unit: 'percent' };
    const end = busy().begin();
    const onProgress = (progress: Progress): void => {
      if (this.#abort === abort) this.#progress = progress;
    };
    try {
      return await this.#call((api) => call(api, { signal: abort.signal, onProgress }));
    } finally {
      end();
      if (this.#abort === abort) {
        this.#progress = undefined;
        this.#abort = undefined;
      }
    }
  }

  async #call<T>(call: (api: Remote<MapApi>) => Promise<LookResult<T>>): Promise<LookResult<T> | undefined> {
    if (this.#isClosed) return undefined;
    this.#worker ??= startMap(this.#parts.library);
    const worker = await this.#worker;
    if (!worker.ok) {
      this.#worker = undefined;
      return worker;
    }
    if (this.#isClosed) return undefined;
    try {
      return await call(worker.value.api);
    } catch (thrown) {
      if (!(thrown instanceof WorkerCrashedError)) throw thrown;
      if (this.#isClosed) return undefined;
      // The next call starts another one.
      this.#worker = undefined;
      return fail('worker-crashed', 'The map worker stopped.', {
        hint: 'Try again; with very many pictures, close other tabs first.',
        retryable: true,
        cause: thrown,
      });
    }
  }
}
