/** Passing a message on to a phone: what is sent where, and when it is tried again. No clock, no network. */

import type { VisitCause } from './visit.ts';

export const RELAY_KINDS = ['none', 'ntfy', 'webhook'] as const;
export type RelayKind = (typeof RELAY_KINDS)[number];

/** Where messages are passed on to. */
export interface RelaySettings {
  readonly kind: RelayKind;
  /** Of an ntfy server. */
  readonly server: string;
  readonly topic: string;
  /** Of a webhook. */
  readonly address: string;
  /** JSON with `{text}` and the like in its strings. */
  readonly template: string;
}

/** Where the passing on of one message stands. */
export interface RelayState {
  /**
   * `sending` is in the store before the request leaves. `unsure`: it left and no answer to it was read, so nobody knows
   * whether it arrived; it is not sent again by itself.
   */
  readonly state: 'waiting' | 'sending' | 'sent' | 'refused' | 'given-up' | 'unsure';
  /** Tries, those that found nobody there among them. */
  readonly attempts: number;
  /** Not before, ms since 1970. */
  readonly nextAtMs: number;
  /** Of the last failure, in words; empty for none. */
  readonly failure: string;
}

/** What of a message can be sent. */
export interface Relayed {
  readonly id: string;
  readonly atMs: number;
  readonly text: string;
  readonly distanceCm: number | null;
  readonly by: VisitCause;
  readonly language: string;
}

export interface RelayRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Words in braces that a template may have. */
export const PLACES = ['text', 'time', 'distance', 'by', 'language', 'id'] as const;
export const DEFAULT_TEMPLATE = '{\n  "text": "{text}",\n  "time": "{time}",\n  "id": "{id}"\n}';
export const NO_RELAY: RelaySettings = {
  kind: 'none',
  server: 'https://ntfy.sh',
  topic: '',
  address: '',
  template: DEFAULT_TEMPLATE,
};

const MAX_TEXT = 2000;
/** After the n-th failed attempt, s; then it is given up. */
const BACK_OFF_SEC = [2, 10, 60, 300, 900, 3600, 3600, 3600];
/** A message older than this tells nobody anything new, ms. */
const OLDEST_MS = 24 * 60 * 60 * 1000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value.slice(0, MAX_TEXT) : otherwise;

/**
 * Makes relay settings of anything that has some of them.
 *
 * @param wanted what was typed, stored or read from a file
 * @returns settings; of the kind `none` where there is none
 */
export function saneRelay(wanted: unknown): RelaySettings {
  const has = isObject(wanted) ? wanted : {};
  return {
    kind: RELAY_KINDS.find((kind) => kind === has.kind) ?? 'none',
    server: text(has.server, NO_RELAY.server),
    topic: text(has.topic, ''),
    address: text(has.address, ''),
    template: text(has.template, DEFAULT_TEMPLATE),
  };
}

const STATES: readonly RelayState['state'][] = [
  'waiting',
  'sending',
  'sent',
  'refused',
  'given-up',
  'unsure',
];

/**
 * Reads the state of a stored message.
 *
 * @param value anything
 * @returns the state, undefined when it is none
 */
export function readRelayState(value: unknown): RelayState | undefined {
  if (!isObject(value)) return undefined;
  const state = STATES.find((each) => each === value.state);
  const { attempts, nextAtMs } = value;
  if (state === undefined || typeof attempts !== 'number' || typeof nextAtMs !== 'number') return undefined;
  if (!Number.isInteger(attempts) || attempts < 0 || !(nextAtMs >= 0)) return undefined;
  return { state, attempts, nextAtMs, failure: text(value.failure, '') };
}

