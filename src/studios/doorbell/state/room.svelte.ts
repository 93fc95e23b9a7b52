import { planCleanUp, type CleanUp } from '../engine/clean-up.ts';
import type { Message } from '../engine/message.ts';
import type { DoorbellSettings } from '../engine/settings.ts';
import type { Messages } from './messages.svelte.ts';
import type { MessageStore } from './store.ts';

export type { CleanUp } from '../engine/clean-up.ts';

const MB = 1e6;
/** So many are counted between two looks at what would go. */
const AT_ONCE = 50;
const isOver = ({ state }: Message): boolean => state === 'told' || state === 'failed';

/** How much the messages take, and what would go if they took too much. Nothing goes before a person has seen what. */
export class Room {
  readonly #store: MessageStore;
  readonly #messages: Messages;
  readonly #settings: () => DoorbellSettings;
  #isCounting = false;
  #sizes = $state.raw<ReadonlyMap<string, number>>(new Map());

  constructor(store: MessageStore, messages: Messages, settings: () => DoorbellSettings) {
    this.#store = store;
    this.#messages = messages;
    this.#settings = settings;
  }

  /** Of all messages, bytes; as it was counted last. */
  readonly bytes: number = $derived.by(() =>
    this.#messages.all.reduce((sum, { id }) => sum + (this.#sizes.get(id) ?? 0), 0),
  );

  /** What should go; undefined while everything fits. */
  readonly plan: CleanUp | undefined = $derived.by(() =>
    planCleanUp(
      this.#messages.all.map((message) => ({
        id: message.id,
        atMs: message.atMs,
        bytes: this.#sizes.get(message.id) ?? 0,
        stays: message.isStarred || !isOver(message),
      })),
      this.#settings().keepMb * MB,
    ),
  );

  /** Counts those that have not been counted; a recording is read for it, once. */
  async count(): Promise<void> {
    if (this.#isCounting) return;
    this.#isCounting = true;
    try {
      for (let next = this.#uncounted(); next.length > 0; next = this.#uncounted()) {
        const some = next;
        const isCounted = await this.#messages.attempt(
          'reading the sizes of messages',
          async () => {
            const counted: [string, number][] = [];
            for (const message of some) counted.push([message.id, await this.#store.size(message)]);
            this.#sizes = new Map([...this.#sizes, ...counted]);
          },
          true,
        );
        if (!isCounted) return;
      }
    } finally {
      this.#isCounting = false;
    }
  }

  #uncounted(): readonly Message[] {
    return this.#messages.all
      .filter((message) => isOver(message) && !this.#sizes.has(message.id))
      .slice(0, AT_ONCE);
  }
}
