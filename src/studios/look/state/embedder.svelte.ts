import type { OnProgress, Progress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Connection } from '../../../platform/rpc.ts';
import type { EmbeddedPicture, LabelScore, LibraryApi, LookError, PictureInput } from '../worker/protocol.ts';
import { EmbedPool, type NetworkWeights } from './embed-pool.ts';
import { onDeath } from './worker-life.ts';
import type { NetworkFiles } from './network.ts';
import { embedderCount, embedderPort, startEmbedWorker } from './start-workers.ts';

export interface NamedLabel extends LabelScore {
  readonly name: string;
}

const NO_CLASSIFIER = fail(
  'wrong-network',
  'The network of this collection has no classifier: it knows no words.',
  {
    hint: 'Search by a picture, or by words in a collection of the site’s own network.',
  },
);

/** A network as the page sees it: its download, the workers that run it, what went wrong with it. */
export class Embedder {
  readonly pool: EmbedPool;
  readonly #fetch: (onProgress: OnProgress) => Promise<Result<NetworkFiles, LookError>>;
  readonly #hasLabels: boolean;
  #files: NetworkFiles | undefined;
  #loading: Promise<Result<NetworkFiles, LookError>> | undefined;
  #download = $state.raw<Progress | undefined>();
  #error = $state.raw<LookError | undefined>();

  /**
   * @param library where embeddings go
   * @param fetch gets the network's files
   * @param kind how many workers at most, and whether it can name what it sees
   */
  constructor(
    library: Connection<LibraryApi>,
    fetch: (onProgress: OnProgress) => Promise<Result<NetworkFiles, LookError>>,
    { maxLanes, hasLabels }: { readonly maxLanes: number; readonly hasLabels: boolean },
  ) {
    this.#fetch = fetch;
    this.#hasLabels = hasLabels;
    this.pool = new EmbedPool({
      lanes: Math.min(maxLanes, embedderCount()),
      startWorker: startEmbedWorker,
      loadWeights: () => this.#weights(),
      libraryPort: (lane) => embedderPort(library, lane),
      onDeath,
    });
  }

  /** The network's download, while it runs. */
  get download(): Progress | undefined {
    return this.#download;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /** Whether it names what it sees. */
  get hasLabels(): boolean {
    return this.#hasLabels;
  }

  /** The network's files; a download under way is joined, a failed one can be tried again. */
  files(): Promise<Result<NetworkFiles, LookError>> {
    if (this.#files !== undefined) return Promise.resolve(ok(this.#files));
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** The files of a network that can name what it sees. */
  labelledFiles(): Promise<Result<NetworkFiles, LookError>> {
    return this.#hasLabels ? this.files() : Promise.resolve(NO_CLASSIFIER);
  }

  /** A picture that is only a query → its embedding. */
  async embed(picture: PictureInput): Promise<Result<EmbeddedPicture, LookError>> {
    const started = await this.pool.ready();
    return started.ok ? this.pool.run((api) => api.embed(picture)) : started;
  }

  /**
   * What an embedding shows.
   *
   * @param vector [dim] float32
   * @param count how many labels
   * @returns the likeliest first; none when the network cannot be had, or has no classifier
   */
  async classify(vector: Float32Array<ArrayBuffer>, count: number): Promise<readonly NamedLabel[]> {
    // Without a classifier the weights are not loaded for this: a search needs only vectors.
    if (!this.#hasLabels) return [];
    const files = await this.files();
    if (!files.ok) return [];
    const started = await this.pool.ready();
    if (!started.ok) return [];
    const scores = await this.pool.run((api) => api.classify(vector, count));
    if (!scores.ok) return [];
    const names = files.value.labels;
    return scores.value.map((score) => ({ ...score, name: names[score.index] ?? `class ${score.index}` }));
  }

  close(): void {
    this.pool.close();
  }

  async #load(): Promise<Result<NetworkFiles, LookError>> {
    const loaded = await this.#fetch((progress) => (this.#download = progress));
    this.#download = undefined;
    this.#error = loaded.ok ? undefined : loaded.error;
    if (loaded.ok) this.#files = loaded.value;
    return loaded;
  }

  #weights(): Promise<Result<NetworkWeights, LookError>> {
    return this.files();
  }
}
