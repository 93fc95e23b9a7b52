import type { TaskOptions } from '../../../../platform/rpc.ts';
import { attempt } from '../failure.ts';
import type { LibraryEnvironment, LibraryParts, LibrarySession } from '../library-session.ts';
import type { CollectionInfo, LookResult, Metric } from '../protocol.ts';
import type {
  ExchangeApi,
  ExportedFile,
  ExportFormat,
  PushReport,
  RemoteState,
  RemoteTarget,
} from '../protocol-exchange.ts';
import type { CandidateSource } from '../search.ts';
import { exportBulk, exportNpy, exportProjector } from './export-files.ts';
import { importVectors, UNKNOWN_NETWORK } from './import-vectors.ts';
import { takeIn } from './incoming.ts';
import { RemoteEngine } from './remote-engine.ts';
import { sourceOf, type VectorSource } from './vector-source.ts';

/** Vectors that leave the tab and come in, over the library's store. */
export class Exchange implements ExchangeApi, CandidateSource {
  readonly #session: LibrarySession;
  readonly #now: () => number;
  readonly #remote = new RemoteEngine();

  constructor(session: LibrarySession, { now }: Pick<LibraryEnvironment, 'now'>) {
    this.#session = session;
    this.#now = now;
  }

  exportVectors(
    collection: number,
    format: ExportFormat,
    metric: Metric,
    options?: TaskOptions,
  ): Promise<LookResult<ExportedFile>> {
    return this.#do('writing the vectors', async ({ open }) =>
      write(sourceOf(await open.open(collection)), format, metric, options),
    );
  }

  importVectors(files: readonly File[], options?: TaskOptions): Promise<LookResult<CollectionInfo>> {
    return this.#do('reading vectors', ({ store, collections }) =>
      this.#session.maintenance.run(async () =>
        collections.info(await importVectors(store, files, this.#now(), options)),
      ),
    );
  }

  connectRemote(target: RemoteTarget, port: MessagePort): void {
    this.#remote.connect(target, port);
  }

  disconnectRemote(): void {
    this.#remote.disconnect();
  }

  remoteState(collection: number, options?: TaskOptions): Promise<LookResult<RemoteState>> {
    return this.#do('looking at the engine', async ({ open }) =>
      this.#remote.state(await open.open(collection), options),
    );
  }

  push(collection: number, metric: Metric, options?: TaskOptions): Promise<LookResult<PushReport>> {
    return this.#do('sending the vectors', async ({ open }) =>
      this.#remote.push(await open.open(collection), metric, options),
    );
  }

  pull(name: string, options?: TaskOptions): Promise<LookResult<CollectionInfo>> {
    return this.#do('fetching the vectors', ({ store, collections }) =>
      this.#session.maintenance.run(async () => {
        const { rows, dim, network = UNKNOWN_NETWORK } = await this.#remote.pull(options);
        const where = { file: this.#remote.name, dim, network };
        return collections.info(await takeIn(store, where, { name, createdAt: this.#now() }, rows));
      }),
    );
  }

  candidates(...asked: Parameters<CandidateSource['candidates']>): Promise<readonly number[]> {
    return this.#remote.candidates(...asked);
  }

  #do<T>(doing: string, work: (parts: LibraryParts) => Promise<T>): Promise<LookResult<T>> {
    return attempt(doing, async () => work(await this.#session.need()));
  }
}

async function write(
  source: VectorSource,
  format: ExportFormat,
  metric: Metric,
  options?: TaskOptions,
): Promise<ExportedFile> {
  switch (format) {
    case 'npy':
      return exportNpy(source, options);
    case 'parquet':
      // Parquet weighs as much as the rest of the worker, and few need it.
      return (await import('./parquet-write.ts')).exportParquet(source, options);
    case 'projector':
      return exportProjector(source, options);
    case 'opensearch':
    case 'elasticsearch':
      return exportBulk(source, format, metric, options);
  }
}
