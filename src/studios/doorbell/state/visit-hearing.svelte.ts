import { finishWords } from '../engine/finish-words.ts';
import type { DoorbellSettings, EngineId } from '../engine/settings.ts';
import type { VisitProblem } from '../engine/visit.ts';
import { hearAgain, type Ear, type Hearing, type HearOptions } from './ears.ts';

export interface VisitHearingNeed {
  readonly settings: () => DoorbellSettings;
  /** Engines that may be used now, in their order. */
  readonly usable: (language: string) => Promise<readonly Ear[]>;
}

/** What a visitor said. */
export interface Words {
  /** As the engine heard them. */
  readonly heard: string;
  readonly transcript: string;
  readonly engine: EngineId;
}

/** What one visitor says, as the engines hear it: while it is spoken, and after it. Made for one visit. */
export class VisitHearing {
  readonly #need: VisitHearingNeed;
  readonly #language: string;
  #interim = $state('');
  #isOver = false;
  /** Listens while the visitor speaks. */
  #live: { readonly ear: Ear; readonly hearing: Hearing } | undefined;
  /** Ends the words in advance of an engine that hears recordings. */
  #unfollow: (() => void) | undefined;
  /** The engine that is asked now, and what takes its leave to hear away. */
  #asked: { readonly ear: Ear; readonly withdrawn: AbortController } | undefined;

  /** @param language of the visit, BCP 47 */
  constructor(need: VisitHearingNeed, language: string) {
    this.#need = need;
    this.#language = language;
  }

  /** Words so far, while they are spoken. */
  get interim(): string {
    return this.#interim;
  }

  /** The first engine is made ready while the visitor is greeted. */
  async warm(): Promise<void> {
    const [ear] = await this.#need.usable(this.#language);
    await ear?.warm?.(this.#language);
  }

  /**
   * The first engine listens while the visitor speaks, so that there are words at once.
   *
   * @param isLive whether the recording still goes on
   */
  async listenAlong(track: MediaStreamTrack | undefined, isLive: () => boolean): Promise<void> {
    const [ear] = await this.#need.usable(this.#language);
    if (this.#isOver || !isLive() || track?.readyState !== 'live') return;
    try {
      // One that hears recordings has its turn when it is over; what it shows until then is an advance.
      if (ear?.hear === undefined) this.#unfollow = ear?.follow?.(track, this.#options());
      else this.#live = { ear, hearing: ear.hear(track, this.#options()) };
    } catch (thrown) {
      console.warn('No engine could listen along', thrown);
    }
  }

  /** The recording is over: no more words in advance. */
  unfollow(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  /**
   * Writes down what was said, by the first engine that can.
   *
   * @param recording asked for where an engine hears it
   * @param signal the words are not awaited any more
   * @returns the words, or why there are none
   */
  async words(
    recording: () => Promise<Blob | undefined>,
    signal: AbortSignal,
  ): Promise<Words | { readonly problem: VisitProblem }> {
    const usable = await this.#need.usable(this.#language);
    // What listened along may not be used any more, or is not the first any more.
    if (this.#live !== undefined && !usable.includes(this.#live.ear)) this.#endLive();
    let problem: VisitProblem = usable.length === 0 ? 'no-engine' : 'not-transcribed';
    for (const ear of usable) {
      const withdrawn = new AbortController();
      const isOver = AbortSignal.any([signal, withdrawn.signal]);
      this.#asked = { ear, withdrawn };
      try {
        const heard = await this.#hear(ear, recording, isOver);
        if (signal.aborted) break;
        if (withdrawn.signal.aborted) continue;
        if (heard !== '') {
          const transcript = finishWords(heard, this.#need.settings(), this.#language);
          return { heard, transcript, engine: ear.id };
        }
        // One that knows set phrases hears nothing in what another one may understand.
        problem = 'nothing-said';
      } catch (thrown) {
        // The next engine in the list may do better.
        if (!isOver.aborted) console.warn(`${ear.title} could not transcribe`, thrown);
      } finally {
        this.#asked = undefined;
      }
    }
    return { problem };
  }

  /** Engines that send sound may not any more: what one of them hears now it hears no further. */
  stopSending(): void {
    if (this.#live?.ear.sends === true) {
      this.#endLive();
      this.#interim = '';
    }
    if (this.#asked?.ear.sends === true) this.#asked.withdrawn.abort();
  }

  /** The visit is over: whatever still listens stops. */
  close(): void {
    this.#isOver = true;
    this.#endLive();
    this.unfollow();
    this.#asked?.withdrawn.abort();
  }

  #endLive(): void {
    this.#live?.hearing.cancel();
    this.#live = undefined;
  }

  async #hear(ear: Ear, recording: () => Promise<Blob | undefined>, signal: AbortSignal): Promise<string> {
    const live = this.#live;
    if (live?.ear === ear) {
      this.#live = undefined;
      signal.addEventListener('abort', () => live.hearing.cancel());
      return live.hearing.finish();
    }
    const sound = await recording();
    if (sound === undefined) throw new Error('the recording is not there');
    return hearAgain(sound, ear, this.#options(), signal);
  }

  #options(): HearOptions {
    const { wordsToKnow } = this.#need.settings();
    return {
      language: this.#language,
      wordsToKnow,
      onInterim: (words) => {
        if (!this.#isOver) this.#interim = finishWords(words, this.#need.settings(), this.#language);
      },
    };
  }
}
