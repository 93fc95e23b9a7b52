/** A part of the day in which nobody is announced, minutes since midnight, 0 … 1439. It may span midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Why nobody is announced though somebody may be there. */
export type Hold = 'visit' | 'hold-off' | 'still-there' | 'quiet';

/** When nobody is announced. */
export interface Pauses {
  /** After a visit nobody is announced for so long, seconds. */
  readonly holdOffSec: number;
  readonly quiet: QuietHours | undefined;
}

/** What something that looks or listens knows at one moment. */
export interface Presence {
  /** Somebody is there. */
  readonly isThere: boolean;
  /** Who is there has come to stay: a visitor. Never without `isThere`. */
  readonly isVisitor: boolean;
  /** Any clock in milliseconds that does not run backwards. */
  readonly atMs: number;
  /** The person's time of day, minutes since midnight, 0 … 1439. */
  readonly minuteOfDay: number;
}

/** How long somebody must be away to have left, ms. */
const AWAY_MS = 2000;
/** A visit that nobody ended ends by itself, ms: the next visitor must be seen. */
const LONGEST_VISIT_MS = 600_000;

/**
 * Whether a time of day lies in the quiet hours.
 *
 * @param quiet the hours, undefined for none; from and to the same minute: none
 * @param minuteOfDay 0 … 1439
 * @returns whether nobody is announced
 */
export function isQuiet(quiet: QuietHours | undefined, minuteOfDay: number): boolean {
  if (quiet === undefined) return false;
  const { fromMinute, toMinute } = quiet;
  if (fromMinute <= toMinute) return minuteOfDay >= fromMinute && minuteOfDay < toMinute;
  return minuteOfDay >= fromMinute || minuteOfDay < toMinute;
}

/**
 * Announces who is there once: the next one only when this one has left, not during a visit, not for a while after it, nor
 * in quiet hours. The same for a sensor, a microphone and a camera.
 */
export class Announcer {
  #absentSinceMs: number | undefined;
  /** The visitor that was announced last is still there. */
  #isStillThere = false;
  #visitSinceMs: number | undefined;
  #holdUntilMs = -Infinity;

  /**
   * A visit has begun, by whatever; nobody is announced until `visitEnded`. Whoever began it is there, and is not announced
   * after it either before they have left.
   *
   * @param atMs the clock of what is pushed, ms
   */
  visitBegan(atMs: number): void {
    this.#visitSinceMs = atMs;
    this.#isStillThere = true;
    this.#absentSinceMs = undefined;
  }

  /**
   * The visit is over: the hold-off begins.
   *
   * @param atMs the clock of what is pushed, ms
   * @param pauses how long it lasts
   */
  visitEnded(atMs: number, { holdOffSec }: Pauses): void {
    this.#visitSinceMs = undefined;
    this.#holdUntilMs = atMs + holdOffSec * 1000;
  }

  /** Nothing was heard of who is there for a while: that they were gone meanwhile is not known. */
  forget(): void {
    this.#absentSinceMs = undefined;
  }

  /**
   * Takes what is known now.
   *
   * @param presence who is there; times do not run backwards
   * @param pauses when nobody is announced
   * @returns `fired`: a visitor is announced, just now; `hold`: why nobody is
   */
  push(presence: Presence, pauses: Pauses): { readonly fired: boolean; readonly hold: Hold | undefined } {
    const { isThere, isVisitor, atMs } = presence;
    if (isThere) this.#absentSinceMs = undefined;
    else {
      this.#absentSinceMs ??= atMs;
      if (atMs - this.#absentSinceMs >= AWAY_MS) this.#isStillThere = false;
    }
    const hold = this.#hold(presence, pauses);
    const fired = hold === undefined && isThere && isVisitor;
    if (fired) {
      this.#visitSinceMs = atMs;
      this.#isStillThere = true;
    }
    return { fired, hold };
  }

  #hold({ atMs, minuteOfDay }: Presence, pauses: Pauses): Hold | undefined {
    if (this.#visitSinceMs !== undefined && atMs - this.#visitSinceMs >= LONGEST_VISIT_MS)
      this.visitEnded(this.#visitSinceMs + LONGEST_VISIT_MS, pauses);
    if (this.#visitSinceMs !== undefined) return 'visit';
    if (this.#isStillThere) return 'still-there';
    if (atMs < this.#holdUntilMs) return 'hold-off';
    return isQuiet(pauses.quiet, minuteOfDay) ? 'quiet' : undefined;
  }
}
