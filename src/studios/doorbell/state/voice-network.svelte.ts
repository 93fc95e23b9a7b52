import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, type Result, type StudioError } from '../../../kernel/result.ts';
import { PcmTap } from '../../../platform/audio/pcm-tap.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { VoiceApi, VoiceHeard } from '../worker/voice-protocol.ts';
import voiceUrl from '../worker/voice.worker.ts?worker&url';

export type { VoiceHeard } from '../worker/voice-protocol.ts';

const MODEL = 'silero-vad';

/** `off`: nothing that is switched on needs it. */
export type VoiceStatus = 'off' | 'loading' | 'ready' | 'failed';

/** The network that tells voices from other sounds: fetched when it is wanted first, kept, run in a worker. */
export class VoiceNetwork {
  readonly #models = new ModelStore(new URL('models/', document.baseURI));
  #status = $state<VoiceStatus>('off');
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<StudioError | undefined>();
  #connection: Connection<VoiceApi> | undefined;
  /** Ends what is being loaded; another one is another attempt. */
  #loading: AbortController | undefined;

  get status(): VoiceStatus {
    return this.#status;
  }
  /** Of its download. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /** Something needs it. Does nothing when it is there or on its way. */
  want(): void {
    if (this.#status === 'loading' || this.#status === 'ready') return;
    const loading = new AbortController();
    this.#loading = loading;
    this.#status = 'loading';
    this.#error = undefined;
    void this.#load(loading.signal).then((loaded) => {
      if (loading.signal.aborted) {
        if (loaded.ok) loaded.value.close();
        return;
      }
      this.#progress = undefined;
      this.#status = loaded.ok ? 'ready' : 'failed';
      if (loaded.ok) this.#connection = loaded.value;
      else this.#error = loaded.error;
    });
  }

  /** Nothing needs it any more. */
  drop(): void {
    this.#loading?.abort();
    this.#connection?.close();
    this.#connection = undefined;
    this.#progress = undefined;
    this.#error = undefined;
    this.#status = 'off';
  }

  /**
   * Hears whether there are voices in a stream.
   *
   * @param stream of a microphone; stays its owner's
   * @param onHeard some thirty times a second
   * @returns ends it; undefined when the network is not there, or this browser cannot listen so
   */
  async listen(stream: MediaStream, onHeard: (heard: VoiceHeard) => void): Promise<(() => void) | undefined> {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    let tap: PcmTap;
    try {
      tap = await PcmTap.open(stream);
    } catch (thrown) {
      console.warn('The microphone cannot be listened to', thrown);
      return undefined;
    }
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => {
      port1.postMessage('over');
      port1.onmessage = null;
      void tap.close();
    };
    port1.onmessage = ({ data }: MessageEvent<VoiceHeard>) => onHeard(data);
    try {
      const ports = { pcm: tap.port, heard: port2, sampleRate: tap.sampleRate };
      const listening = await connection.api.listen(transfer(ports, [tap.port, port2]));
      if (listening.ok) return stop;
      console.warn(listening.error.message);
    } catch (thrown) {
      console.warn('The worker that hears voices is gone', thrown);
    }
    stop();
    return undefined;
  }

  async #load(signal: AbortSignal): Promise<Result<Connection<VoiceApi>>> {
    const manifest = await this.#models.manifest(MODEL, { signal });
    if (!manifest.ok) return manifest;
    const [file] = manifest.value.files;
    const bytes = await this.#models.file(manifest.value, file?.path ?? '', {
      signal,
      onProgress: (progress) => (this.#progress = progress),
    });
    if (!bytes.ok) return bytes;
    const worker = await startWorker(voiceUrl, 'voice');
    if (!worker.ok) return worker;
    const connection = connectWorker<VoiceApi>(worker.value);
    try {
      const model = bytes.value.bytes;
      const loaded = await connection.api.load(transfer(model, [model]));
      if (loaded.ok) return { ok: true, value: connection };
      connection.close();
      return loaded;
    } catch (cause) {
      connection.close();
      return fail('voice-failed', 'The network that hears voices could not be started.', {
        hint: 'Reload the page, or try another browser.',
        retryable: true,
        cause: describe(cause),
      });
    }
  }
}
