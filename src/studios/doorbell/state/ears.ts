import type { OnProgress } from '../../../kernel/progress.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { vocabularyOf } from '../engine/words-to-know.ts';
import type { EngineId } from '../engine/settings.ts';

/** Whether an engine can hear a language here. */
export type Readiness = 'ready' | 'needs-download' | 'no';

export interface HearOptions {
  /** BCP 47. */
  readonly language: string;
  /** Names and phrases that are likely, one a line. */
  readonly wordsToKnow: string;
  readonly onInterim: (words: string) => void;
  /** Seconds of a recording that have been heard. */
  readonly onProgress?: OnProgress;
}

/** An engine that listens. */
export interface Hearing {
  /** Nothing more comes: answers the words, empty for none. Rejects when the engine failed. */
  finish(): Promise<string>;
  cancel(): void;
}

/** A way to turn sound into words. */
export interface Ear {
  readonly id: EngineId;
  readonly title: string;
  /** Its price in privacy, in a sentence. */
  readonly price: string;
  /** Sound leaves the device. */
  readonly sends: boolean;
  readiness(language: string): Promise<Readiness>;
  /**
   * The languages that it hears here, or may hear once it was fetched or allowed.
   *
   * @param among BCP 47; those of them that it hears, and others that it knows of
   */
  languages(among: readonly string[]): Promise<readonly string[]>;
  /** Fetches what `needs-download` misses. @returns whether it is ready @throws HearingError that says what went wrong */
  download(language: string, options?: TaskOptions): Promise<boolean>;
  /** Listens while it is spoken. Left out by an engine that hears recordings only. */
  hear?(track: MediaStreamTrack, options: HearOptions): Hearing;
  /** Somebody is coming: it is made ready, if all that it needs is here. */
  warm?(language: string): Promise<void>;
  /**
   * Shows words while they are spoken, of an engine that hears recordings: an advance, for the recording decides.
   *
   * @returns ends it
   */
  follow?(track: MediaStreamTrack, options: HearOptions): () => void;
  /** It listens to the microphone only, whatever it is given: no recording can be played to it. */
  readonly isDeafToRecordings?: boolean;
  /** Hears a recording as fast as it can. Left out by an engine that only listens. */
  hearRecording?(sound: Blob, options: HearOptions, signal: AbortSignal): Promise<string>;
  /** Lets go of what it holds. */
  close?(): void;
}

// The browser's speech recognition; the DOM's types have only its events.
interface Phrase {
  readonly phrase: string;
}
interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally?: boolean;
  phrases?: Phrase[];
  start(track?: MediaStreamTrack): void;
  stop(): void;
  abort(): void;
}
interface RecognitionClass {
  new (): Recognition;
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
  install?(options: { langs: string[]; processLocally: boolean }): Promise<boolean>;
}
interface ResultEvent extends Event {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}
type PhraseClass = new (phrase: string, boost: number) => Phrase;

interface SpeechWindow {
  readonly SpeechRecognition?: RecognitionClass;
  readonly webkitSpeechRecognition?: RecognitionClass;
  readonly SpeechRecognitionPhrase?: PhraseClass;
}
const speech = globalThis as SpeechWindow;
const recognitionClass = (): RecognitionClass | undefined =>
  speech.SpeechRecognition ?? speech.webkitSpeechRecognition;

/** An engine that was asked to finish answers by then, or never, ms. */
const FINISH_LIMIT_MS = 10_000;
/** How much likelier a known phrase is, log scale of the specification. */
const BOOST = 3;

/** A failure of an engine: of the browser's, by the name the specification gives it; of others, in words. */
export class HearingError extends Error {
  override readonly name = 'HearingError';
}

class BrowserHearing implements Hearing {
  readonly #recognition: Recognition;
  readonly #over: Promise<void>;
  #words = '';
  #failure: HearingError | undefined;

