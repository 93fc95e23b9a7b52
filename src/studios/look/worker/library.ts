import { connect, serve, type TaskOptions, transfer } from '../../../platform/rpc.ts';
import { Claims } from './claims.ts';
import { Exchange } from './exchange/exchange.ts';
import { attempt } from './failure.ts';
import { CopyNotes, libraryReader } from './library-reader.ts';
import { IN_BROWSER, type LibraryEnvironment, type LibraryParts, LibrarySession } from './library-session.ts';
import type { MapSource } from './protocol-map.ts';
import { LibraryMapSource } from './map-source.ts';
import { mergeChunks } from './merge.ts';
import type { ExchangeApi } from './protocol-exchange.ts';
import type { GraphApi } from './protocol-graph.ts';
import type {
  ClassAnswer,
  CollectionInfo,
  ExactCopy,
  GraphState,
  LibraryApi,
  LibraryIntake,
  LookResult,
  Metric,
  NamedAnswer,
  NameInfo,
  NewName,
  PictureInfo,
  QualityReport,
  SearchAnswer,
  SearchRequest,
  StoredBytes,
  Thumbnail,
} from './protocol.ts';
import type { RenewalApi } from './protocol-renewal.ts';
import { renewalApi } from './renewal-api.ts';
import { compareApi } from './compare.ts';
import type { CompareApi } from './protocol-compare.ts';
import { restoreEverything } from './restore.ts';
import { saveEverything } from './save.ts';
import { toPictureInfo } from './schema.ts';
import { ClassSearch } from './class-search.ts';
import { search } from './search.ts';
import { storedBytes } from './stored-bytes.ts';
import { sweepOrphans } from './sweep.ts';
import { thumbnailsOf } from './thumbnails.ts';

/** The library worker's protocol over the store. Every call ends in a result; an exception is a bug. */
export class Library implements LibraryApi {
  readonly #env: LibraryEnvironment;
  readonly #session: LibrarySession;
  readonly #claims = new Claims();
  readonly #classSearch: ClassSearch;
  readonly #exchange: Exchange;
  readonly #copies = new CopyNotes();

  constructor(env: LibraryEnvironment = IN_BROWSER) {
    this.#env = env;
    this.#session = new LibrarySession(env);
    this.#classSearch = new ClassSearch(env.elapsed);
    this.#exchange = new Exchange(this.#session, env);
  }

