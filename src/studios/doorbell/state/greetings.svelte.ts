import { fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import type { MicrophoneCode } from '../../../platform/audio/microphone.ts';
import type { VisitProblem } from '../engine/visit.ts';
import type { Messages } from './messages.svelte.ts';
import { VisitRecorder } from './recorder.ts';
import type { Greeting, MessageStore } from './store.ts';

export type GreetingCode = MicrophoneCode | 'not-sound' | 'too-long' | 'not-kept';
type GreetingResult = Result<Greeting, StudioError<GreetingCode>>;

/** A visitor should not wait longer, s; a visit goes on without a greeting after half a minute. */
const LONGEST_SEC = 25;
const LONGEST_BYTES = 10_000_000;
const LOOK_EVERY_MS = 100;

/** Greetings that were recorded or opened, one a language; where there is one it is played, else the text is spoken. */
export class Greetings {
  readonly #store: MessageStore;
  readonly #messages: Messages;
  #list = $state.raw<readonly Greeting[]>([]);
  #seconds = $state<number | undefined>();
  #stop: (() => void) | undefined;

  constructor(store: MessageStore, messages: Messages) {
    this.#store = store;
    this.#messages = messages;
  }

  /** Seconds of the one that is being recorded; undefined when none is. */
  get recordedSec(): number | undefined {
    return this.#seconds;
  }

  of(language: string): Greeting | undefined {
    return this.#list.find((greeting) => greeting.language === language);
  }

  /** Reads what is in the store. */
  async open(): Promise<void> {
    await this.#messages.attempt('reading the greetings', async () => {
      this.#list = await this.#store.greetings();
    });
  }

  /** Records until `stop`, or as long as a greeting may be, and keeps it. */
  async record(language: string): Promise<GreetingResult> {
    const parts: Blob[] = [];
    let finish: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (finish = resolve));
    const begun = await VisitRecorder.begin((part) => parts.push(part), finish);
    if (!begun.ok) return begun;
    const recorder = begun.value;
    this.#stop = finish;
    this.#seconds = 0;
    const timer = setInterval(() => {
      this.#seconds = recorder.seconds;
      if (recorder.seconds >= LONGEST_SEC) finish();
    }, LOOK_EVERY_MS);
    try {
      await over;
    } finally {
      clearInterval(timer);
      this.#stop = undefined;
      this.#seconds = undefined;
      await recorder.end();
    }
    const sound = new Blob(parts, { type: recorder.type });
    return this.#keep({ language, type: sound.type, bytes: await sound.arrayBuffer() });
  }

  /** Ends the recording under way. */
  stop(): void {
    this.#stop?.();
  }

  /** Keeps a sound file. */
  async add(file: File, language: string): Promise<GreetingResult> {
    if (file.size > LONGEST_BYTES)
      return fail('too-long', `${file.name} has ${Math.round(file.size / 1e6)} MB, which is too much.`, {
        hint: `Choose a sound of ${LONGEST_SEC} seconds at most.`,
      });
    const bytes = await file.arrayBuffer();
    let seconds: number;
    try {
      // Decoding takes its bytes away.
      seconds = (await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes.slice(0))).duration;
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
      return fail('not-sound', `${file.name} is no sound that this browser can play.`, {
        hint: 'Choose a WAV, MP3, Ogg or M4A file.',
      });
    }
    if (seconds > LONGEST_SEC)
      return fail('too-long', `${file.name} lasts ${Math.round(seconds)} seconds.`, {
        hint: `Choose a sound of ${LONGEST_SEC} seconds at most.`,
      });
    return this.#keep({ language, type: file.type, bytes });
  }

  /** @returns brings it back; undefined when there was none or it could not be deleted */
  async remove(language: string): Promise<(() => void) | undefined> {
    const greeting = this.of(language);
    if (greeting === undefined) return undefined;
    const isGone = await this.#messages.attempt('deleting the greeting', () =>
      this.#store.removeGreeting(language),
    );
    await this.open();
    return isGone ? () => void this.#keep(greeting) : undefined;
  }

  /** Plays the greeting of a language, and waits until it is over. @returns `not-greeted` when it could not be played */
  async play({ bytes, type }: Greeting, signal: AbortSignal): Promise<VisitProblem | undefined> {
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    const audio = new Audio(address);
    try {
      return await new Promise((resolve) => {
        audio.onended = () => resolve(undefined);
        audio.onerror = () => resolve('not-greeted');
        signal.addEventListener('abort', () => {
          audio.pause();
          resolve(undefined);
        });
        // Refused before the first gesture on the page.
        audio.play().catch(() => resolve('not-greeted'));
      });
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  async #keep(greeting: Greeting): Promise<GreetingResult> {
    const isKept = await this.#messages.attempt('keeping the greeting', () =>
      this.#store.putGreeting(greeting),
    );
    await this.open();
    return isKept
      ? ok(greeting)
      : fail('not-kept', 'The greeting could not be kept.', {
          hint: 'Free space on the disk and try again.',
        });
  }
}
