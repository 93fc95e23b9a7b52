import { fail, ok, type Result } from '../../../kernel/result.ts';
import {
  connectWorker,
  transfer,
  WorkerCrashedError,
  type Connection,
  type Remote,
} from '../../../platform/rpc.ts';
import type { EmbedApi, EmbedInfo, LookError } from '../worker/protocol.ts';

/** How the pool gets what it needs; injected, so that its tests need no worker. */
export interface PoolParts {
  readonly lanes: number;
  startWorker(): Promise<Result<Worker, LookError>>;
  /** The network's weights and their hash, from the site or from the cache. */
  loadWeights(): Promise<Result<NetworkWeights, LookError>>;
  /** A port to the library worker for a new embedder; its predecessor in the lane is dead. */
  libraryPort(lane: number): MessagePort;
  /** Hears of the end of a worker that no event tells of. */
  onDeath(api: Remote<EmbedApi>, tell: () => void): Promise<void>;
}

export interface NetworkWeights {
  readonly weights: ArrayBuffer;
  readonly hash: string;
}

/** Pictures that a crash may take: they are read again then. */
const MAX_UNDER_WAY = 32;
const LANE_DEPTH = 16;

interface Embedder {
  readonly connection: Connection<EmbedApi>;
  readonly info: EmbedInfo;
}

interface Lane {
  readonly index: number;
  /** Undefined when its worker died and no other could be started. */
  embedder: Embedder | undefined;
  /** While a dead worker is replaced. */
  replacing: Promise<void> | undefined;
  calls: number;
}

/** Embed workers, started on first use; one that dies is replaced. */
export class EmbedPool {
  readonly #parts: PoolParts;
  #lanes: Lane[] = [];
  #weights: NetworkWeights | undefined;
  #starting: Promise<Result<EmbedInfo, LookError>> | undefined;
  #isClosed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /**
   * How many pictures may be under way at once, at most 32: in each lane up to four are being embedded, as many read and
   * decoded, and the others wait to be stored together.
   */
  get depth(): number {
    return Math.min(MAX_UNDER_WAY, this.#parts.lanes * LANE_DEPTH);
  }

  get isReady(): boolean {
    return this.#lanes.some(({ embedder }) => embedder !== undefined);
  }

  /**
   * Loads the network into every worker; a failure can be tried again by calling again.
   */
  ready(): Promise<Result<EmbedInfo, LookError>> {
    this.#starting ??= this.#start().then((started) => {
      if (!started.ok) this.#starting = undefined;
      return started;
    });
    return this.#starting;
  }

  /**
   * Runs a call on the worker with the least to do.
   *
   * @param call what to run; its result is handed on
   * @returns the call's result, or `worker-crashed` when the worker died under it
   */
  async run<T>(
    call: (api: Remote<EmbedApi>) => Promise<Result<T, LookError>>,
  ): Promise<Result<T, LookError>> {
    const lane = this.#freest();
    if (lane === undefined) return fail('bad-weights', 'The network is not loaded yet.', { retryable: true });
    lane.calls += 1;
    try {
      await lane.replacing;
      const { embedder } = lane;
      if (embedder === undefined)
        return fail('bad-weights', 'The network could not be started again in a worker.', {
          hint: 'Reload the page.',
          retryable: true,
        });
      const result = await this.#call(embedder, call);
      if (!result.ok && result.error.code === 'worker-crashed') await this.#replace(lane, embedder);
      return result;
    } finally {
      lane.calls -= 1;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const lane of this.#lanes) lane.embedder?.connection.close();
    this.#lanes = [];
    this.#starting = undefined;
  }

  /** A lane without a worker is taken only when there is no other. */
  #freest(): Lane | undefined {
    const weight = ({ embedder, replacing, calls }: Lane): number =>
      calls + (embedder === undefined && replacing === undefined ? 1e6 : 0);
    return this.#lanes.reduce<Lane | undefined>(
      (best, each) => (best === undefined || weight(each) < weight(best) ? each : best),
      undefined,
    );
  }

  async #call<T>(
    { connection }: Embedder,
    call: (api: Remote<EmbedApi>) => Promise<Result<T, LookError>>,
  ): Promise<Result<T, LookError>> {
    try {
      return await call(connection.api);
    } catch (cause) {
      if (!(cause instanceof WorkerCrashedError)) throw cause;
      return fail('worker-crashed', 'The worker stopped while it had this picture.', {
        hint: 'It may be too large for the memory there is.',
        retryable: true,
        cause,
      });
    }
  }

  async #start(): Promise<Result<EmbedInfo, LookError>> {
    const loaded = await this.#parts.loadWeights();
    if (!loaded.ok) return loaded;
    this.#weights = loaded.value;
    const started = await Promise.all(
      Array.from({ length: this.#parts.lanes }, (_, index) => this.#open(index, loaded.value)),
    );
    this.#lanes = started.flatMap((result, index) =>
      result.ok ? [{ index, embedder: result.value, replacing: undefined, calls: 0 }] : [],
    );
    if (this.#isClosed) this.close();
    const first = started.find((result) => result.ok);
    if (first !== undefined) return ok(first.value.info);
    return started[0]?.ok === false ? started[0] : fail('bad-weights', 'No worker could be started.');
  }

  async #open(lane: number, { weights, hash }: NetworkWeights): Promise<Result<Embedder, LookError>> {
    const port = this.#parts.libraryPort(lane);
    const worker = await this.#parts.startWorker();
    if (!worker.ok) return worker;
    const connection = connectWorker<EmbedApi>(worker.value);
    try {
      await connection.api.connectLibrary(transfer(port, [port]));
      const copy = weights.slice(0);
      const info = await connection.api.load(transfer(copy, [copy]), hash);
      if (info.ok) {
        await this.#parts.onDeath(connection.api, () => connection.close('the worker ended'));
        return ok({ connection, info: info.value });
      }
      connection.close();
      return info;
    } catch (cause) {
      connection.close();
      return fail('worker-crashed', 'The network could not be started in a worker.', {
        hint: 'Reload the page.',
        retryable: true,
        cause,
      });
    }
  }

  /** Several calls may find the same worker dead: the first sees to it, the others wait. */
  async #replace(lane: Lane, dead: Embedder): Promise<void> {
    const weights = this.#weights;
    if (!this.#isClosed && lane.embedder === dead && weights !== undefined) {
      dead.connection.close();
      lane.embedder = undefined;
      lane.replacing = this.#open(lane.index, weights).then((fresh) => {
        lane.replacing = undefined;
        if (!fresh.ok) return;
        if (this.#isClosed) fresh.value.connection.close();
        else lane.embedder = fresh.value;
      });
    }
    await lane.replacing;
  }
}
