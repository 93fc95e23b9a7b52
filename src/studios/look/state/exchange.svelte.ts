import type { Progress } from '../../../kernel/progress.ts';
import { busy } from '../../../platform/busy.ts';
import { connect, type Connection, type Remote, transfer } from '../../../platform/rpc.ts';
import type { CollectionInfo, LibraryApi, LookError, LookResult, Metric } from '../worker/protocol.ts';
import type { ExchangeApi, ExportFormat } from '../worker/protocol-exchange.ts';
import { download } from './export-files.ts';
import { RateMeter } from './rate.ts';

export type { ExportFormat } from '../worker/protocol-exchange.ts';

/** One piece of work at a time, with its progress, its end and what went wrong. */
export class ExchangeTask {
  #name = $state('');
  #progress = $state.raw<Progress | undefined>();
  #rate = $state<number | undefined>();
  #error = $state.raw<LookError | undefined>();
  #stop = new AbortController();

  /** What is being done; '' when nothing is. */
  get name(): string {
    return this.#name;
  }
  get progress(): Progress | undefined {
    return this.#progress;
  }
  /** Vectors per second; undefined while it cannot be told. */
  get rate(): number | undefined {
    return this.#rate;
  }
  get secondsLeft(): number | undefined {
    if (this.#rate === undefined || this.#rate === 0 || this.#progress === undefined) return undefined;
    return (this.#progress.total - this.#progress.done) / this.#rate;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Forgets what went wrong the last time. */
  forget(): void {
    this.#error = undefined;
  }

  /** @returns the value; undefined when it failed, was stopped, or other work is under way */
  async run<T>(
    name: string,
    work: (options: {
      signal: AbortSignal;
      onProgress: (progress: Progress) => void;
    }) => Promise<LookResult<T>>,
  ): Promise<T | undefined> {
    if (this.#name !== '') return undefined;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const ended = busy().begin();
    this.#name = name;
    this.#error = undefined;
    this.#rate = undefined;
    const meter = new RateMeter();
    const onProgress = (progress: Progress): void => {
      meter.note(performance.now(), progress.done);
      this.#progress = progress;
      this.#rate = meter.perSecond;
    };
    this.#progress = { phase: name, done: 0, total: 0, unit: 'vectors' };
    try {
      const result = await work({ signal, onProgress });
      if (result.ok) return result.value;
      if (!signal.aborted) this.#error = result.error;
      return undefined;
    } finally {
      this.#name = '';
      this.#progress = undefined;
      ended();
    }
  }
}

/** Vectors as files: out of the collection, and into a new one. */
export class Exchange {
  readonly task = new ExchangeTask();
  readonly #library: Connection<LibraryApi>;
  #connection: Connection<ExchangeApi> | undefined;

  constructor(library: Connection<LibraryApi>) {
    this.#library = library;
  }

  /** The library's part of it; the port is laid when it is first needed. */
  get api(): Remote<ExchangeApi> {
    if (this.#connection === undefined) {
      const { port1, port2 } = new MessageChannel();
      void this.#library.api.connectExchange(transfer(port2, [port2]));
      this.#connection = connect<ExchangeApi>(port1);
    }
    return this.#connection.api;
  }

  /** Saves a collection's vectors. @returns what was saved, in words */
  async save(collection: CollectionInfo, format: ExportFormat, metric: Metric): Promise<string | undefined> {
    const file = await this.task.run('Writing vectors', (options) =>
      this.api.exportVectors(collection.id, format, metric, options),
    );
    if (file === undefined) return undefined;
    download(file.blob, file.name);
    return `${file.name} holds ${collection.count} vectors.`;
  }

  /** Reads vectors into a new collection. */
  open(files: readonly File[]): Promise<CollectionInfo | undefined> {
    return this.task.run('Reading vectors', (options) => this.api.importVectors(files, options));
  }

  close(): void {
    this.task.stop();
    this.#connection?.close();
  }
}
