import { createContext } from 'svelte';
import type { Result } from '../../../kernel/result.ts';
import { connectedMode } from '../../../platform/connected.ts';
import type { Connection } from '../../../platform/rpc.ts';
import type { GraphWorkerApi } from '../worker/protocol-graph.ts';
import type {
  CollectionInfo,
  GraphState,
  LibraryApi,
  LookError,
  LookResult,
  Metric,
  PictureInfo,
} from '../worker/protocol.ts';
import { Collections } from './collections.svelte.ts';
import type { Embedder } from './embedder.svelte.ts';
import { Exchange } from './exchange.svelte.ts';
import { canKeepFolders, Folders } from './folders.svelte.ts';
import { Indexing } from './indexing.svelte.ts';
import { Networks } from './networks.svelte.ts';
import { Originals, type FullPicture } from './originals.ts';
import { Outside } from './outside.svelte.ts';
import { Pictures } from './pictures.svelte.ts';
import { Quality } from './quality.svelte.ts';
import { Names } from './names.svelte.ts';
import { type About, fromParameters, NO_QUERY, type QueryItem } from './query.ts';
import { type AboutAnswer, Search } from './search.svelte.ts';
import { RemoteEngine } from './remote.svelte.ts';
import { Renewing } from './renewing.svelte.ts';
import { samePictures } from './same-pictures.ts';
import { Selection } from './selection.svelte.ts';
import type { SourceFile } from './sources.ts';
import { pictureInput } from './svg.ts';
import { Thumbnails } from './thumbnails.svelte.ts';
import { WordSearch } from './words.svelte.ts';
import { Twins } from './twins.svelte.ts';

export type { CollectionInfo, LookError, PictureInfo, SearchHit } from '../worker/protocol.ts';
export type { NameInfo } from './names.svelte.ts';
export { MAX_K } from './search.svelte.ts';

/** How often the page asks after a graph that is being built. */
const GRAPH_POLL_MS = 500;

