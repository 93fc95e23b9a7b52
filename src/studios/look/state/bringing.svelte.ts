import type { Progress } from '../../../kernel/progress.ts';
import { fail } from '../../../kernel/result.ts';
import { connectWorker, WorkerCrashedError, type Connection } from '../../../platform/rpc.ts';
import type { NetworksApi, RecognisedNetwork } from '../worker/protocol-networks.ts';
import type { LookError } from '../worker/protocol.ts';
import { startNetworks } from './start-workers.ts';

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
  #worker: Connection<NetworksApi> | undefined;
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

  /** Reads files; what was read before is forgotten. */
  async read(files: readonly File[]): Promise<void> {
    this.stop();
    this.#asked += 1;
    const request = this.#asked;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    this.#progress = { phase: 'reading', done: 0, total, unit: 'bytes' };
    const read = await this.#recognise(files);
    if (request !== this.#asked) return;
    this.stop();
    if (!read.ok) this.#error = read.error;
    else this.#found = { network: read.value, fileName: mainFile(files) };
  }

  /** Forgets what was read, and ends the reading. */
  stop(): void {
    this.#asked += 1;
    this.#worker?.close();
    this.#worker = undefined;
    this.#progress = undefined;
    this.#error = undefined;
    this.#found = undefined;
  }

  async #recognise(files: readonly File[]): ReturnType<Connection<NetworksApi>['api']['recognise']> {
    const started = await startNetworks();
    if (!started.ok) return started;
    const worker = connectWorker<NetworksApi>(started.value);
    this.#worker = worker;
    try {
      return await worker.api.recognise(
        files.map((file) => ({ name: file.name, file })),
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