// An address of the web, or nothing.
function webAddress(address: string): string | undefined {
  // Engines have no URL: the page's own request finds out whether the rest of it is sound.
  const found = /^(https?:\/\/[^\s/?#@]+)(\/[^\s#]*)?$/i.exec(address.trim());
  return found === null ? undefined : `${found[1] ?? ''}${found[2] ?? '/'}`;
}

/**
 * What is wrong with relay settings.
 *
 * @param settings as typed
 * @returns one sentence; empty when messages could be sent
 */
export function relayProblem(settings: RelaySettings): string {
  const { kind, server, topic, address, template } = settings;
  if (kind === 'none') return '';
  if (webAddress(kind === 'ntfy' ? server : address) === undefined)
    return 'The address must begin with https:// or http://, and hold no name or password.';
  if (kind === 'ntfy')
    return /^[\w-]{1,64}$/.test(topic)
      ? ''
      : 'A topic is made of letters, digits, - and _, and is up to 64 characters long. Choose one that nobody guesses.';
  return parsed(template) === undefined ? 'What is sent must be JSON.' : '';
}

/**
 * Where messages go, for asking and for the answer that is remembered: another one is asked for again.
 *
 * @param settings sound ones
 * @returns the address; empty for nowhere
 */
export function relayTarget({ kind, server, topic, address }: RelaySettings): string {
  if (kind === 'none') return '';
  if (kind === 'webhook') return webAddress(address) ?? '';
  const base = webAddress(server);
  return base === undefined || topic === '' ? '' : `${base.replace(/\/+$/, '')}/${topic}`;
}

function parsed(template: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(template);
    return { value };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

// Places are filled after parsing, in strings only: whatever a visitor says stays inside its string.
function filled(value: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\{(\w+)\}/g, (whole, place: string) => places[place] ?? whole);
  if (Array.isArray(value)) return value.map((each) => filled(each, places));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, places)]));
}

/**
 * What a message is called where it is told of.
 *
 * @param by what began its visit
 * @returns a few words
 */
export const titleOf = (by: VisitCause): string =>
  by === 'ring' ? 'The doorbell rang' : 'Somebody was at the door';

/**
 * The request that passes a message on.
 *
 * @param settings where to
 * @param message what
 * @returns undefined when the settings are not sound, or say nowhere
 */
export function relayRequest(settings: RelaySettings, message: Relayed): RelayRequest | undefined {
  if (settings.kind === 'none' || relayProblem(settings) !== '') return undefined;
  const { id, atMs, distanceCm, by, language } = message;
  if (settings.kind === 'ntfy') {
    // Published as JSON to the server itself: titles in headers may not be of any language.
    const body = {
      ...{ topic: settings.topic, title: titleOf(by), message: message.text, tags: ['bell'] },
      // ntfy 2.16 and later: a second one of the same message takes the place of the first. Older ones pass over it.
      ...(/^[\w-]{1,64}$/.test(id) ? { sequence_id: id } : {}),
    };
    return { url: webAddress(settings.server) ?? '', headers: {}, body: JSON.stringify(body) };
  }
  const places = {
    ...{ text: message.text, time: new Date(atMs).toISOString(), by, language, id },
    distance: distanceCm === null ? '' : String(Math.round(distanceCm)),
  };
  return {
    url: relayTarget(settings),
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(filled(parsed(settings.template)?.value, places)),
  };
}

/** How a try ended. */
export type RelayAnswer =
  /** Nothing of the message left: no network, or nobody at that address. */
  | { readonly kind: 'not-reached' }
  /** `afterSec`: how long it asks to be left alone, s; undefined where it does not, or may not be read. */
  | { readonly kind: 'status'; readonly status: number; readonly afterSec?: number | undefined }
  /** It answered that the message should go to another address. */
  | { readonly kind: 'elsewhere' }
  /** The request left, or may have, and no answer was read. */
  | { readonly kind: 'unknown' };

/** The failure of a message that waits for a network. */
export const NOT_REACHED = 'no connection to it';
const MAX_WAIT_SEC = 24 * 60 * 60;

/**
 * Reads the header `Retry-After`.
 *
 * @param header as it came; null for none
 * @param nowMs ms since 1970
 * @returns seconds, 0 … a day; undefined when it says nothing
 */
