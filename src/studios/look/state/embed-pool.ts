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
  /** The network's weights, from the site or from the cache. */
  loadWeights(): Promise<Result<ArrayBuffer, LookError>>;
  /** A port to the library worker for a new embedder. */
  libraryPort(): MessagePort;
}

interface Lane {
  readonly connection: Connection<EmbedApi>;
  readonly info: EmbedInfo;
  calls: number;
}

/** Embed workers, started on first use; one that dies is replaced at its next turn. */
export class EmbedPool {
  readonly #parts: PoolParts;
  #lanes: Lane[] = [];
  #weights: ArrayBuffer | undefined;
  #starting: Promise<Result<EmbedInfo, LookError>> | undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** How many pictures may be under way at once: one being embedded, one decoded, one being stored in each lane. */
  get depth(): number {
    return this.#parts.lanes * 3;
  }

  get isReady(): boolean {
    return this.#lanes.length > 0;
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
    const lane = this.#lanes.reduce<Lane | undefined>(
      (best, each) => (best === undefined || each.calls < best.calls ? each : best),
      undefined,
    );
    if (lane === undefined) return fail('bad-weights', 'The network is not loaded yet.', { retryable: true });
    lane.calls += 1;
    try {
      return await call(lane.connection.api);
    } catch (cause) {
      if (!(cause instanceof WorkerCrashedError)) throw cause;
      await this.#replace(lane);
      return fail('worker-crashed', 'The worker stopped while it had this picture.', {
        retryable: true,
        cause,
      });
    } finally {
      lane.calls -= 1;
    }
  }

  close(): void {
    for (const lane of this.#lanes) lane.connection.close();
    this.#lanes = [];
    this.#starting = undefined;
  }

  async #start(): Promise<Result<EmbedInfo, LookError>> {
    const loaded = await this.#parts.loadWeights();
    if (!loaded.ok) return loaded;
    this.#weights = loaded.value;
    const started = await Promise.all(
      Array.from({ length: this.#parts.lanes }, () => this.#open(loaded.value)),
    );
    for (const result of started) if (result.ok) this.#lanes.push(result.value);
    const first = this.#lanes[0];
    if (first !== undefined) return ok(first.info);
    return started[0]?.ok === false ? started[0] : fail('bad-weights', 'No worker could be started.');
  }

  async #open(weights: ArrayBuffer): Promise<Result<Lane, LookError>> {
    const worker = await this.#parts.startWorker();
    if (!worker.ok) return worker;
    try {
      const connection = connectWorker<EmbedApi>(worker.value);
      const port = this.#parts.libraryPort();
      await connection.api.connectLibrary(transfer(port, [port]));
      const copy = weights.slice(0);
      const info = await connection.api.load(transfer(copy, [copy]));
      if (info.ok) return ok({ connection, info: info.value, calls: 0 });
      connection.close();
      return info;
    } catch (cause) {
      return fail('worker-crashed', 'The network could not be started in a worker.', {
        hint: 'Reload the page.',
        retryable: true,
        cause,
      });
    }
  }

  async #replace(dead: Lane): Promise<void> {
    const at = this.#lanes.indexOf(dead);
    if (at < 0 || this.#weights === undefined) return; // another call of the same lane has seen to it
    this.#lanes.splice(at, 1);
    dead.connection.close();
    const fresh = await this.#open(this.#weights);
    if (fresh.ok) this.#lanes.push(fresh.value);
  }
}
