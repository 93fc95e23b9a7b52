import type { Progress } from '../../../kernel/progress.ts';
import { finishWords } from '../engine/finish-words.ts';
import type { Message } from '../engine/message.ts';
import type { DoorbellSettings, EngineId } from '../engine/settings.ts';
import { hearAgain } from './ears.ts';
import type { Engines } from './engines.svelte.ts';
import type { Messages } from './messages.svelte.ts';

const NOTHING_HEARD: Progress = { phase: 'transcribing', done: 0, total: 0, unit: 'seconds' };

/** Problems that are none any more once there are words. */
const UNHEARD: ReadonlySet<string> = new Set([
  'no-engine',
  'not-transcribed',
  'nothing-said',
  'transcribing-too-slow',
]);

/** Transcribes kept recordings again, one at a time. */
export class Again {
  readonly #engines: Engines;
  readonly #messages: Messages;
  readonly #settings: () => DoorbellSettings;
  #now = $state.raw<
    { readonly id: string; readonly sends: boolean; readonly stop: AbortController } | undefined
  >();
  #heard = $state.raw<Progress>(NOTHING_HEARD);

  constructor(engines: Engines, messages: Messages, settings: () => DoorbellSettings) {
    this.#engines = engines;
    this.#messages = messages;
    this.#settings = settings;
  }

  /** The message that is being transcribed. */
  get id(): string | undefined {
    return this.#now?.id;
  }
  /** How much of it was heard, for engines that tell. */
  get progress(): Progress {
    return this.#heard;
  }

  /**
   * Transcribes a message again.
   *
   * @param id of the engine; the first that can be used where it is left out
   * @returns what failed, in words
   */
  async transcribe(message: Message, id?: EngineId): Promise<string | undefined> {
    const usable = await this.#engines.usableForRecordings(message.language);
    const ear = id === undefined ? usable[0] : usable.find((each) => each.id === id);
    if (ear === undefined) return 'No engine in the list “Transcribe with” can be used.';
    const sound = await this.#messages.sound(message);
    if (sound === undefined) return 'The recording is not there any more.';
    const stop = new AbortController();
    this.stop();
    this.#now = { id: message.id, sends: ear.sends, stop };
    this.#heard = NOTHING_HEARD;
    try {
      const { wordsToKnow } = this.#settings();
      const onProgress = (progress: Progress): void => void (this.#heard = progress);
      const options = { language: message.language, wordsToKnow, onInterim: () => undefined, onProgress };
      const heard = await hearAgain(sound, ear, options, stop.signal);
      if (stop.signal.aborted) return undefined;
      if (heard === '') return `${ear.title} heard no words in it.`;
      const transcript = finishWords(heard, this.#settings(), message.language);
      const problems = message.problems.filter((each) => !UNHEARD.has(each));
      await this.#messages.change(message.id, { heard, transcript, engine: ear.id, problems });
      return undefined;
    } catch (thrown) {
      if (stop.signal.aborted) return undefined;
      return `${ear.title} could not transcribe it: ${thrown instanceof Error ? thrown.message : String(thrown)}.`;
    } finally {
      if (this.#now.stop === stop) this.#now = undefined;
    }
  }

  stop(): void {
    this.#now?.stop.abort();
  }

  /** Engines that send sound may not any more. */
  stopSending(): void {
    if (this.#now?.sends === true) this.stop();
  }
}
