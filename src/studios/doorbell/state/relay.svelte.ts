import { connectedMode } from '../../../platform/connected.ts';
import type { Message } from '../engine/message.ts';
import {
  relayAfter,
  relayProblem,
  relayRequest,
  relayResumed,
  relaySending,
  relayTarget,
  relayWaiting,
  type RelayRequest,
  type RelaySettings,
  type RelayState,
} from '../engine/relay.ts';
import type { DoorbellSettings } from '../engine/settings.ts';
import type { Messages } from './messages.svelte.ts';
import { summaryOf } from './problem-words.ts';

export { relayProblem, relayTarget, type RelaySettings } from '../engine/relay.ts';
export { handOverLink, PLACES } from '../engine/relay.ts';

/** Whether this page may reach other hosts at all. */
export const isConnected = connectedMode;

/** A server that has not answered by then has not, ms. */
const ANSWER_LIMIT_MS = 15_000;

/**
 * Passes messages on to a phone, one at a time. Where each stands is in the store before and after each request, so that a
 * reload changes nothing and no message arrives twice. Only the tab that is the doorbell begins it.
 */
export class Relay {
  readonly #messages: Messages;
  readonly #settings: () => DoorbellSettings;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBegun = false;
  #isSending = false;
  readonly #look = (): void => void this.#next();

  constructor(messages: Messages, settings: () => DoorbellSettings) {
    this.#messages = messages;
    this.#settings = settings;
  }

  /** Whether messages are passed on now: in connected mode, to a target that was allowed. */
  get isOn(): boolean {
    const { relay, relayAllowed } = this.#settings();
    const target = relayTarget(relay);
    return connectedMode() && target !== '' && target === relayAllowed && relayProblem(relay) === '';
  }

  /** What was left by an earlier page is taken up again. */
  async begin(): Promise<void> {
    for (const { id, atMs, relay } of this.#messages.all) {
      if (relay === undefined) continue;
      const resumed = relayResumed(relay, atMs, Date.now());
      if (resumed !== relay) await this.#messages.change(id, { relay: resumed });
    }
    this.#isBegun = true;
    addEventListener('online', this.#look);
    await this.#next();
  }

  /** A message is told: it is passed on if that is wanted. */
  async add(message: Message): Promise<void> {
    if (!this.isOn) return;
    await this.#messages.change(message.id, { relay: relayWaiting(Date.now()) });
    await this.#next();
  }

  /** A person sends one that did not arrive, or may not have. */
  async again(message: Message): Promise<void> {
    await this.add(message);
  }

  /** The settings have changed: what waits may go now. */
  async wake(): Promise<void> {
    await this.#next();
  }

  close(): void {
    clearTimeout(this.#timer);
    removeEventListener('online', this.#look);
    this.#closing.abort();
  }

  async #next(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#isBegun || this.#isSending || this.#closing.signal.aborted || !this.isOn) return;
    this.#isSending = true;
    try {
      for (let due = this.#due(); due !== undefined; due = this.#due()) {
        await this.#send(due.message, due.relay);
        if (this.#closing.signal.aborted) return;
      }
    } finally {
      this.#isSending = false;
    }
    const [soonest] = this.#waiting();
    if (soonest === undefined) return;
    this.#timer = setTimeout(this.#look, Math.max(0, soonest.relay.nextAtMs - Date.now()));
  }

  #waiting(): { readonly message: Message; readonly relay: RelayState }[] {
    return this.#messages.all
      .flatMap((message) => (message.relay?.state === 'waiting' ? [{ message, relay: message.relay }] : []))
      .sort((a, b) => a.relay.nextAtMs - b.relay.nextAtMs);
  }

  /** The next one whose time has come; none when it was switched off meanwhile. */
  #due(): { readonly message: Message; readonly relay: RelayState } | undefined {
    const [soonest] = this.#waiting();
    return this.isOn && soonest !== undefined && soonest.relay.nextAtMs <= Date.now() ? soonest : undefined;
  }

  async #send(message: Message, before: RelayState): Promise<void> {
    const { id } = message;
    const request = requestFor(this.#settings().relay, message);
    if (request === undefined) {
      await this.#messages.change(id, { relay: { ...before, state: 'refused', failure: 'not sound' } });
      return;
    }
    const sending = relaySending(before);
    await this.#messages.change(id, { relay: sending });
    const answer = await answerTo(request, this.#closing.signal);
    // A page that closes leaves it as `sending`: nobody knows whether it arrived.
    if (answer === undefined) return;
    await this.#messages.change(id, { relay: relayAfter(sending, answer, Date.now()) });
  }
}

/**
 * What is sent of a message, for the sending and for showing it before.
 *
 * @param settings where to
 * @param message what
 * @returns undefined when it cannot be sent
 */
export const requestFor = (settings: RelaySettings, message: Message): RelayRequest | undefined =>
  relayRequest(settings, { ...message, text: summaryOf(message) });

/** The status of HTTP; 0 without an answer; undefined when the page closes. */
async function answerTo(
  { url, headers, body }: RelayRequest,
  closing: AbortSignal,
): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', headers: { ...headers }, body, redirect: 'error', credentials: 'omit' },
      ...{ referrerPolicy: 'no-referrer', cache: 'no-store' },
      signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    return response.status;
  } catch (thrown) {
    if (closing.aborted) return undefined;
    console.warn('A message could not be passed on', thrown);
    return 0;
  }
}
