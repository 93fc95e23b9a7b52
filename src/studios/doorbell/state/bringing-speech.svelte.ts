import type { Progress } from '../../../kernel/progress.ts';
import { fail, type StudioError } from '../../../kernel/result.ts';
import { fromDrop, fromFiles } from '../../../platform/dropped-files.ts';
import type { GivenFile } from '../worker/protocol-speech.ts';
import { fetchSpeech } from './fetch-speech.ts';
import type { NetworkEar } from './network-ear.svelte.ts';

/** Takes the speech network that a person brings: from files, a folder, a drop or an address. */
export class BringingSpeech {
  readonly #ear: NetworkEar;
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<StudioError | undefined>();
  #brought = $state.raw<string | undefined>();
  #stop: AbortController | undefined;

  /** @param ear that it is for */
  constructor(ear: NetworkEar) {
    this.#ear = ear;
  }

  /** Bytes, while it is fetched or read. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }
  /** Id of the network that was kept last. */
  get brought(): string | undefined {
    return this.#brought;
  }

  /** Files or a folder that were chosen. */
  take(files: readonly File[]): Promise<void> {
    return this.#run((signal) => this.#bring(fromFiles(files), signal));
  }

  /** What was dropped; must be called while the event is being handled. */
  drop(data: DataTransfer): Promise<void> {
    const dropped = fromDrop(data, () => undefined);
    return this.#run(async (signal) => {
      const { files, unreadable } = await dropped;
      const [first] = unreadable;
      return first === undefined || files.length > 0
        ? this.#bring(files, signal)
        : fail('unreadable', `Could not be read: ${first.slice(0, 200)}.`).error;
    });
  }

  /** The address of a folder. */
  fetch(address: string): Promise<void> {
    return this.#run(async (signal) => {
      const fetched = await fetchSpeech(address, signal, (progress) => {
        if (!signal.aborted) this.#progress = progress;
      });
      return fetched.ok ? this.#bring(fetched.value, signal) : fetched.error;
    });
  }

  /** Ends what goes on, and forgets how it ended. */
  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#progress = undefined;
    this.#error = undefined;
    this.#brought = undefined;
  }

  async #bring(files: readonly GivenFile[], signal: AbortSignal): Promise<StudioError | undefined> {
    const onProgress = (progress: Progress): void => {
      if (!signal.aborted) this.#progress = progress;
    };
    const brought = await this.#ear.bring(files, { signal, onProgress });
    if (!brought.ok) return brought.error;
    if (!signal.aborted) this.#brought = brought.value.id;
    return undefined;
  }

  async #run(work: (signal: AbortSignal) => Promise<StudioError | undefined>): Promise<void> {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.#progress = { phase: 'reading', done: 0, total: 0, unit: 'bytes' };
    const error = await work(stop.signal);
    if (stop.signal.aborted) return;
    this.#progress = undefined;
    this.#error = error;
  }
}
