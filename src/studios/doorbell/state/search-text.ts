import { pause } from '../../../platform/rpc-pause.ts';
import { fold } from '../engine/fold.ts';
import type { Message } from '../engine/message.ts';

// Made once: `toLocaleString` makes one for each message.
const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

/** So many take a millisecond or two. */
const AT_ONCE = 50;

interface Kept {
  readonly transcript: string;
  readonly text: string;
}

/** What messages are searched in, folded once for each transcript. */
export class SearchText {
  readonly #kept = new Map<string, Kept>();

  /** Those in which every word of a query stands. */
  find(messages: readonly Message[], query: string): readonly Message[] {
    const words = fold(query)
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return messages;
    return messages.filter((message) => {
      const text = this.#of(message);
      return words.every((word) => text.includes(word));
    });
  }

  /** Folds what is new, a part in each turn, before anybody searches in it. */
  async prepare(messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += AT_ONCE) {
      for (const message of messages.slice(from, from + AT_ONCE)) this.#of(message);
      await pause();
    }
  }

  #of({ id, transcript, atMs, distanceCm }: Message): string {
    const kept = this.#kept.get(id);
    if (kept?.transcript === transcript) return kept.text;
    const text = fold(`${transcript} ${WHEN.format(atMs)} ${DAY.format(atMs)} ${distanceCm ?? ''}`);
    this.#kept.set(id, { transcript, text });
    return text;
  }
}
