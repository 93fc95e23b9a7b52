import { NO_LINES, type Frame, type LineCounters, type Reading } from './frames.ts';
import { COUNTER_SIZE, MAX_LINE_BYTES, parseLine } from './protocol.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** More readings than this are not missed but belong to another start of the device: two weeks at 14 Hz. */
const MAX_GAP = 2 ** 24;

const ahead = (from: number, to: number): number => (to - from + COUNTER_SIZE) % COUNTER_SIZE;

/**
 * Bytes of a connection → frames. However the bytes are cut into chunks, the frames and the counters are the same; nothing
 * that a device sends makes it throw, and it keeps at most one line.
 */
export class FrameReader {
  #line: number[] = [];
  #isTooLong = false;
  /** A connection may begin in the middle of a line: what is unreadable in the first one says nothing. */
  #isFirstLine = true;
  #last: Reading | undefined;
  #counters: LineCounters = NO_LINES;

  /**
   * What came so far.
   *
   * @returns the numbers since this reader was made
   */
  get counters(): LineCounters {
    return this.#counters;
  }

  /** The connection was broken: the next byte begins anywhere. Counters and the place in the sequence stay. */
  interrupt(): void {
    this.#line = [];
    this.#isTooLong = false;
    this.#isFirstLine = true;
  }

  /**
   * Takes bytes.
   *
   * @param bytes what came next
   * @returns the frames that they complete, in order
   */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of bytes) {
      if (byte === LINE_FEED) {
        const frame = this.#endLine();
        if (frame !== undefined) frames.push(frame);
      } else if (this.#line.length < MAX_LINE_BYTES + 1) this.#line.push(byte);
      else this.#isTooLong = true;
    }
    return frames;
  }

  #endLine(): Frame | undefined {
    const line = this.#line;
    const isFirst = this.#isFirstLine;
    if (line.at(-1) === CARRIAGE_RETURN && !this.#isTooLong) line.pop();
    const isTooLong = this.#isTooLong || line.length > MAX_LINE_BYTES;
    this.#line = [];
    this.#isTooLong = false;
    this.#isFirstLine = false;
    if (isTooLong) {
      if (!isFirst) this.#count('tooLong');
      return undefined;
    }
    return line.length === 0 ? undefined : this.#take(line, isFirst);
  }

  #take(line: readonly number[], isFirst: boolean): Frame | undefined {
    const parsed = parseLine(line);
    switch (parsed.kind) {
      case 'bad-sum':
        if (!isFirst) this.#count('badSum');
        return undefined;
      case 'foreign':
        if (!isFirst) this.#count('foreign');
        return undefined;
      case 'other-version':
        this.#count('otherVersion');
        return undefined;
      case 'frame':
        if (parsed.hasNoise && !isFirst) this.#count('foreign');
        return this.#inSequence(parsed.frame);
    }
  }

  #inSequence(frame: Frame): Frame | undefined {
    if (frame.kind === 'hello') {
      if (this.#last !== undefined && !this.#isLater(frame.hello.deviceMs, this.#last)) this.#restart();
      this.#count('frames');
      return frame;
    }
    const { reading } = frame;
    if (this.#last !== undefined) {
      const steps = ahead(this.#last.seq, reading.seq);
      if (steps === 0 && reading.deviceMs === this.#last.deviceMs) {
        this.#count('repeated');
        return undefined;
      }
      if (steps === 0 || steps > MAX_GAP || !this.#isLater(reading.deviceMs, this.#last)) this.#restart();
      else if (steps > 1) {
        this.#count('gaps');
        this.#count('missing', steps - 1);
      }
    }
    this.#last = reading;
    this.#count('frames');
    return frame;
  }

  #isLater(deviceMs: number, { deviceMs: lastMs }: Reading): boolean {
    return ahead(lastMs, deviceMs) < COUNTER_SIZE / 2;
  }

  #restart(): void {
    this.#last = undefined;
    this.#count('restarts');
  }

  #count(what: keyof LineCounters, by = 1): void {
    this.#counters = { ...this.#counters, [what]: this.#counters[what] + by };
  }
}
