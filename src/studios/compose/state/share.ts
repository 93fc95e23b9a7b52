/**
 * A composition as a piece of a link: notes as differences, one column after the other, which deflate packs to a byte or two
 * each, so that eight bars stay under 2 kB however many notes there are. Links of the first version, which was not packed, are
 * read too.
 */
import { deflateSync, Inflate } from 'fflate';
import {
  MAX_BARS,
  MAX_TEMPO_BPM,
  MIN_TEMPO_BPM,
  sortNotes,
  TICKS_PER_STEP,
  type Score,
  type ScoreNote,
} from '../engine/score.ts';

/** What a link holds. */
export interface SharedScore {
  readonly title: string;
  readonly score: Score;
}

/** Why a link cannot be read. */
export type ShareProblem = 'too long' | 'of a newer version' | 'broken';

const VERSION = 2;
const UNPACKED = 1;
/** A link that swells to more than this is none of ours, bytes. */
const MAX_BYTES = 200_000;
/** A byte of a deflate stream swells to a thousand at most: so many go in at once. */
const PACKED_AT_ONCE = 64;
const MAX_TEXT = 64_000;
const MAX_NOTES = 10_000;
const MAX_TITLE = 80;
const TICKS_PER_BAR = TICKS_PER_STEP * 16;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

class Broken extends Error {}

function toText(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(bytes.length - i, 3) + 1;
    for (let digit = 0; digit < digits; digit += 1) text += DIGITS.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}

function toBytes(text: string): number[] {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    if (digit < 0) throw new Broken();
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return bytes;
}

// Fletcher's checksum: a letter lost or changed by a mail program is noticed.
function checksum(bytes: readonly number[]): [number, number] {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 255;
    b = (b + a) % 255;
  }
  return [a, b];
}

function putNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function takeNumber(bytes: Iterator<number>): number {
  let value = 0;
  for (let factor = 1; factor <= 128 ** 3; factor *= 128) {
    const next = bytes.next();
    if (next.done === true) throw new Broken();
    value += (next.value & 127) * factor;
    if (next.value < 128) return value;
  }
  throw new Broken();
}

/**
 * A composition as letters for a link.
 *
 * @param shared ticks are rounded to whole ones, a start by at most half a millisecond at 120 quarters a minute
 * @returns letters, digits, `-` and `_`; undefined when there are more notes or letters than `decodeShare` takes
 */
export function encodeShare({ title, score }: SharedScore): string | undefined {
  if (score.notes.length > MAX_NOTES) return undefined;
  const ticks = score.notes.flatMap(({ startTick, lengthTick }) => [startTick, lengthTick]);
  const unit = ticks.every((tick) => tick % TICKS_PER_STEP === 0) ? TICKS_PER_STEP : 1;
  const bytes: number[] = [];
  const letters = [...title].slice(0, MAX_TITLE);
  putNumber(bytes, letters.length);
  for (const letter of letters) putNumber(bytes, letter.codePointAt(0) ?? 32);
  putNumber(bytes, score.bars);
  putNumber(bytes, Math.round(score.tempoBpm * 100));
  putNumber(bytes, Math.round(score.quantizeStrength * 100));
  putNumber(bytes, unit);
  putNumber(bytes, score.notes.length);
  const notes = sortNotes(score.notes);
  let at = 0;
  for (const { startTick } of notes) {
    const start = Math.round(startTick / unit);
    putNumber(bytes, start - at);
    at = start;
  }
  for (const { lengthTick } of notes) putNumber(bytes, Math.max(1, Math.round(lengthTick / unit)));
  for (const { pitchMidi, author } of notes) bytes.push(pitchMidi + (author === 'network' ? 128 : 0));
  for (const { velocity } of notes) bytes.push(velocity);
  const packed = [VERSION, ...deflateSync(Uint8Array.from(bytes), { level: 9 })];
  const text = toText([...packed, ...checksum(packed)]);
  return text.length > MAX_TEXT ? undefined : text;
}

function inflate(packed: Uint8Array): number[] {
  const bytes: number[] = [];
  const stream = new Inflate((chunk) => {
    if (bytes.length + chunk.length > MAX_BYTES) throw new Broken();
    for (const byte of chunk) bytes.push(byte);
  });
  try {
    for (let from = 0; from < packed.length; from += PACKED_AT_ONCE)
      stream.push(packed.subarray(from, from + PACKED_AT_ONCE), from + PACKED_AT_ONCE >= packed.length);
  } catch {
    // Whatever fflate has against it.
    throw new Broken();
  }
  return bytes;
}

