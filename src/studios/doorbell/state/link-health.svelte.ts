/** A sensor that sends so many readings a second at least is not silent, ms. */
const SILENT_AFTER_MS = 5000;
/** A connection that has been silent for so long may be dead, though nothing broke it off: it is made anew, ms. */
const ANEW_AFTER_MS = 15_000;
/** So many bytes without one good line: the speed is wrong, or it is no sensor. */
const GARBLED_BYTES = 300;

/** What is to be done about a connection. */
export type Remedy = 'anew' | 'another-speed' | undefined;

/** How an open connection does: whether anything comes, and whether it can be read. */
export class LinkHealth {
  #bytes = 0;
  #frames = 0;
  #lastFrameMs: number | undefined;
  #isSilent = $state(false);
  #isGarbled = $state(false);

  /** No frame has come for some seconds. */
  get isSilent(): boolean {
    return this.#isSilent;
  }
  /** Bytes come, but no line of them can be read. */
  get isGarbled(): boolean {
    return this.#isGarbled;
  }

  /** A connection was opened. @returns whether there was one before */
  opened(nowMs: number): boolean {
    const isAnother = this.#lastFrameMs !== undefined;
    this.#bytes = 0;
    this.#frames = 0;
    this.#lastFrameMs = nowMs;
    return isAnother;
  }

  tookBytes(count: number): void {
    this.#bytes += count;
  }

  tookFrame(nowMs: number): void {
    this.#frames += 1;
    this.#lastFrameMs = nowMs;
    this.#isSilent = false;
  }

  /** The connection broke off: nobody expects anything. */
  broken(): void {
    this.#isSilent = false;
  }

  /** The device was let go. */
  clear(): void {
    this.#isSilent = false;
    this.#isGarbled = false;
  }

  /** Looks at an open connection, each second. */
  look(nowMs: number): Remedy {
    const silentMs = nowMs - (this.#lastFrameMs ?? nowMs);
    this.#isSilent = silentMs >= SILENT_AFTER_MS;
    if (silentMs >= ANEW_AFTER_MS) return 'anew';
    this.#isGarbled = this.#frames === 0 && this.#bytes >= GARBLED_BYTES;
    return this.#isGarbled ? 'another-speed' : undefined;
  }
}
