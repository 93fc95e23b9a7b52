import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, type StudioError } from '../../../kernel/result.ts';
import type { RenderedSound } from '../../../platform/audio/render.ts';
import { connectWorker, transfer, WorkerClosedError, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { SoundApi } from '../worker/protocol.ts';
import soundUrl from '../worker/sound.worker.ts?worker&url';
import type { Player } from './player.svelte.ts';

/** What a sound can be saved as. */
export type SoundKind = 'wav' | 'opus';

const PREPARING: Progress = { phase: 'preparing', done: 0, total: 0, unit: 'seconds' };
const SAMPLE_RATE = 48_000;

/**
 * Whether the browser can encode Opus.
 *
 * @returns why it cannot; empty when it can
 */
export async function whyNoOpus(): Promise<string> {
  const none =
    'This browser cannot encode Opus; Chrome, Edge, Firefox and newer Safari can. Export WAV instead.';
  const { AudioEncoder: Encoder } = globalThis as Partial<typeof globalThis>;
  if (Encoder === undefined) return none;
  try {
    const { supported } = await Encoder.isConfigSupported({
      codec: 'opus',
      sampleRate: SAMPLE_RATE,
      numberOfChannels: 2,
    });
    return supported === true ? '' : none;
  } catch (thrown) {
    return `This browser cannot encode Opus (${describe(thrown)}). Export WAV instead.`;
  }
}

/** A sound file in the making: rendered beside the page's own sound, written in a worker that ends with it. */
export class SoundExport {
  readonly #player: Player;
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<StudioError | undefined>();
  #connection: Connection<SoundApi> | undefined;
  #run = 0;
  /** Ends the rendering itself. */
  #stopper = new AbortController();

  constructor(player: Player) {
    this.#player = player;
  }

  /** While a file is made. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /**
   * @param kind of the file
   * @param title goes into it where the kind has a place for it
   * @returns the file; undefined when it was stopped or failed, which `error` tells
   */
  async make(kind: SoundKind, title: string): Promise<Blob | undefined> {
    if (this.#progress !== undefined) return undefined;
    const run = (this.#run += 1);
    const isStopped = (): boolean => run !== this.#run;
    this.#stopper = new AbortController();
    this.#error = undefined;
    this.#progress = PREPARING;
    try {
      const sound = await this.#player.render((progress) => {
        if (!isStopped()) this.#progress = progress;
      }, this.#stopper.signal);
      return isStopped() ? undefined : await this.#write(kind, title, sound, isStopped);
    } catch (cause) {
      if (cause instanceof WorkerClosedError || isStopped()) return undefined;
      this.#error = fail('no-sound-file', `The sound file was not made: ${describe(cause)}.`, {
        hint: 'Close other pages, then try again.',
        retryable: true,
        cause: describe(cause),
      }).error;
      return undefined;
    } finally {
      if (!isStopped()) this.#end();
    }
  }

  /** Nothing is saved. */
  stop(): void {
    this.#run += 1;
    this.#stopper.abort();
    this.#end();
  }

  async #write(
    kind: SoundKind,
    title: string,
    { channels, sampleRate }: RenderedSound,
    isStopped: () => boolean,
  ): Promise<Blob | undefined> {
    const started = await startWorker(soundUrl, 'sound');
    if (!started.ok) {
      this.#error = started.error;
      return undefined;
    }
    if (isStopped()) {
      started.value.terminate();
      return undefined;
    }
    const { api } = (this.#connection = connectWorker<SoundApi>(started.value));
    const moved = transfer(
      channels,
      channels.map(({ buffer }) => buffer),
    );
    if (kind === 'wav') return new Blob([await api.wav(moved, sampleRate)], { type: 'audio/wav' });
    const written = await api.opus(moved, sampleRate, title, {
      onProgress: (progress) => {
        if (!isStopped()) this.#progress = progress;
      },
    });
    if (written.ok) return new Blob([written.value], { type: 'audio/ogg; codecs=opus' });
    this.#error = written.error;
    return undefined;
  }

  #end(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#progress = undefined;
  }
}
