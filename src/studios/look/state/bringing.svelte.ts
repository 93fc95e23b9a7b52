import type { Progress } from '../../../kernel/progress.ts';
import { fail } from '../../../kernel/result.ts';
import { connectWorker, WorkerCrashedError, type Connection } from '../../../platform/rpc.ts';
import type {
  ChoosableNetwork,
  NetworksApi,
  RecognisedNetwork,
  TfjsChoice,
} from '../worker/protocol-networks.ts';
import type { LookError } from '../worker/protocol.ts';
import { fetchNetwork } from './fetch-network.ts';
import { startNetworks } from './start-workers.ts';

export type { ChoosableNetwork, TfjsChoice } from '../worker/protocol-networks.ts';

/** A network that was read from files and is not kept yet. */
interface Brought {
  readonly network: RecognisedNetwork;
  readonly fileName: string;
}

/** Reads the network that a person brings, in a worker of its own that ends with the reading. */
export class Bringing {
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<LookError | undefined>();
  #found = $state.raw<Brought | undefined>();
  #toChoose = $state.raw<ChoosableNetwork | undefined>();
  #files: readonly File[] = [];
  #worker: Connection<NetworksApi> | undefined;
  #fetching: AbortController | undefined;
  #asked = 0;

  /** Bytes read, while it reads. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): LookError | undefined {
    return this.#error;
  }
  /** What was recognised. */
  get found(): Brought | undefined {
    return this.#found;
  }

  /** A model of which the person has to say what its embedding is. */
  get toChoose(): ChoosableNetwork | undefined {
    return this.#toChoose;
  }

  /** Reads files; what was read before is forgotten. */
  async read(files: readonly File[]): Promise<void> {
    this.stop();
    this.#files = files;
    await this.#read(undefined);
  }

  /** Fetches a network by its address, and reads it. */
  async readFrom(address: string): Promise<void> {
    this.stop();
    const request = this.#asked;
    const fetching = new AbortController();
    this.#fetching = fetching;
    this.#progress = { phase: 'fetching', done: 0, total: 0, unit: 'bytes' };
    const fetched = await fetchNetwork(address, fetching.signal, (progress) => {
      if (request === this.#asked) this.#progress = progress;
    });
    if (request !== this.#asked) return;
    if (fetched.ok) {
      await this.read(fetched.value);
      return;
    }
    this.#progress = undefined;
    this.#error = fetched.error;
  }

  /** Makes a network of the model that was read. */
  async choose(choice: TfjsChoice): Promise<void> {
    await this.#read(choice);
  }

  /** What was made of a choice is no more what is chosen. */
  unchoose(): void {
    this.#found = undefined;
    this.#error = undefined;
  }

  async #read(choice: TfjsChoice | undefined): Promise<void> {
    const files = this.#files;
    this.#end();
    this.#asked += 1;
    const request = this.#asked;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    this.#progress = { phase: 'reading', done: 0, total, unit: 'bytes' };
    const read = await this.#recognise(files, choice);
    if (request !== this.#asked) return;
    this.#end();
    if (!read.ok) this.#error = read.error;
    else if ('kind' in read.value) this.#toChoose = read.value;
    else this.#found = { network: read.value, fileName: mainFile(files) };
  }

  /** Forgets what was read, and ends the reading. */
  stop(): void {
    this.#files = [];
    this.#toChoose = undefined;
    this.#end();
  }

  #end(): void {
    this.#asked += 1;
    this.#fetching?.abort();
    this.#worker?.close();
    this.#worker = undefined;
    this.#progress = undefined;
    this.#error = undefined;
    this.#found = undefined;
  }

  async #recognise(
    files: readonly File[],
    choice: TfjsChoice | undefined,
  ): ReturnType<Connection<NetworksApi>['api']['recognise']> {
    const started = await startNetworks();
    if (!started.ok) return started;
    const worker = connectWorker<NetworksApi>(started.value);
    this.#worker = worker;
    try {
      return await worker.api.recognise(
        files.map((file) => ({ name: file.name, file })),
        choice,
        { onProgress: (progress) => (this.#progress &&= progress) },
      );
    } catch (cause) {
      if (!(cause instanceof WorkerCrashedError)) throw cause;
      return fail('worker-crashed', `${mainFile(files)} could not be read to its end.`, {
        hint: 'It may be too large for the memory there is.',
        cause,
      });
    }
  }
}

/** Of a model and its shards the name of the model. */
const mainFile = (files: readonly File[]): string =>
  (files.find(({ name }) => name.endsWith('.json')) ?? files[0])?.name ?? 'The file';
