import type { Progress } from '../../../kernel/progress.ts';
import { ok, type Result } from '../../../kernel/result.ts';
import type { Connection } from '../../../platform/rpc.ts';
import type { EmbeddedPicture, LabelScore, LibraryApi, LookError, PictureInput } from '../worker/protocol.ts';
import { EmbedPool } from './embed-pool.ts';
import { onDeath } from './worker-life.ts';
import { loadNetwork, type NetworkFiles } from './network.ts';
import { embedderCount, embedderPort, startEmbedWorker } from './start-workers.ts';

export interface NamedLabel extends LabelScore {
  readonly name: string;
}

/** The network as the page sees it: its download, the workers that run it, what went wrong with it. */
export class Embedder {
  readonly pool: EmbedPool;
  #files: NetworkFiles | undefined;
  #loading: Promise<Result<NetworkFiles, LookError>> | undefined;
  #download = $state.raw<Progress | undefined>();
  #error = $state.raw<LookError | undefined>();

  constructor(library: Connection<LibraryApi>) {
    this.pool = new EmbedPool({
      lanes: embedderCount(),
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

  /** The network's files; a download under way is joined, a failed one can be tried again. */
  files(): Promise<Result<NetworkFiles, LookError>> {
    if (this.#files !== undefined) return Promise.resolve(ok(this.#files));
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** A picture that is only a query → its embedding. */
  async embed(picture: PictureInput): Promise<Result<EmbeddedPicture, LookError>> {
    const started = await this.pool.ready();
    return started.ok ? this.pool.run((api) => api.embed(picture)) : started;
  }

  /**
   * What an embedding shows.
   *
   * @param vector [1280] float32
   * @param count how many labels
   * @returns the likeliest first; none when the network cannot be had
   */
  async classify(vector: Float32Array<ArrayBuffer>, count: number): Promise<readonly NamedLabel[]> {
    const started = await this.pool.ready();
    if (!started.ok) return [];
    const scores = await this.pool.run((api) => api.classify(vector, count));
    if (!scores.ok) return [];
    const names = this.#files?.labels ?? [];
    return scores.value.map((score) => ({ ...score, name: names[score.index] ?? `class ${score.index}` }));
  }

  close(): void {
    this.pool.close();
  }

  async #load(): Promise<Result<NetworkFiles, LookError>> {
    const loaded = await loadNetwork((progress) => (this.#download = progress));
    this.#download = undefined;
    this.#error = loaded.ok ? undefined : loaded.error;
    if (loaded.ok) this.#files = loaded.value;
    return loaded;
  }

  async #weights(): Promise<Result<ArrayBuffer, LookError>> {
    const files = await this.files();
    return files.ok ? ok(files.value.weights) : files;
  }
}
