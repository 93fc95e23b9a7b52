import { describe, type Result, type StudioError } from '../../../kernel/result.ts';
import { PcmTap } from '../../../platform/audio/pcm-tap.ts';
import { busy } from '../../../platform/busy.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { connectWorker, transfer, type Connection, type TaskOptions } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { GivenFile, SpeechApi, SpeechNote, SpeechResult } from '../worker/protocol-speech.ts';
import speechUrl from '../worker/speech.worker.ts?worker&url';
import { HearingError, type Ear, type HearOptions, type Readiness } from './ears.ts';
import { beyond } from './languages.ts';
import { samplesOf } from './samples.ts';
import { hears, OwnSpeechNetworks, ownSpeech, SITE_NETWORK, type SpeechNetwork } from './speech-networks.ts';

/** A network that was stopped is at the end of a pass by then, ms. */
const STOP_LIMIT_MS = 10_000;

/** How fast a network was, the last time. */
export interface LastRun {
  readonly soundSec: number;
  readonly workSec: number;
}

/** A speech network in a worker: the one of the site, or one that a person brought. */
export class NetworkEar implements Ear {
  readonly id = 'network';
  readonly title = 'A speech network, on this device';
  readonly price = 'Nothing leaves this device. Hears anything that is said.';
  readonly sends = false;
  readonly #chosen: () => string;
  readonly #models = new ModelStore(new URL('models/', document.baseURI));
  readonly #store = new OwnSpeechNetworks();
  #own = $state.raw<readonly SpeechNetwork[]>([]);
  #last = $state.raw<LastRun | undefined>();
  #worker: Promise<Connection<SpeechApi>> | undefined;
  /** The site's was fetched in this visit. */
  #isSiteKept = false;

  /** @param chosen id of the network that the person prefers; empty for none */
  constructor(chosen: () => string) {
    this.#chosen = chosen;
  }

  /** Networks that the person brought. */
  get own(): readonly SpeechNetwork[] {
    return this.#own;
  }
  get lastRun(): LastRun | undefined {
    return this.#last;
  }

