/** What the lines of a distance sensor say. The protocol is described in ../README.md. */

/** One measurement. */
export interface Reading {
  /** Milliseconds since the device started, 0 … 2³² − 1; wraps around after 49.7 days. */
  readonly deviceMs: number;
  /** Grows by one with each reading, 0 … 2³² − 1, and wraps around. */
  readonly seq: number;
  /** Undefined: nothing sent the sound back. */
  readonly distanceCm: number | undefined;
}

/** Who is speaking. Sent at the start and every few seconds. */
export interface Hello {
  readonly name: string;
  readonly firmware: string;
  readonly deviceMs: number;
}

export type Frame =
  { readonly kind: 'reading'; readonly reading: Reading } | { readonly kind: 'hello'; readonly hello: Hello };

/** What came that was no good, since the connection was made. */
export interface LineCounters {
  /** Good frames: readings and hellos. */
  readonly frames: number;
  /** Lines whose check sum does not fit. */
  readonly badSum: number;
  /** Lines of over 256 bytes. */
  readonly tooLong: number;
  /** Lines that are no frames of this protocol: another program's words, noise. */
  readonly foreign: number;
  /** Frames of another version of the protocol. */
  readonly otherVersion: number;
  /** Readings that came twice. */
  readonly repeated: number;
  /** Readings that never came, by their sequence numbers. */
  readonly missing: number;
  /** How many times readings were missing. */
  readonly gaps: number;
  /** How many times the device began anew. */
  readonly restarts: number;
}

export const NO_LINES: LineCounters = {
  frames: 0,
  badSum: 0,
  tooLong: 0,
  foreign: 0,
  otherVersion: 0,
  repeated: 0,
  missing: 0,
  gaps: 0,
  restarts: 0,
};
