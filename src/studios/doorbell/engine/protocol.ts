import { crc16 } from './crc.ts';
import type { Frame, Hello, Reading } from './frames.ts';

export const PROTOCOL_VERSION = 1;
/** Bytes of a line without its line end. */
export const MAX_LINE_BYTES = 256;
/** Sequence numbers and times count modulo this. */
export const COUNTER_SIZE = 2 ** 32;
const MAX_DISTANCE_MM = 20_000;
const MAX_NAME_LENGTH = 60;

const OPENING = Array.from('{"v":', (letter) => letter.charCodeAt(0));
const SUM = /^(.*),"crc":"([0-9a-f]{4})"\}$/;

export type Parsed =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly hasNoise: boolean }
  | { readonly kind: 'bad-sum' | 'foreign' | 'other-version' };

// Where the last opening of a frame stands, −1 for nowhere: noise may stand before it, on the same line.
function lastOpening(line: readonly number[]): number {
  for (let start = line.length - OPENING.length; start >= 0; start -= 1)
    if (OPENING.every((byte, index) => line[start + index] === byte)) return start;
  return -1;
}

// The text of a frame; frames are of printable ASCII only. Undefined: other bytes are in it.
function asText(bytes: readonly number[]): string | undefined {
  return bytes.every((byte) => byte >= 0x20 && byte <= 0x7e) ? String.fromCharCode(...bytes) : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

const isCounter = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < COUNTER_SIZE;

// A name as it may be shown: no control characters, of a sensible length.
function asName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return [...name].slice(0, MAX_NAME_LENGTH).join('');
}

function toFrame(fields: Readonly<Record<string, unknown>>): Frame | undefined {
  const { n, t, mm, hello, fw } = fields;
  if (!isCounter(t)) return undefined;
  if (hello !== undefined) {
    const name = asName(hello);
    if (name === undefined) return undefined;
    return { kind: 'hello', hello: { name, firmware: asName(fw) ?? '', deviceMs: t } };
  }
  if (!isCounter(n)) return undefined;
  if (mm !== null && !(typeof mm === 'number' && mm >= 0 && mm <= MAX_DISTANCE_MM)) return undefined;
  return { kind: 'reading', reading: { seq: n, deviceMs: t, distanceCm: mm === null ? undefined : mm / 10 } };
}

/**
 * Reads one line.
 *
 * @param line its bytes without the line end, 0 … 255 each, at most `MAX_LINE_BYTES`
 * @returns the frame in it, or why there is none; it never throws
 */
export function parseLine(line: readonly number[]): Parsed {
  const start = lastOpening(line);
  if (start < 0) return { kind: 'foreign' };
  const text = asText(line.slice(start));
  const [, body, sum] = (text === undefined ? null : SUM.exec(text)) ?? [];
  if (text === undefined || body === undefined || sum === undefined) return { kind: 'bad-sum' };
  const summed = line.slice(start, start + body.length);
  if (crc16(summed) !== Number.parseInt(sum, 16)) return { kind: 'bad-sum' };
  const fields = parseObject(text);
  if (fields === undefined) return { kind: 'foreign' };
  if (fields.v !== PROTOCOL_VERSION) return { kind: 'other-version' };
  const frame = toFrame(fields);
  return frame === undefined ? { kind: 'foreign' } : { kind: 'frame', frame, hasNoise: start > 0 };
}

// JSON in ASCII, as the device's side writes it.
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function sealed(fields: Readonly<Record<string, unknown>>): string {
  const body = ascii(fields).slice(0, -1);
  const crc = crc16(Array.from(body, (letter) => letter.charCodeAt(0)));
  return `${body},"crc":"${crc.toString(16).padStart(4, '0')}"}\n`;
}

/**
 * Writes a reading as a device does.
 *
 * @param reading its distance is rounded to mm
 * @returns one line with its line end, ASCII
 */
export function encodeReading({ seq, deviceMs, distanceCm }: Reading): string {
  const mm = distanceCm === undefined ? null : Math.round(distanceCm * 10);
  return sealed({ v: PROTOCOL_VERSION, n: seq, t: deviceMs, mm });
}

/**
 * Writes a hello as a device does.
 *
 * @param hello who speaks
 * @returns one line with its line end, ASCII
 */
export function encodeHello({ name, firmware, deviceMs }: Hello): string {
  return sealed({ v: PROTOCOL_VERSION, t: deviceMs, hello: name, fw: firmware });
}