  constructor(make: RecognitionClass, track: MediaStreamTrack, isLocal: boolean, options: HearOptions) {
    const recognition = new make();
    this.#recognition = recognition;
    recognition.lang = options.language;
    recognition.continuous = true;
    recognition.interimResults = true;
    if ('processLocally' in recognition) recognition.processLocally = isLocal;
    else if (isLocal) throw new HearingError('this browser would send the sound away');
    const { SpeechRecognitionPhrase } = speech;
    if (isLocal && SpeechRecognitionPhrase !== undefined && 'phrases' in recognition)
      recognition.phrases = vocabularyOf(options.wordsToKnow).map(
        (word) => new SpeechRecognitionPhrase(word, BOOST),
      );
    recognition.addEventListener('result', (event) => {
      const results = Array.from((event as ResultEvent).results, (result) => result[0]?.transcript ?? '');
      this.#words = results.join(' ').replace(/\s+/g, ' ').trim();
      options.onInterim(this.#words);
    });
    this.#over = new Promise((resolve) => {
      recognition.addEventListener('end', () => resolve());
      // On the device an error may come without an end after it.
      recognition.addEventListener('error', (event) => {
        const { error } = event as Event & { readonly error?: string };
        if (error !== 'no-speech' && error !== 'aborted')
          this.#failure = new HearingError(error ?? 'unknown');
        resolve();
      });
    });
    recognition.start(track);
  }

  async finish(): Promise<string> {
    this.#recognition.stop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#failure ??= new HearingError('it did not answer');
        this.#recognition.abort();
        resolve();
      }, FINISH_LIMIT_MS);
    });
    await Promise.race([this.#over, late]);
    clearTimeout(timer);
    // What was heard until it failed is better than nothing.
    if (this.#words === '' && this.#failure !== undefined) throw this.#failure;
    return this.#words;
  }

  cancel(): void {
    this.#recognition.abort();
  }
}

class BrowserEar implements Ear {
  readonly id: EngineId;
  readonly title: string;
  readonly price: string;
  readonly sends: boolean;

  constructor(isLocal: boolean) {
    this.id = isLocal ? 'on-device' : 'vendor';
    this.sends = !isLocal;
    this.title = isLocal ? 'The browser, on this device' : 'The browser, by its maker’s service';
    this.price = isLocal
      ? 'Nothing leaves this device.'
      : 'The visitor’s voice is sent to the maker of this browser.';
  }

  // A browser that does not know the track of `start` listens to the microphone instead. Nothing tells which one does: those
  // that have `available` came after it.
  get isDeafToRecordings(): boolean {
    return recognitionClass()?.available === undefined;
  }

  async readiness(language: string): Promise<Readiness> {
    const make = recognitionClass();
    if (make === undefined) return 'no';
    if (make.available === undefined) return this.sends ? 'ready' : 'no';
    // The service needs no question: what it cannot hear it says when it is asked.
    if (this.sends) return 'ready';
    try {
      const answer = await make.available({ langs: [language], processLocally: true });
      if (answer === 'available') return 'ready';
      return answer === 'downloadable' || answer === 'downloading' ? 'needs-download' : 'no';
    } catch (thrown) {
      if (thrown instanceof DOMException || thrown instanceof TypeError) return 'no';
      throw thrown;
    }
  }

  async languages(among: readonly string[]): Promise<readonly string[]> {
    // The service says nothing of what it hears.
    if (this.sends) return recognitionClass() === undefined ? [] : among;
    const ready = await Promise.all(among.map((language) => this.readiness(language)));
    return among.filter((_, i) => ready[i] !== 'no');
  }

  async download(language: string): Promise<boolean> {
    const make = recognitionClass();
    return (await make?.install?.({ langs: [language], processLocally: true })) ?? false;
  }

  hear(track: MediaStreamTrack, options: HearOptions): Hearing {
    const make = recognitionClass();
    if (make === undefined) throw new HearingError('no recogniser');
    return new BrowserHearing(make, track, !this.sends, options);
  }
}

/** The browser's own engines. */
export const browserEars = (): readonly Ear[] => [new BrowserEar(true), new BrowserEar(false)];

/**
 * Lets an engine hear a recording. To one that only listens it is played into a track, at its own speed, silently.
 *
 * @param sound the recording
 * @param ear the engine
 * @param signal ends it
 * @returns the words
 */
export async function hearAgain(
  sound: Blob,
  ear: Ear,
  options: HearOptions,
  signal: AbortSignal,
): Promise<string> {
  if (ear.hearRecording !== undefined) return ear.hearRecording(sound, options, signal);
  if (ear.hear === undefined) throw new HearingError('it hears nothing');
  if (ear.isDeafToRecordings === true)
    throw new HearingError('in this browser it hears the microphone only, no recording');
  const context = new AudioContext();
  try {
    const buffer = await context.decodeAudioData(await sound.arrayBuffer());
    const destination = context.createMediaStreamDestination();
    const [track] = destination.stream.getAudioTracks();
    if (track === undefined) throw new HearingError('no track');
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(destination);
    const hearing = ear.hear(track, options);
    signal.addEventListener('abort', () => hearing.cancel());
    const played = new Promise((resolve) => {
      source.onended = resolve;
      signal.addEventListener('abort', resolve);
    });
    source.start();
    await played;
    return await hearing.finish();
  } finally {
    await context.close();
  }
}
