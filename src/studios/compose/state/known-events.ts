import type { MixerSettings } from '../engine/mixer-settings.ts';
import { soundEvents, type SoundEvent } from '../engine/playback.ts';
import type { Score } from '../engine/score.ts';

/** What a score sounds like, made once for as long as it is the same: it may be thousands of notes, asked for many times a second. */
export class KnownEvents {
  #score: Score | undefined;
  #swing = 0;
  #humanize = 0;
  #events: readonly SoundEvent[] = [];

  /** @returns events by start; their part is not told, as it may change without the score: it is asked for when they sound */
  of(score: Score, { swing, humanize }: MixerSettings): readonly SoundEvent[] {
    if (score !== this.#score || swing !== this.#swing || humanize !== this.#humanize) {
      this.#events = soundEvents(score, () => 0, { swing, humanize });
      this.#score = score;
      this.#swing = swing;
      this.#humanize = humanize;
    }
    return this.#events;
  }
}