/** Everything of the Look page that is not drawing. Made by `openLook`, closed by the page when it goes. */
export class Look {
  readonly collections: Collections;
  readonly pictures: Pictures;
  readonly thumbnails: Thumbnails;
  readonly search: Search;
  readonly indexing: Indexing;
  readonly folders: Folders;
  readonly quality: Quality;
  readonly outside: Outside;
  readonly networks: Networks;
  readonly words: WordSearch;
  readonly names: Names;
  readonly exchange: Exchange;
  readonly remote: RemoteEngine;
  readonly twins: Twins;
  /** Another network looks at a collection anew. */
  readonly renewing: Renewing;
  readonly selection = new Selection();
  readonly canKeepFolders = canKeepFolders();
  /** Whether pictures can be searched by their address: the policy of the other document forbids it. */
  readonly isConnected = connectedMode();
  readonly hasCamera = 'mediaDevices' in navigator;
  readonly #originals: Originals;
  readonly #connection: Connection<LibraryApi>;
  #writer = $state(true);
  #graph = $state.raw<GraphState | undefined>();
  #lost = $state(0);
  #error = $state.raw<LookError | undefined>();
  #shown = 0;
  #address = new URLSearchParams();
  /** What was to be added while the network could not be had. */
  #unserved: (() => Promise<number | undefined>)[] = [];
  /** The graph that was asked for when it was missing, so that it is asked for once. */
  #wantedGraph = '';
  #graphHost: Connection<GraphWorkerApi> | undefined;
  #isClosed = false;
  #graphTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection<LibraryApi>, writer: boolean) {
    const { api } = connection;
    this.#connection = connection;
    this.#writer = writer;
    this.networks = new Networks(
      connection,
      (hash) =>
        this.collections.list
          .flatMap(({ renewal, ...current }) => (renewal === undefined ? [current] : [current, renewal]))
          .find(({ network }) => network === hash)?.networkTitle,
    );
    this.exchange = new Exchange(connection);
    this.remote = new RemoteEngine(this.exchange);
    this.pictures = new Pictures(api);
    this.thumbnails = new Thumbnails(api);
    this.quality = new Quality(api);
    this.twins = new Twins(connection);
    this.#originals = new Originals(api);
    this.outside = new Outside(
      async (picture) => (await this.networks.ready(this.#network)).embedder.embed(picture),
      () => this.#network ?? '',
    );
    this.words = new WordSearch({ library: api, files: () => this.embedder.labelledFiles() });
    this.names = new Names(api);
    this.search = new Search({
      library: api,
      onAnswer: () => void this.refreshGraph(),
      about: (collection, about, k) => this.#searchAbout(collection, about, k),
      classify: (vector, count) => this.embedder.classify(vector, count),
    });
    this.collections = new Collections(api, (current) => this.#opened(current));
    this.folders = new Folders(api, (files, into) => this.add(files, into));
    this.indexing = new Indexing({
      library: api,
      poolOf: (collection) => this.networks.of(this.#networkOf(collection)).pool,
      prepare: ({ name, file }) => pictureInput({ name, file }),
      onStored: (collection) => void this.#changed(collection),
      onOriginal: (collection, id, file) => this.#originals.keep(collection, id, file),
      onTwin: (collection, id, { name }) => {
        void api.noteCopies(collection, [{ name, id }]);
        if (collection === this.#id && this.folders.hasMoved(id)) void this.#fileMoved(id, name);
      },
    });
    this.renewing = new Renewing({
      library: connection,
      originals: this.#originals,
      networkOf: async (hash) => {
        const { embedder, files } = await this.networks.ready(hash);
        return { pool: embedder.pool, files };
      },
      prepare: ({ name, file }) => pictureInput({ name, file }),
      atRest: (collection) => this.indexing.atRest(collection),
      onChange: (collection, isFlipped) => this.#renewed(collection, isFlipped),
    });
    if (!writer) void this.#becomeWriter();
  }

  /** Whether this tab may change anything; another tab has that right otherwise. */
  get writer(): boolean {
    return this.#writer;
  }
  get graph(): GraphState | undefined {
    return this.#graph;
  }
  /** How many pictures of the address's query are not known any more. */
  get lost(): number {
    return this.#lost;
  }
  /** What went wrong with the last change of the collection. */
  get error(): LookError | undefined {
    return this.#error;
  }
  /** The network of the open collection. */
  get embedder(): Embedder {
    return this.networks.of(this.#network);
  }
  get library(): Connection<LibraryApi>['api'] {
    return this.#connection.api;
  }

  /**
   * Adds files to a collection, making one when there is none. Without a network they wait for `retryNetwork`.
   *
   * @param files what
   * @param into the collection; left out: the one that is open now
   * @returns the collection's id once the store knows of the files, or undefined when there is no network to embed with
   */
  async add(files: readonly SourceFile[], into = this.#id): Promise<number | undefined> {
    if (files.length === 0) return undefined;
    const { files: network } = await this.networks.ready(this.#networkOf(into) ?? this.#network);
    if (!network.ok) {
      this.#unserved.push(() => this.add(files, into));
      return undefined;
    }
    const collection = await this.collections.forAdding(into, network.value);
    if (collection !== undefined) await this.indexing.add(collection.id, files);
    return collection?.id;
  }

  /**
   * Adds files to the collection of that name, made when there is none: the sample does not mix with a person's own.
   *
   * @returns the collection's id, or undefined when it could not be made
   */
  async addTo(name: string, files: readonly SourceFile[]): Promise<number | undefined> {
    const known = this.collections.list.find((each) => each.name === name);
    const { files: network } = await this.networks.ready(known?.network);
    if (!network.ok) {
      this.#unserved.push(() => this.addTo(name, files));
      return undefined;
    }
    const collection = known ?? (await this.collections.create(name, network.value));
    if (collection === undefined) return undefined;
    await this.collections.choose(collection.id);
    await this.indexing.add(collection.id, files);
    return collection.id;
  }

  /**
   * Makes a collection and opens it.
   *
   * @param name of the collection
   * @param network hash of the network that its pictures are looked at with; left out: the site's own
   */
  async createCollection(name: string, network?: string): Promise<CollectionInfo | undefined> {
    const { files } = await this.networks.ready(network);
    return files.ok ? this.collections.create(name, files.value) : undefined;
  }

  /**
   * Has another network look at the pictures of a collection: they are added to a collection of that network.
   *
   * @param from whose pictures
   * @param into the other collection
   * @param onCount called with the number of files found so far
   * @returns how many pictures, and of how many only the thumbnail was to be had
   */
  async addSame(
    from: number,
    into: number,
    onCount: (found: number) => void,
  ): Promise<{ readonly pictures: number; readonly thumbnails: number }> {
    const { files, thumbnails } = await samePictures(this.library, this.#originals, from, onCount);
    await this.add(files, into);
    return { pictures: files.length, thumbnails };
  }

  /** Shows what the address asks for. */
  async showAddress(parameters: URLSearchParams): Promise<void> {
    this.#shown += 1;
    this.#address = parameters;
    const request = this.#shown;
    const wanted = Number(parameters.get('collection') ?? '0');
    if (wanted !== 0) await this.collections.choose(wanted);
    if (request !== this.#shown) return; // a later address has come meanwhile
    if (wanted !== 0 && wanted !== this.#id) {
      this.#error = {
        code: 'no-collection',
        message: 'The collection of this address is not here any more.',
        hint: 'It was deleted, or the address is from another browser: choose a collection above.',
        retryable: false,
      };
      this.search.show(this.#id, NO_QUERY);
      return;
    }
    const { query, lost } = fromParameters(parameters, this.outside.known);
    this.#lost = lost;
    this.outside.forget();
    this.search.show(this.#id, query);
  }

  /** Changes k, the measure or the engine: the answer and the measured recall follow. */
  setSearch(change: Parameters<Search['set']>[0]): void {
    if (change.metric !== undefined && change.metric !== this.search.metric) this.#graph = undefined;
    this.search.set(change);
    void this.refreshGraph();
  }

  /** @returns the key for `undoDelete`; `error` says why it was not done */
  async removePictures(ids: readonly number[]): Promise<Result<number | undefined, LookError>> {
    const removed = await this.library.remove(this.#id, ids);
    this.#error = removed.ok ? undefined : removed.error;
    if (removed.ok) {
      this.selection.clear();
      await this.#reload();
    }
    return removed;
  }

  async renamePicture(id: number, name: string): Promise<void> {
    if (await this.#settle(this.library.rename(this.#id, id, name))) {
      this.selection.clear();
      await this.#reload();
    }
  }

  async #fileMoved(id: number, path: string): Promise<void> {
    if (await this.#settle(this.library.fileMoved(this.#id, id, path))) await this.#reload();
  }

  /** Takes a deletion back. @returns as `Collections.undo` */
  async undoDelete(key: number): Promise<readonly number[] | undefined> {
    const back = await this.collections.undo(key);
    await this.#reload();
    return back;
  }

  fullPicture(picture: PictureInfo): Promise<FullPicture | undefined> {
    return this.#originals.full(this.#id, picture);
  }

  /** The best pixels that can be had of a query's picture. */
  async pixelsOf(item: QueryItem): Promise<(FullPicture & { readonly name: string }) | undefined> {
    if (item.kind === 'outside') return { blob: item.file, isOriginal: true, name: item.name };
    const found = await this.library.pictures(this.#id, [item.id]);
    const picture = found.ok ? found.value[0] : undefined;
    const full = picture && (await this.fullPicture(picture));
    return picture && full && { ...full, name: picture.name };
  }

  async pendingNames(collection: number): Promise<readonly string[]> {
    const names = await this.library.pending(collection);
    return names.ok ? names.value : [];
  }

  async forgetPending(collection: number): Promise<void> {
    await this.#settle(this.library.settle(collection, await this.pendingNames(collection)));
    await this.collections.refresh();
  }

  async retryNetwork(): Promise<void> {
    const { files } = await this.networks.ready(this.#network);
    if (!files.ok) return;
    const waiting = this.#unserved;
    this.#unserved = [];
    for (const add of waiting) await add();
  }

  /** Asks how the graph is doing, until it is ready; then measures its recall. */
  async refreshGraph(): Promise<void> {
    clearTimeout(this.#graphTimer);
    const collection = this.collections.current;
    if (collection === undefined || collection.count === 0 || this.#isClosed) {
      this.#graph = undefined;
      return;
    }
    const { metric, k } = this.search;
    const state = await this.library.graphState(collection.id, metric);
    if (collection.id !== this.#id || metric !== this.search.metric) return;
    const wasReady = this.#graph?.state === 'ready';
    this.#graph = state;
    if (state.state === 'absent') await this.#wantGraph(collection.id, metric);
    else if (state.state === 'building') {
      clearTimeout(this.#graphTimer);
      this.#graphTimer = setTimeout(() => void this.refreshGraph(), GRAPH_POLL_MS);
    } else if (state.state === 'ready' && this.indexing.progress === undefined) {
      if (!wasReady) this.search.useGraph();
      void this.quality.measure(collection.id, collection.count, metric, k);
    }
  }

  /** Begins the graph of the measure in use, from the disk or anew; while pictures come in the network goes first. */
  async #wantGraph(collection: number, metric: Metric): Promise<void> {
    const key = `${collection} ${metric}`;
    if (this.search.engine !== 'hnsw' || this.indexing.progress !== undefined || key === this.#wantedGraph)
      return;
    this.#wantedGraph = key;
    await this.library.wantGraph(collection, metric);
    await this.refreshGraph();
  }

  /** The graph worker is up, or cannot be. */
  attachGraph(graph: Connection<GraphWorkerApi> | undefined): void {
    if (this.#isClosed) graph?.close();
    this.#graphHost = graph;
    this.#wantedGraph = '';
    void this.refreshGraph();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#graphTimer);
    this.#graphHost?.close();
    this.indexing.stop();
    this.renewing.close();
    this.networks.close();
    this.remote.close();
    this.exchange.close();
    this.thumbnails.reset(0);
    this.outside.close();
    this.words.stop();
    this.twins.close();
    this.#connection.close();
  }

  #searchAbout(collection: number, about: About, k: number): Promise<LookResult<AboutAnswer>> {
    if (about.kind !== 'name') return this.words.search(collection, about, k);
    this.words.stop();
    return this.names.search(about.id, k);
  }

  get #id(): number {
    return this.collections.current?.id ?? 0;
  }

  /** Hash of the open collection's network. */
  get #network(): string | undefined {
    return this.collections.current?.network;
  }

  #networkOf(collection: number): string | undefined {
    return this.collections.list.find(({ id }) => id === collection)?.network;
  }

  #opened(current: CollectionInfo | undefined): void {
    // A network that nothing uses now gives its memory back.
    const { collection } = this.indexing;
    const { network } = this.renewing;
    this.networks.rest(
      current?.network,
      ...(collection === 0 ? [] : [this.#networkOf(collection)]),
      ...(network === '' ? [] : [network]),
    );
    const id = current?.id ?? 0;
    this.pictures.reset(id, current?.count ?? 0);
    this.thumbnails.reset(id);
    this.selection.clear();
    this.quality.forget();
    void this.names.show(id);
    this.search.show(id, NO_QUERY);
    void this.folders.show(id);
    void this.refreshGraph();
  }

  /** More pictures are stored. */
  async #changed(collection: number): Promise<void> {
    const list = await this.collections.refresh();
    const current = list.find(({ id }) => id === collection);
    if (current === undefined || collection !== this.#id) return;
    this.pictures.grow(current.count);
    this.names.picturesChanged();
    await this.refreshGraph();
  }

  /** Another network has looked at a collection, or was stopped in it; once it is through its vectors are in use. */
  async #renewed(collection: number, isFlipped: boolean): Promise<void> {
    await this.collections.refresh();
    if (!isFlipped || collection !== this.#id) return;
    this.twins.forget();
    this.#wantedGraph = '';
    this.#graph = undefined;
    this.collections.reopen();
    await this.showAddress(this.#address);
    // What waited for the old network goes on with this one.
    void this.retryNetwork();
  }

  /** The order or the names of the pictures have changed. */
  async #reload(): Promise<void> {
    await this.collections.refresh();
    this.pictures.reset(this.#id, this.collections.current?.count ?? 0);
    void this.names.show(this.#id);
    this.search.refresh();
    this.quality.forget();
    await this.refreshGraph();
  }

  async #becomeWriter(): Promise<void> {
    const got = await this.library.whenWriter();
    if (!got.ok) {
      this.#error = got.error;
      return;
    }
    this.#writer = true;
    await this.#reload();
  }

  async #settle<T>(call: Promise<Result<T, LookError>>): Promise<boolean> {
    const answer = await call;
    this.#error = answer.ok ? undefined : answer.error;
    return answer.ok;
  }
}

const [getLook, provideLook] = createContext<Look>();
export { getLook };

/** Hands the state down to the page's components. */
export const setLook = (look: Look): Look => provideLook(look);
