import { connectedMode } from '../../../platform/connected.ts';
import type { Message } from '../engine/message.ts';
import {
  placeToAsk,
  relayAfter,
  relayOffline,
  relayOnline,
  relayProblem,
  relayRequest,
  relayResumed,
  relaySending,
  relayTarget,
  relayWaiting,
  retryAfterSec,
  type RelayAnswer,
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

/** A server that has not said by then that it is there is not, ms. */
const REACH_LIMIT_MS = 15_000;
/** An answer that is later than that is not waited for: nobody knows then. Ended sooner, more would be unknown. */
const ANSWER_LIMIT_MS = 60_000;

/**
 * Passes messages on to a phone, one at a time. Where each stands is in the store before and after each request, so that a
 * reload changes nothing and no message leaves twice by itself. Only the tab that is the doorbell begins it.
 */
export class Relay {
  readonly #messages: Messages;
  readonly #settings: () => DoorbellSettings;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBegun = false;
  #isSending = false;
  readonly #look = (): void => void this.#next();
  readonly #online = (): void => void this.#isBack();

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
    addEventListener('online', this.#online);
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
    removeEventListener('online', this.#online);
    this.#closing.abort();
  }

  async #isBack(): Promise<void> {
    for (const { message, relay } of this.#waiting()) {
      const due = relayOnline(relay, Date.now());
      if (due !== relay) await this.#messages.change(message.id, { relay: due });
    }
    await this.#next();
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
    const resumed = relayResumed(before, message.atMs, Date.now());
    if (resumed !== before) {
      await this.#messages.change(id, { relay: resumed });
      return;
    }
    const sending = relaySending(before);
    const isThere = await isReached(request.url, this.#closing.signal);
    // It waits in the store still: the next page takes it up.
    if (this.#closing.signal.aborted) return;
    if (!isThere) {
      // Asked all the same: this device itself is reached without a network.
      const relay = navigator.onLine
        ? relayAfter(sending, { kind: 'not-reached' }, Date.now())
        : relayOffline(before, Date.now());
      await this.#messages.change(id, { relay });
      return;
    }
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

const REQUEST = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' } as const;

/**
 * Whether somebody answers at the server of an address. A failed request tells nothing of why it failed: a server that is not
 * there and an answer that may not be read look the same (docs/decisions/0017-relay-at-most-once.md). An answer to this
 * question need not be read.
 */
async function isReached(url: string, closing: AbortSignal): Promise<boolean> {
  try {
    await fetch(placeToAsk(url), {
      ...{ ...REQUEST, method: 'HEAD', mode: 'no-cors' },
      signal: AbortSignal.any([closing, AbortSignal.timeout(REACH_LIMIT_MS)]),
    });
    return true;
  } catch (thrown) {
    if (!closing.aborted) console.warn('Nobody answers where messages are passed on to', thrown);
    return false;
  }
}

/** Undefined when the page closes. */
async function answerTo(
  { url, headers, body }: RelayRequest,
  closing: AbortSignal,
): Promise<RelayAnswer | undefined> {
  try {
    const response = await fetch(url, {
      // Not followed: what was allowed is this address.
      ...{ ...REQUEST, method: 'POST', headers: { ...headers }, body, redirect: 'manual' },
      signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    if (response.type === 'opaqueredirect') return { kind: 'elsewhere' };
    const afterSec = retryAfterSec(response.headers.get('Retry-After'), Date.now());
    return { kind: 'status', status: response.status, afterSec };
  } catch (thrown) {
    if (closing.aborted) return undefined;
    console.warn('No answer to a message that was passed on', thrown);
    return { kind: 'unknown' };
  }
}