  /** Networks that hear a language, the person's own first. */
  candidates(language: string): readonly SpeechNetwork[] {
    return [...this.#own, SITE_NETWORK].filter((network) => hears(network, language));
  }

  /** The one that is taken for a language. */
  networkFor(language: string): SpeechNetwork | undefined {
    const candidates = this.candidates(language);
    const chosen = this.#chosen();
    return candidates.find(({ id }) => id === chosen) ?? candidates[0];
  }

  async readiness(language: string): Promise<Readiness> {
    this.#own = await this.#store.list();
    const network = this.networkFor(language);
    if (network === undefined) return 'no';
    if (network.isOwn || this.#isSiteKept) return 'ready';
    return (await this.#models.isKept(network.id)) ? 'ready' : 'needs-download';
  }

  async languages(among: readonly string[]): Promise<readonly string[]> {
    this.#own = await this.#store.list();
    const all = [...this.#own, SITE_NETWORK];
    const heard = among.filter((language) => all.some((network) => hears(network, language)));
    return [
      ...heard,
      ...beyond(
        all.flatMap(({ languages }) => languages),
        among,
      ),
    ];
  }

  /** @throws HearingError that says what went wrong; stopping is no failure */
  async download(language: string, options: TaskOptions = {}): Promise<boolean> {
    const network = this.networkFor(language);
    if (network === undefined) return false;
    const opened = await this.#open(network, options);
    // In this visit it is there even where nothing can be kept.
    if (opened.ok && !network.isOwn) this.#isSiteKept = true;
    if (opened.ok || opened.error.code === 'cancelled') return opened.ok;
    throw inWords(opened.error);
  }

  /** @throws HearingError when it cannot listen; the signal's reason when it was stopped */
  async hearRecording(sound: Blob, options: HearOptions, signal: AbortSignal): Promise<string> {
    const network = this.networkFor(options.language);
    if (network === undefined) throw new HearingError('it does not know this language');
    const end = busy().begin();
    try {
      const opened = await this.#open(network, { signal });
      if (!opened.ok) throw inWords(opened.error);
      const samples = await samplesOf(sound);
      signal.throwIfAborted();
      const { onProgress } = options;
      const heard = await this.#unlessStopped(
        this.#ask((api) =>
          api.hear(transfer(samples, [samples.buffer]), options.language, { signal, onProgress }),
        ),
        signal,
      );
      if (!heard.ok) throw inWords(heard.error);
      const { words, soundSec, workSec } = heard.value;
      this.#last = { soundSec, workSec };
      return words;
    } finally {
      end();
    }
  }

  async warm(language: string): Promise<void> {
    const network = this.networkFor(language);
    // What is wrong is said when it is to be used.
    if (network !== undefined) await this.#open(network, {});
  }

  follow(track: MediaStreamTrack, options: HearOptions): () => void {
    const stopping = new AbortController();
    this.#follow(track, options, stopping.signal).catch((thrown: unknown) =>
      console.warn('No words while they are spoken', thrown),
    );
    return () => stopping.abort();
  }

  async #follow(
    track: MediaStreamTrack,
    { language, onInterim }: HearOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const network = this.networkFor(language);
    if (network === undefined) return;
    const tap = await PcmTap.open(new MediaStream([track]));
    const { port1, port2 } = new MessageChannel();
    const end = (): void => {
      port1.postMessage('over');
      port1.onmessage = null;
      void tap.close();
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    // What is said while it is opened waits in the tap's port.
    const opened = await this.#open(network, { signal });
    if (signal.aborted) return;
    if (!opened.ok) throw inWords(opened.error);
    port1.onmessage = ({ data }: MessageEvent<string>) => onInterim(data);
    const ports = { pcm: tap.port, words: port2, sampleRate: tap.sampleRate };
    await this.#ask((api) => api.along(transfer(ports, [tap.port, port2]), language));
  }

  /**
   * Takes a network that a person brought.
   *
   * @param files of its folder
   * @param options signal, progress in bytes
   * @returns what it is; it is kept then
   */
  async bring(
    files: readonly GivenFile[],
    options: TaskOptions,
  ): Promise<Result<{ readonly id: string; readonly note: SpeechNote }, StudioError>> {
    const brought = await this.#ask((api) => api.bring(ownSpeech().href, files, options));
    this.#own = await this.#store.list();
    return brought;
  }

  /** Forgets a network that a person brought. @returns brings it back, where it was whole */
  async remove(id: string): Promise<(() => Promise<boolean>) | undefined> {
    const undo = await this.#store.remove(id);
    this.#own = await this.#store.list();
    return undo;
  }

  close(): void {
    void this.#worker?.then((connection) => connection.close()).catch(() => undefined);
    this.#worker = undefined;
  }

  /** Stopping waits for nobody; a worker that does not answer soon after it is ended. */
  async #unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    let isOver = false;
    const stopped = new Promise<never>((_resolve, reject) => {
      const stop = (): void => {
        setTimeout(() => {
          if (!isOver) this.close();
        }, STOP_LIMIT_MS);
        reject(signal.reason as Error);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    const done = work.finally(() => (isOver = true));
    return Promise.race([done, stopped]);
  }

  #open(network: SpeechNetwork, options: TaskOptions): Promise<SpeechResult<void>> {
    const models = new URL('models/', document.baseURI).href;
    return this.#ask((api) =>
      network.isOwn ? api.openOwn(ownSpeech().href, network.id) : api.openSite(models, network.id, options),
    );
  }

  /** Asks the worker. What goes wrong in it ends it: the next attempt begins anew, with its memory free. */
  async #ask<T>(
    question: (api: Connection<SpeechApi>['api']) => Promise<SpeechResult<T>>,
  ): Promise<SpeechResult<T>> {
    try {
      this.#worker ??= start();
      const { api } = await this.#worker;
      const answer = await question(api);
      if (!answer.ok && answer.error.code === 'network-failed') this.close();
      return answer;
    } catch (thrown) {
      this.close();
      const hint = 'There may be too little memory: close other tabs, or take a smaller network.';
      const error = {
        code: 'network-failed',
        message: 'The speech network stopped.',
        hint,
        retryable: true,
      } as const;
      return { ok: false, error: { ...error, cause: describe(thrown) } };
    }
  }
}

async function start(): Promise<Connection<SpeechApi>> {
  const worker = await startWorker(speechUrl, 'speech');
  if (!worker.ok) throw new HearingError(worker.error.message);
  return connectWorker<SpeechApi>(worker.value);
}

/** Ends without a full stop: it is put into sentences. */
const inWords = ({ message, hint }: StudioError): HearingError =>
  new HearingError(`${message} ${hint}`.trim().replace(/\.$/, ''));
