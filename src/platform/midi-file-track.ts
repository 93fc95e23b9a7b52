/** The bytes end where more were announced. */
export class MidiEnd extends Error {}

/** A note in a file's own ticks. */
export interface RawNote {
  readonly channel: number;
  readonly startTick: number;
  readonly lengthTick: number;
  readonly pitchMidi: number;
  readonly velocity: number;
}

/** What a track chunk says. */
export interface RawTrack {
  readonly name: string;
  readonly notes: readonly RawNote[];
  readonly tempos: readonly { readonly tick: number; readonly bpm: number }[];
  readonly metres: readonly { readonly tick: number; readonly metre: readonly [number, number] }[];
  /** It broke off, or said what is no MIDI; what stands before is kept. */
  readonly isDamaged: boolean;
  /** It has more notes than are read. */
  readonly isFull: boolean;
}

/** Bytes with a place in them; reading over the end throws `MidiEnd`. */
export class MidiBytes {
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;

  /**
   * From the beginning.
   *
   * @param bytes not changed
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /**
   * Where the next byte stands.
   *
   * @returns from the file's beginning
   */
  get at(): number {
    return this.#at;
  }

  /**
   * Bytes to the end.
   *
   * @returns ≥ 0
   */
  get left(): number {
    return this.#end - this.#at;
  }

  /**
   * Lets nothing be read from some place on.
   *
   * @param end absolute place, at most the file's length
   */
  limit(end = this.#bytes.length): void {
    this.#end = Math.min(end, this.#bytes.length);
  }

  /**
   * Goes somewhere else.
   *
   * @param at absolute place
   * @throws MidiEnd behind the end
   */
  skipTo(at: number): void {
    if (at > this.#end) throw new MidiEnd();
    this.#at = at;
  }

  /**
   * The next byte.
   *
   * @returns 0–255
   * @throws MidiEnd at the end
   */
  uint8(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw new MidiEnd();
    this.#at += 1;
    return byte;
  }

  /**
   * Two bytes.
   *
   * @returns 0–65,535
   * @throws MidiEnd at the end
   */
  uint16(): number {
    return this.uint8() * 256 + this.uint8();
  }

  /**
   * Four bytes.
   *
   * @returns 0–2^32 − 1
   * @throws MidiEnd at the end
   */
  uint32(): number {
    return this.uint16() * 65_536 + this.uint16();
  }

  /**
   * A number of up to four bytes of seven bits.
   *
   * @returns 0–2^28 − 1
   * @throws MidiEnd at the end, or when a fifth byte would follow
   */
  varint(): number {
    let value = 0;
    for (let i = 0; i < 4; i += 1) {
      const byte = this.uint8();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw new MidiEnd();
  }

  /**
   * Latin letters.
   *
   * @param length bytes
   * @returns as many characters
   * @throws MidiEnd at the end
   */
  text(length: number): string {
    return String.fromCharCode(...this.bytes(length));
  }

  /**
   * The bytes themselves.
   *
   * @param length of them
   * @returns a view of the file, not a copy
   * @throws MidiEnd when there are fewer
   */
  bytes(length: number): Uint8Array {
    const from = this.#at;
    this.skipTo(from + length);
    return this.#bytes.subarray(from, this.#at);
  }
}

/** Letters of a name. */
const MAX_NAME = 80;
/** UTF-8 takes up to four a letter. */
const MAX_NAME_BYTES = 4 * MAX_NAME;

/** The standard knows no letters but ASCII: most programs write UTF-8, older ones Latin-1, which is hardly ever valid UTF-8. */
function nameOf(bytes: Uint8Array, isCut: boolean): string {
  let text: string;
  try {
    // Of a name that is cut, a letter that is only begun is left out.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    text = String.fromCharCode(...bytes);
  }
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/gu, ' ');
  return [...clean].slice(0, MAX_NAME).join('').trim();
}

/** Reads one track chunk; one use. */
class TrackReader {
  readonly notes: RawNote[] = [];
  readonly tempos: { tick: number; bpm: number }[] = [];
  readonly #file: MidiBytes;
  readonly #maxNotes: number;
  /** Notes that sound, by channel · 128 + pitch: the one struck first ends first. */
  readonly #open = new Map<number, { startTick: number; velocity: number }[]>();
  #openCount = 0;
  #tick = 0;
  #status = 0;
  name = '';
  readonly metres: { tick: number; metre: readonly [number, number] }[] = [];