  open(): Promise<LookResult<{ readonly writer: boolean }>> {
    return attempt('opening the store', async () => ({ writer: await this.#session.open() }));
  }

  whenWriter(): Promise<LookResult<void>> {
    return this.#session.writer;
  }

  connectEmbedder(port: MessagePort, lane: number): void {
    this.#claims.freeAllOf(lane);
    serve<LibraryIntake>(this.intake(lane), port);
  }

  /** What embed workers call. */
  intake(lane = 0): LibraryIntake {
    const keyOf = (collection: number, hash: string): string => `${collection} ${hash}`;
    return {
      claim: (collection, hash) =>
        this.#do('looking for a picture', async ({ open }) => {
          for (;;) {
            const { idByHash, pictures } = await open.open(collection);
            const known = pictures.get(idByHash.get(hash) ?? -1);
            if (known !== undefined) return { id: known.id, name: known.name };
            const taken = this.#claims.take(keyOf(collection, hash), lane);
            if (taken === undefined) return undefined;
            await taken;
          }
        }),
      letGo: (collection, hash) => this.#claims.free(keyOf(collection, hash)),
      add: async (collection, picture) => {
        try {
          const { commits } = await this.#session.need();
          return await commits.add(collection, picture, () => this.#claims.size);
        } finally {
          this.#claims.free(keyOf(collection, picture.hash));
        }
      },
      renew: async (collection, picture) => (await this.#session.need()).renewals.add(collection, picture),
    };
  }

  async connectGraph(port: MessagePort): Promise<void> {
    const { store } = await this.#session.need();
    this.#graphs.connect(connect<GraphApi>(port), () => store.isWriter);
    await this.#session.sweepGraphs();
  }

  connectExchange(port: MessagePort): void {
    serve<ExchangeApi>(this.#exchange, port);
  }

  connectReader(port: MessagePort): void {
    serve(
      libraryReader(() => this.#session.need()),
      port,
    );
  }

  connectMap(port: MessagePort): void {
    const need = (): Promise<LibraryParts> => this.#session.need();
    serve<MapSource>(new LibraryMapSource(need, (collection, ids) => this.thumbnails(collection, ids)), port);
  }

  connectRenewal(port: MessagePort): void {
    const need = (): Promise<LibraryParts> => this.#session.need();
    serve<RenewalApi>(renewalApi(need, this.#session.maintenance), port);
  }

  connectCompare(port: MessagePort): void {
    serve<CompareApi>(
      compareApi(() => this.#session.need()),
      port,
    );
  }

  graphLost(reason: string): void {
    this.#graphs.disconnect(reason);
  }

  collections(): Promise<LookResult<readonly CollectionInfo[]>> {
    return this.#do('listing the collections', ({ collections }) => collections.list());
  }

  createCollection(
    name: string,
    network: string,
    dim: number,
    networkTitle?: string,
  ): Promise<LookResult<CollectionInfo>> {
    return this.#do('making a collection', ({ collections }) =>
      collections.create(name, network, dim, networkTitle),
    );
  }

  renameCollection(collection: number, name: string): Promise<LookResult<CollectionInfo>> {
    return this.#do('renaming a collection', ({ collections }) => collections.rename(collection, name));
  }

  deleteCollection(collection: number): Promise<LookResult<number | undefined>> {
    return this.#do('deleting a collection', ({ trash }) => trash.removeCollection(collection));
  }

  deleteAll(): Promise<LookResult<number | undefined>> {
    return this.#do('deleting everything', ({ trash }) => trash.removeAll());
  }

  deleted(): Promise<LookResult<readonly number[]>> {
    return this.#do('listing what was deleted', ({ trash }) => trash.keys());
  }

  undoDelete(key: number): Promise<LookResult<readonly number[]>> {
    return this.#do('bringing back what was deleted', ({ trash }) => trash.undo(key));
  }

  forgetDeleted(): Promise<LookResult<void>> {
    return this.#do('emptying the trash', async ({ store, trash }) => {
      await trash.empty();
      await this.#maintain(async () => {
        await sweepOrphans(store);
        await this.#session.sweepGraphs();
      });
    });
  }

  list(collection: number, offset: number, limit: number): Promise<LookResult<readonly PictureInfo[]>> {
    return this.#do('listing pictures', async ({ open }) => {
      const found = await open.open(collection);
      return found.order.slice(offset, offset + limit).map((id) => toPictureInfo(found.picture(id)));
    });
  }

  pictures(collection: number, ids: readonly number[]): Promise<LookResult<readonly PictureInfo[]>> {
    return this.#do('listing pictures', async ({ open }) => {
      const found = await open.open(collection);
      return ids.map((id) => toPictureInfo(found.picture(id)));
    });
  }

  async thumbnails(collection: number, ids: readonly number[]): Promise<LookResult<readonly Thumbnail[]>> {
    const result = await this.#do('reading thumbnails', ({ store }) => thumbnailsOf(store, collection, ids));
    return result.ok
      ? transfer(
          result,
          result.value.map(({ data }) => data),
        )
      : result;
  }

  rename(collection: number, id: number, name: string): Promise<LookResult<void>> {
    return this.#do('renaming a picture', ({ collections }) =>
      collections.renamePicture(collection, id, ({ name: before, path = before }) => ({ name, path })),
    );
  }

  fileMoved(collection: number, id: number, path: string): Promise<LookResult<void>> {
    return this.#do('noting where a file went', ({ collections }) =>
      collections.renamePicture(collection, id, ({ name, path: given }) =>
        given === undefined ? { name: path } : { name, path },
      ),
    );
  }

  remove(collection: number, ids: readonly number[]): Promise<LookResult<number | undefined>> {
    return this.#do('deleting pictures', ({ trash }) => trash.removePictures(collection, ids));
  }

  announce(collection: number, names: readonly string[]): Promise<LookResult<void>> {
    return this.#do('noting the files to index', ({ collections }) =>
      collections.announce(collection, names),
    );
  }

  settle(collection: number, names: readonly string[]): Promise<LookResult<void>> {
    return this.#do('noting the files to index', ({ collections }) => collections.settle(collection, names));
  }

  pending(collection: number): Promise<LookResult<readonly string[]>> {
    return this.#do('listing the files to index', ({ collections }) => collections.pending(collection));
  }

  noteCopies(collection: number, copies: readonly ExactCopy[]): Promise<LookResult<void>> {
    return this.#do('noting copies', (parts) => this.#copies.note(parts, collection, copies));
  }

  search(request: SearchRequest): Promise<LookResult<SearchAnswer>> {
    return this.#do('searching', async ({ open }) =>
      search(
        await open.open(request.collection),
        request,
        request.engine === 'remote' ? this.#exchange : this.#graphs,
        this.#env.elapsed,
      ),
    );
  }

  useClassifier(network: string, weights: ArrayBuffer): Promise<LookResult<void>> {
    return this.#do('reading the classifier', () => {
      this.#classSearch.use(network, weights);
      return Promise.resolve();
    });
  }

  searchClasses(
    collection: number,
    classes: readonly number[],
    k: number,
    options?: TaskOptions,
  ): Promise<LookResult<ClassAnswer>> {
    return this.#do('searching by words', async ({ open }) =>
      this.#classSearch.search(await open.open(collection), classes, k, options),
    );
  }

  names(collection: number): Promise<LookResult<readonly NameInfo[]>> {
    return this.#do('listing the names', ({ names }) => names.list(collection));
  }

  saveName(collection: number, name: NewName & { readonly id?: number }): Promise<LookResult<NameInfo>> {
    return this.#do('keeping a name', ({ names }) => names.save(collection, name));
  }

  deleteName(collection: number, id: number): Promise<LookResult<NameInfo>> {
    return this.#do('deleting a name', ({ names }) => names.delete(collection, id));
  }

  async findNamed(collection: number, id: number): Promise<LookResult<NamedAnswer>> {
    const result = await this.#do('looking for a name', ({ names }) => names.find(collection, id));
    return result.ok
      ? transfer(result, [result.value.ids.buffer, result.value.probabilities.buffer])
      : result;
  }

  wantGraph(collection: number, metric: Metric): Promise<LookResult<void>> {
    return this.#do('loading the graph', async ({ open }) =>
      this.#graphs.want(await open.open(collection), metric),
    );
  }

  graphState(collection: number, metric: Metric): GraphState {
    return this.#graphs.state(collection, metric);
  }

  quality(
    collection: number,
    metric: Metric,
    k: number,
    options?: TaskOptions,
  ): Promise<LookResult<QualityReport>> {
    return this.#do('measuring the graph', async ({ open }) =>
      this.#graphs.quality(await open.open(collection), metric, k, options),
    );
  }

  settleRun(collection: number): Promise<LookResult<void>> {
    return this.#do('tidying the vectors', async ({ store, open, commits }) => {
      await commits.drain();
      await this.#maintain(() => mergeChunks(store, open, collection));
      // Not waited for: the pictures are stored, and are found without it.
      void this.#graphs.settle(collection);
    });
  }

  settleGraphs(collection: number): Promise<LookResult<void>> {
    return this.#do('building the graph', async () => this.#graphs.settle(collection));
  }

  keepFolder(collection: number, handle: FileSystemDirectoryHandle): Promise<LookResult<void>> {
    return this.#do('keeping the folder', ({ collections }) => collections.keepFolder(collection, handle));
  }

  async folder(collection: number): Promise<FileSystemDirectoryHandle | undefined> {
    return (await this.#session.need()).collections.folder(collection);
  }

  save(options?: TaskOptions): Promise<LookResult<Blob>> {
    return this.#do('saving to a file', ({ store }) => this.#maintain(() => saveEverything(store, options)));
  }

  restore(file: Blob, options?: TaskOptions): Promise<LookResult<readonly CollectionInfo[]>> {
    return this.#do('opening the saved file', ({ store, collections }) =>
      this.#maintain(async () => {
        const rows = await restoreEverything(store, file, options);
        return Promise.all(rows.map((row) => collections.info(row)));
      }),
    );
  }

  storedBytes(): Promise<LookResult<StoredBytes>> {
    return this.#do('counting what is stored', ({ store, maps }) =>
      storedBytes(store, {
        graphs: (collections) => this.#graphs.storedBytes(collections),
        maps: (collections) => maps.bytes(collections),
      }),
    );
  }

  /** Gives the lock and the store back. */
  close(): Promise<void> {
    return this.#session.close();
  }

  get #graphs(): LibrarySession['graphs'] {
    return this.#session.graphs;
  }

  #maintain<T>(work: () => Promise<T>): Promise<T> {
    return this.#session.maintenance.run(work);
  }

  #do<T>(doing: string, work: (parts: LibraryParts) => Promise<T>): Promise<LookResult<T>> {
    return attempt(doing, async () => work(await this.#session.need()));
  }
}
