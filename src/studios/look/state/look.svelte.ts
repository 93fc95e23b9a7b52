import type { Progress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Connection } from '../../../platform/rpc.ts';
import type { CollectionInfo, GraphState, LabelScore, LibraryApi, LookError } from '../worker/protocol.ts';
import { Collections } from './collections.svelte.ts';
import { EmbedPool } from './embed-pool.ts';
import { Indexing } from './indexing.svelte.ts';
import { Originals } from './originals.ts';
import { Outside } from './outside.svelte.ts';
import { Pictures } from './pictures.svelte.ts';
import { fromParameters, NO_QUERY, type Query } from './query.ts';
import { Search } from './search.svelte.ts';
import { Selection } from './selection.svelte.ts';
import type { SourceFile } from './sources.ts';
import { embedderCount, embedderPort, startEmbedWorker, startLibrary } from './start-workers.ts';
import { Thumbnails } from './thumbnails.svelte.ts';
import { labelNames, loadNetwork, type NetworkFiles } from './network.ts';

/** Everything of the Look page that is not drawing. Made by `openLook`, closed by the page when it goes. */
export class Look {
  readonly collections: Collections;
  readonly pictures: Pictures;
  readonly thumbnails: Thumbnails;
  readonly search: Search;
  readonly indexing: Indexing;
  readonly selection = new Selection();
  readonly originals: Originals;
  readonly outside: Outside;
  readonly #library: Connection<LibraryApi>;
  readonly #pool: EmbedPool;
  #network: NetworkFiles | undefined;
  #download = $state.raw<Progress | undefined>();
  #networkError = $state.raw<LookError | undefined>();
  #writer = $state(true);
  #graph = $state.raw<GraphState | undefined>();
  #lost = $state(0);

  constructor(library: Connection<LibraryApi>, writer: boolean) {
    this.#library = library;
    this.#writer = writer;
    this.#pool = new EmbedPool({
      lanes: embedderCount(),
      startWorker: startEmbedWorker,
      loadWeights: (onProgress) => this.#weights(onProgress),
      libraryPort: () => embedderPort(library),
    });
    const { api } = library;
    this.pictures = new Pictures(api);
    this.thumbnails = new Thumbnails(api);
    this.originals = new Originals(api);
    this.outside = new Outside((picture) => this.#embedOutside(picture));
    this.search = new Search({ library: api, classify: (vector, count) => this.#classify(vector, count) });
    this.collections = new Collections(api, (current) => this.#opened(current));
    this.indexing = new Indexing({
      library: api,
      pool: this.#pool,
      onStored: (collection) => void this.#stored(collection),
      onOriginal: (collection, id, file) => this.originals.keep(collection, id, file),
    });
    if (!writer) void this.#becomeWriter();
  }

  /** Whether this tab may change anything; another tab has that right otherwise. */
  get writer(): boolean {
    return this.#writer;
  }
  /** The network's download, while it runs. */
  get download(): Progress | undefined {
    return this.#download ?? this.indexing.network;
  }
  get networkError(): LookError | undefined {
    return this.#networkError;
  }
  get graph(): GraphState | undefined {
    return this.#graph;
  }
  /** How many pictures of the address's query are not known any more. */
  get lost(): number {
    return this.#lost;
  }
  get library(): Connection<LibraryApi>['api'] {
    return this.#library.api;
  }

  /** Adds files to the open collection, making one when there is none. */
  async add(files: readonly SourceFile[]): Promise<void> {
    const network = await this.#files();
    if (!network.ok) return;
    const collection = await this.collections.forAdding(network.value);
    if (collection !== undefined) await this.indexing.add(collection.id, files);
  }

  /** Shows what the address asks for. */
  async showAddress(parameters: URLSearchParams): Promise<void> {
    const wanted = Number(parameters.get('collection') ?? '0');
    if (wanted !== 0) await this.collections.choose(wanted);
    const { query, lost } = fromParameters(parameters, this.outside.known);
    this.#lost = lost;
    this.#show(query);
  }

  close(): void {
    this.indexing.stop();
    this.#pool.close();
    this.thumbnails.reset(0);
    this.outside.close();
    this.#library.close();
  }

  #show(query: Query): void {
    this.search.show(this.collections.current?.id ?? 0, query);
  }

  #opened(current: CollectionInfo | undefined): void {
    const id = current?.id ?? 0;
    this.pictures.reset(id, current?.count ?? 0);
    this.thumbnails.reset(id);
    this.selection.clear();
    this.#show(NO_QUERY);
    void this.refreshGraph();
  }

  async #stored(collection: number): Promise<void> {
    const fresh = await this.collections.refresh();
    const current = fresh.find(({ id }) => id === collection);
    if (current === undefined || collection !== this.collections.current?.id) return;
    this.pictures.grow(current.count);
    void this.refreshGraph();
  }

  async refreshGraph(): Promise<void> {
    const id = this.collections.current?.id;
    this.#graph = id === undefined ? undefined : await this.library.graphState(id, this.search.metric);
  }

  async #becomeWriter(): Promise<void> {
    await this.library.whenWriter();
    this.#writer = true;
    await this.collections.refresh();
  }

  async #files(): Promise<Result<NetworkFiles, LookError>> {
    if (this.#network !== undefined) return ok(this.#network);
    const loaded = await loadNetwork((progress) => (this.#download = progress));
    this.#download = undefined;
    this.#networkError = loaded.ok ? undefined : loaded.error;
    if (loaded.ok) this.#network = loaded.value;
    return loaded;
  }

  async #weights(): Promise<Result<ArrayBuffer, LookError>> {
    const files = await this.#files();
    return files.ok ? ok(files.value.weights) : files;
  }

  async #classify(
    vector: Float32Array<ArrayBuffer>,
    count: number,
  ): Promise<readonly (LabelScore & { readonly name: string })[] | undefined> {
    const started = await this.#pool.ready();
    if (!started.ok) return undefined;
    const scores = await this.#pool.run((api) => api.classify(vector, count));
    if (!scores.ok) return undefined;
    const names = await labelNames();
    return scores.value.map((score) => ({ ...score, name: names[score.index] ?? `class ${score.index}` }));
  }

  async #embedOutside(picture: Parameters<Outside['add']>[0]): ReturnType<ConstructorParameters<typeof Outside>[0]> {
    const started = await this.#pool.ready();
    if (!started.ok) return started;
    return this.#pool.run((api) => api.embed(picture));
  }
}

/** Opens the store and the page's state over it. */
export async function openLook(): Promise<Result<Look, LookError>> {
  try {
    const library = await startLibrary();
    const opened = await library.api.open();
    if (!opened.ok) return opened;
    const look = new Look(library, opened.value.writer);
    await look.collections.open();
    return ok(look);
  } catch (cause) {
    return fail('store-broken', 'Look could not open its store.', {
      hint: 'Reload the page. Private windows of some browsers allow no storage.',
      retryable: true,
      cause,
    });
  }
}