function takeByte(bytes: Iterator<number>): number {
  const next = bytes.next();
  if (next.done === true) throw new Broken();
  return next.value;
}

function within(value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) throw new Broken();
  return value;
}

function takeTitle(bytes: Iterator<number>): string {
  const length = within(takeNumber(bytes), 0, MAX_TITLE);
  let title = '';
  for (let i = 0; i < length; i += 1) title += String.fromCodePoint(within(takeNumber(bytes), 0, 0x10ffff));
  return title;
}

// Of the first version: one note after the other; the lowest bit of a start says whether a velocity follows.
function takeUnpackedNotes(bytes: Iterator<number>, unit: number, endTick: number): ScoreNote[] {
  const count = within(takeNumber(bytes), 0, MAX_NOTES);
  const notes: ScoreNote[] = [];
  let at = 0;
  let velocity = 0;
  for (let id = 1; id <= count; id += 1) {
    const head = takeNumber(bytes);
    at += Math.floor(head / 2);
    const lengthTick = takeNumber(bytes) * unit;
    const pitch = takeByte(bytes);
    if (head % 2 === 1) velocity = takeByte(bytes);
    notes.push(noteOf(id, { startTick: at * unit, lengthTick, pitch, velocity, endTick }));
  }
  return notes;
}

function noteOf(
  id: number,
  of: { startTick: number; lengthTick: number; pitch: number; velocity: number; endTick: number },
): ScoreNote {
  return {
    id,
    startTick: within(of.startTick, 0, of.endTick),
    lengthTick: within(of.lengthTick, 1, of.endTick),
    pitchMidi: of.pitch & 127,
    velocity: within(of.velocity, 1, 127),
    author: of.pitch >= 128 ? 'network' : 'person',
  };
}

function takeNotes(bytes: Iterator<number>, unit: number, endTick: number): ScoreNote[] {
  const count = within(takeNumber(bytes), 0, MAX_NOTES);
  const column = (take: (from: Iterator<number>) => number): number[] =>
    Array.from({ length: count }, () => take(bytes));
  const [starts, lengths] = [column(takeNumber), column(takeNumber)];
  const [pitches, velocities] = [column(takeByte), column(takeByte)];
  let at = 0;
  return starts.map((by, i) => {
    at += by;
    return noteOf(i + 1, {
      startTick: at * unit,
      lengthTick: (lengths[i] ?? 0) * unit,
      pitch: pitches[i] ?? 0,
      velocity: velocities[i] ?? 0,
      endTick,
    });
  });
}

/**
 * Reads what `encodeShare` wrote, or anything else that somebody put into a link.
 *
 * @param text from a link
 * @returns the composition, or why there is none
 */
export function decodeShare(text: string): SharedScore | { readonly problem: ShareProblem } {
  if (text.length > MAX_TEXT) return { problem: 'too long' };
  try {
    const all = toBytes(text);
    const own = all.slice(0, -2);
    const [a, b] = checksum(own);
    if (all.at(-2) !== a || all.at(-1) !== b) return { problem: 'broken' };
    const version = own[0];
    if (version !== VERSION && version !== UNPACKED) return { problem: 'of a newer version' };
    const rest = own.slice(1);
    const bytes = (version === VERSION ? inflate(Uint8Array.from(rest)) : rest).values();
    const title = takeTitle(bytes);
    const bars = within(takeNumber(bytes), 1, MAX_BARS);
    const tempoBpm = within(takeNumber(bytes) / 100, MIN_TEMPO_BPM, MAX_TEMPO_BPM);
    const quantizeStrength = within(takeNumber(bytes) / 100, 0, 1);
    const unit = within(takeNumber(bytes), 1, TICKS_PER_STEP);
    // Notes may lie behind the last bar: they are kept with the score, up to twice the longest one's end.
    const take = version === VERSION ? takeNotes : takeUnpackedNotes;
    const notes = take(bytes, unit, MAX_BARS * TICKS_PER_BAR * 2);
    if (bytes.next().done !== true) return { problem: 'broken' };
    return { title, score: { notes: sortNotes(notes), bars, tempoBpm, quantizeStrength } };
  } catch (thrown) {
    if (thrown instanceof Broken) return { problem: 'broken' };
    throw thrown;
  }
}