export function retryAfterSec(header: string | null, nowMs: number): number | undefined {
  const wanted = header?.trim() ?? '';
  const seconds = /^\d+$/.test(wanted) ? Number(wanted) : (Date.parse(wanted) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(MAX_WAIT_SEC, Math.max(0, seconds));
}

/**
 * A message that is to be passed on.
 *
 * @param nowMs ms since 1970
 * @returns its first state
 */
export const relayWaiting = (nowMs: number): RelayState => ({
  state: 'waiting',
  attempts: 0,
  nextAtMs: nowMs,
  failure: '',
});

/**
 * What is put into the store before a request leaves.
 *
 * @param before a state that is due
 * @returns the state while it is under way
 */
export const relaySending = (before: RelayState): RelayState => ({
  ...before,
  state: 'sending',
  attempts: before.attempts + 1,
});

// A gateway that got no answer from the server behind it, or (from 520, of one maker's) lost it, knows no more than we do.
const isLostBehind = (status: number): boolean => status === 502 || status === 504 || status >= 520;
// The server itself says that it did not take the message.
const isOutage = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Where it stands after a try. At most once is what counts: it is tried again only when the message cannot have arrived.
 *
 * @param before as `relaySending` made it
 * @param answer of the try
 * @param nowMs ms since 1970
 * @returns sent; or waiting for its next attempt; or, for good, refused, given up, or unsure whether it arrived
 */
export function relayAfter(before: RelayState, answer: RelayAnswer, nowMs: number): RelayState {
  if (answer.kind === 'unknown')
    return { ...before, state: 'unsure', failure: 'the browser was shown no answer to it' };
  if (answer.kind === 'elsewhere')
    return { ...before, state: 'refused', failure: 'it answered that it has moved: enter its new address' };
  if (answer.kind === 'not-reached') return waitingAfter(before, NOT_REACHED, 0, nowMs);
  const { status, afterSec = 0 } = answer;
  if (status >= 200 && status < 300) return { ...before, state: 'sent', failure: '' };
  const failure = `it answered with ${status}`;
  if (isLostBehind(status)) return { ...before, state: 'unsure', failure };
  if (!isOutage(status)) return { ...before, state: 'refused', failure };
  return waitingAfter(before, failure, afterSec, nowMs);
}

function waitingAfter(before: RelayState, failure: string, leastSec: number, nowMs: number): RelayState {
  const waitSec = BACK_OFF_SEC[before.attempts - 1];
  if (waitSec === undefined) return { ...before, state: 'given-up', failure };
  return { ...before, state: 'waiting', failure, nextAtMs: nowMs + Math.max(waitSec, leastSec) * 1000 };
}

/**
 * The browser says that it has no network: nothing is tried, and nothing counted.
 *
 * @param before a state that is due
 * @param nowMs ms since 1970
 * @returns the same, to be looked at again in a minute, or when there is a network
 */
export const relayOffline = (before: RelayState, nowMs: number): RelayState => ({
  ...before,
  failure: NOT_REACHED,
  nextAtMs: nowMs + 60_000,
});

/**
 * There is a network again: what waited for one need not wait longer.
 *
 * @param before any state
 * @param nowMs ms since 1970
 * @returns the same, or due now
 */
export const relayOnline = (before: RelayState, nowMs: number): RelayState =>
  before.state === 'waiting' && before.failure === NOT_REACHED ? { ...before, nextAtMs: nowMs } : before;

/**
 * The address at which a server is asked whether it is there, before a message leaves: never the message's own, which may do
 * something when it is asked.
 *
 * @param url of a request
 * @returns an address of the same server
 */
export const placeToAsk = (url: string): string => url.replace(/^([^/]+\/\/[^/?#]+).*$/s, '$1/robots.txt');

/**
 * A state that was left by a page that is gone.
 *
 * @param before as it is stored
 * @param atMs of the message, ms since 1970
 * @param nowMs ms since 1970
 * @returns the same, or what is to be made of it
 */
export function relayResumed(before: RelayState, atMs: number, nowMs: number): RelayState {
  if (before.state === 'sending')
    return { ...before, state: 'unsure', failure: 'the page was closed in the middle of it' };
  if (before.state === 'waiting' && nowMs - atMs > OLDEST_MS)
    return {
      ...before,
      state: 'given-up',
      failure: before.failure === '' ? 'it is too old' : before.failure,
    };
  return before;
}

/**
 * Links that hand a message to the mail program or the telephone of this device.
 *
 * @param to a mail address or a telephone number
 * @param subject of a mail
 * @param words what is said
 * @returns an address for a link; undefined when `to` is neither
 */
export function handOverLink(to: string, subject: string, words: string): string | undefined {
  const wanted = to.trim();
  const body = encodeURIComponent(words);
  if (/^[^\s@?&]+@[^\s@?&]+$/.test(wanted))
    return `mailto:${encodeURIComponent(wanted).replace('%40', '@')}?subject=${encodeURIComponent(subject)}&body=${body}`;
  if (/^\+?[\d\s()/-]{3,}$/.test(wanted)) return `sms:${wanted.replace(/[^\d+]/g, '')}?body=${body}`;
  return undefined;
}