  constructor(file: MidiBytes, maxNotes: number) {
    this.#file = file;
    this.#maxNotes = maxNotes;
  }

  get isFull(): boolean {
    return this.notes.length + this.#openCount > this.#maxNotes;
  }

  /** @returns whether the track goes on */
  event(): boolean {
    this.#tick += this.#file.varint();
    let first = this.#file.uint8();
    if (first === 0xff) return this.#meta();
    if (first === 0xf0 || first === 0xf7) {
      const length = this.#file.varint();
      this.#file.skipTo(this.#file.at + length);
      return true;
    }
    if (first >= 0xf0) throw new MidiEnd();
    if (first >= 0x80) {
      this.#status = first;
      first = this.#file.uint8();
    } else if (this.#status === 0) throw new MidiEnd();
    this.#message(this.#status >> 4, this.#status & 0x0f, first);
    return true;
  }

  /** What still sounds at a track's end ends there. */
  close(): void {
    for (const key of this.#open.keys()) while (this.#off(key));
  }

  #message(kind: number, channel: number, first: number): void {
    const second = kind === 0xc || kind === 0xd ? 0 : this.#file.uint8();
    if (first > 127 || second > 127) throw new MidiEnd();
    const key = channel * 128 + first;
    if (kind === 0x9 && second > 0) {
      const sounding = this.#open.get(key);
      const note = { startTick: this.#tick, velocity: second };
      if (sounding === undefined) this.#open.set(key, [note]);
      else sounding.push(note);
      this.#openCount += 1;
    } else if (kind === 0x8 || kind === 0x9) this.#off(key);
  }

  #off(key: number): boolean {
    const note = this.#open.get(key)?.shift();
    if (note === undefined) return false;
    this.#openCount -= 1;
    const { startTick, velocity } = note;
    const lengthTick = Math.max(1, this.#tick - startTick);
    this.notes.push({ channel: key >> 7, startTick, lengthTick, pitchMidi: key & 127, velocity });
    return true;
  }

  #meta(): boolean {
    const kind = this.#file.uint8();
    const length = this.#file.varint();
    const end = this.#file.at + length;
    if (length > this.#file.left) throw new MidiEnd();
    if (kind === 0x03 && this.name === '')
      this.name = nameOf(this.#file.bytes(Math.min(length, MAX_NAME_BYTES)), length > MAX_NAME_BYTES);
    else if (kind === 0x51 && length === 3) {
      const usPerQuarter = this.#file.uint8() * 65_536 + this.#file.uint16();
      if (usPerQuarter > 0) this.tempos.push({ tick: this.#tick, bpm: 60e6 / usPerQuarter });
    } else if (kind === 0x58 && length >= 2) {
      const beats = this.#file.uint8();
      const power = this.#file.uint8();
      if (beats > 0 && power <= 6) this.metres.push({ tick: this.#tick, metre: [beats, 2 ** power] });
    }
    this.#file.skipTo(end);
    return kind !== 0x2f;
  }
}

/**
 * Reads one track chunk as far as it makes sense.
 *
 * @param file at the chunk's first event
 * @param end absolute place behind the chunk
 * @param maxNotes ≥ 0; with more, reading stops
 * @returns what it says; `file` stands anywhere within the chunk and has its full length again
 */
export function readTrack(file: MidiBytes, end: number, maxNotes: number): RawTrack {
  const reader = new TrackReader(file, maxNotes);
  let isDamaged = false;
  file.limit(end);
  try {
    while (file.left > 0 && !reader.isFull && reader.event());
  } catch (thrown) {
    if (!(thrown instanceof MidiEnd)) throw thrown;
    isDamaged = true;
  }
  file.limit();
  const { isFull } = reader;
  reader.close();
  const { name, notes, tempos, metres } = reader;
  return { name, notes, tempos, metres, isDamaged, isFull };
}
