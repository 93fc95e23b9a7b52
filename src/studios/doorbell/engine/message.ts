import { readPeaks } from './peaks.ts';
import { readRelayState, type RelayState } from './relay.ts';
import { VISIT_CAUSES, type VisitCause, type VisitPhase, type VisitProblem } from './visit.ts';

/** Where a message stands: a phase of its visit, or how the visit ended. */
export type MessageState = Exclude<VisitPhase, 'idle'> | 'failed';

/** What a visit left behind. */
export interface Message {
  readonly id: string;
  /** When the visitor was seen, ms since 1970. */
  readonly atMs: number;
  /** Null: nobody measured it. */
  readonly distanceCm: number | null;
  readonly by: VisitCause;
  readonly state: MessageState;
  readonly problems: readonly VisitProblem[];
  /** As it is shown, and as a person edited it. */
  readonly transcript: string;
  /** As the engine heard it. */
  readonly heard: string;
  /** Id of the engine; empty for none. */
  readonly engine: string;
  /** BCP 47. */
  readonly language: string;
  /** Of the recording; 0: there is none. */
  readonly soundSec: number;
  /** Media type of the recording; empty for none. */
  readonly soundType: string;
  readonly isStarred: boolean;
  /** The outline of the recording, as `peaks.ts` writes it; undefined: nobody has looked yet, or it cannot be decoded. */
  readonly peaks?: string | undefined;
  /** Undefined: it is not passed on to anybody. */
  readonly relay?: RelayState | undefined;
}

const STATES: readonly MessageState[] = ['seen', 'greeting', 'listening', 'transcribing', 'told', 'failed'];
const PROBLEMS: readonly VisitProblem[] = [
  ...(['not-armed', 'not-kept', 'storage-full', 'not-greeted', 'no-microphone'] as const),
  ...(['microphone-refused', 'microphone-lost', 'not-recorded', 'not-closed', 'no-engine'] as const),
  ...([
    'not-transcribed',
    'nothing-said',
    'transcribing-too-slow',
    'not-told',
    'stopped',
    'page-closed',
  ] as const),
];
const MAX_TEXT = 20_000;
const SOUND_TYPE = /^audio\/[a-z0-9.+-]+(?:; ?codecs="?[a-z0-9.,]+"?)?$/i;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isOneOf = <T extends string>(list: readonly T[], value: unknown): value is T =>
  list.some((each) => each === value);
const text = (value: unknown, most = MAX_TEXT): string =>
  typeof value === 'string' ? value.slice(0, most) : '';
const amount = (value: unknown, most: number): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= most ? value : undefined;

/**
 * Reads a message of a saved file.
 *
 * @param value anything
 * @returns the message, or undefined when it is none
 */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value)) return undefined;
  const atMs = amount(value.atMs, 8.64e15);
  const id = text(value.id, 100);
  if (atMs === undefined || !/^[\w-]+$/.test(id)) return undefined;
  const soundType = text(value.soundType, 100);
  const relay = readRelayState(value.relay);
  return {
    id,
    atMs,
    distanceCm: amount(value.distanceCm, 100_000) ?? null,
    by: isOneOf(VISIT_CAUSES, value.by) ? value.by : 'ring',
    state: isOneOf(STATES, value.state) ? value.state : 'failed',
    problems: Array.isArray(value.problems)
      ? PROBLEMS.filter((each) => (value.problems as unknown[]).includes(each))
      : [],
    transcript: text(value.transcript),
    heard: text(value.heard),
    engine: text(value.engine, 100),
    language: text(value.language, 35),
    soundSec: amount(value.soundSec, 86_400) ?? 0,
    soundType: SOUND_TYPE.test(soundType) ? soundType : '',
    isStarred: value.isStarred === true,
    ...(readPeaks(text(value.peaks)).length === 0 ? {} : { peaks: text(value.peaks) }),
    ...(relay === undefined ? {} : { relay }),
  };
}

/**
 * A message of a visit that its page never saw the end of: it was reloaded or closed, or the browser ended it.
 *
 * @param message as it was left
 * @returns the same, ended
 */
export function abandoned(message: Message): Message {
  if (message.state === 'told' || message.state === 'failed') return message;
  return {
    ...message,
    state: message.soundSec > 0 || message.transcript !== '' ? 'told' : 'failed',
    problems: [...message.problems, 'page-closed'],
  };
}
