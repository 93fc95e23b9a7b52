import { Announcer, type Hold, type QuietHours } from './announcer.ts';
import { medianCm } from './median.ts';

export type { Hold, QuietHours } from './announcer.ts';

export interface TriggerSettings {
  /** The band in which somebody is a visitor, cm. */
  readonly nearestCm: number;
  readonly farthestCm: number;
  /** How many readings the median is taken of, odd, 1 … 15. */
  readonly medianOf: number;
  /** Of the last `window` medians so many must be in the band. */
  readonly enough: number;
  readonly window: number;
  /** How long somebody must be there, seconds: who only passes by is no visitor. */
  readonly staySec: number;
  /** After a visit nobody is announced for so long, seconds. */
  readonly holdOffSec: number;
  readonly quiet: QuietHours | undefined;
  /** What stands still in the band for so long is furniture, seconds: a parcel, a bicycle. */
  readonly furnitureSec: number;
}

export const DEFAULT_TRIGGER: TriggerSettings = {
  nearestCm: 30,
  farthestCm: 200,
  medianOf: 5,
  enough: 6,
  window: 8,
  staySec: 1.5,
  holdOffSec: 30,
  quiet: undefined,
  furnitureSec: 180,
};

/** A reading with the time at which it came. */
export interface Sample {
  /** Any clock in milliseconds that does not run backwards. */
  readonly atMs: number;
  /** The person's time of day, minutes since midnight, 0 … 1439. */
  readonly minuteOfDay: number;
  /** Undefined: no echo. */
  readonly distanceCm: number | undefined;
}

export interface TriggerStep {
  /** The median of the last readings, cm; undefined: nothing there. */
  readonly filteredCm: number | undefined;
  /** Whether the median lies in the band, and is no furniture. */
  readonly inBand: boolean;
  /** Whether somebody is there: enough of the window lies in the band. */
  readonly present: boolean;
  /** A visitor, just now. */
  readonly fired: boolean;
  readonly hold: Hold | undefined;
}

/** Two medians that differ by less are of the same thing, cm: what a sensor of this kind wavers by. */
const SAME_CM = 8;
/** How long it must be seen past furniture until that is gone, ms. */
const GONE_MS = 2000;
/** Readings that far apart have nothing to do with each other, ms. */
const SILENCE_MS = 3000;
/** How long something else must be measured to be no passing error, ms. */
const MOVED_MS = 1000;

/** Finds what stands still in the band: after a while it is furniture, until it goes. */
class Furniture {
  #steadyCm = NaN;
  #steadySinceMs = 0;
  #otherSinceMs: number | undefined;
  #cm: number | undefined;
  #farSinceMs: number | undefined;

  // Takes a median, undefined for nothing there; answers whether it is of furniture.
  sees(filteredCm: number | undefined, atMs: number, furnitureSec: number): boolean {
    const cm = filteredCm ?? Infinity;
    this.#watch(cm, atMs);
    const stoodMs = atMs - this.#steadySinceMs;
    if (Number.isFinite(this.#steadyCm) && stoodMs >= furnitureSec * 1000) this.#cm = this.#steadyCm;
    this.#forgetWhatIsGone(cm, atMs);
    return this.#cm !== undefined && Math.abs(cm - this.#cm) < SAME_CM;
  }

  #watch(cm: number, atMs: number): void {
    if (cm === this.#steadyCm || Math.abs(cm - this.#steadyCm) < SAME_CM) {
      this.#otherSinceMs = undefined;
      return;
    }
    this.#otherSinceMs ??= atMs;
    if (!Number.isNaN(this.#steadyCm) && atMs - this.#otherSinceMs < MOVED_MS) return;
    this.#steadyCm = cm;
    this.#steadySinceMs = atMs;
    this.#otherSinceMs = undefined;
  }

  #forgetWhatIsGone(cm: number, atMs: number): void {
    // Something nearer only hides it; to see past it is to see that it is gone.
    if (this.#cm === undefined || cm < this.#cm + SAME_CM) {
      this.#farSinceMs = undefined;
      return;
    }
    this.#farSinceMs ??= atMs;
    if (atMs - this.#farSinceMs < GONE_MS) return;
    this.#cm = undefined;
    this.#farSinceMs = undefined;
  }
}

/**
 * Decides from readings when a visitor has come. It does not flap: a median filter takes single errors out, presence has a
 * hysteresis, a visitor is announced once and must leave before the next one is, and a hold-off follows each visit.
 */
export class Trigger {
  #settings: TriggerSettings;
  #distances: (number | undefined)[] = [];
  #hits: boolean[] = [];
  #lastMs: number | undefined;
  #present = false;
  #presentSinceMs = 0;
  readonly #announcer = new Announcer();
  #furniture = new Furniture();

  /**
   * Nobody is there yet.
   *
   * @param settings what a visitor is
   */
  constructor(settings: TriggerSettings = DEFAULT_TRIGGER) {
    this.#settings = settings;
  }

  get settings(): TriggerSettings {
    return this.#settings;
  }

  /**
   * Changes what a visitor is; a visit under way goes on.
   *
   * @param settings the new ones
   */
  configure(settings: TriggerSettings): void {
    this.#settings = settings;
  }

  /**
   * A visit has begun without the sensor, by a button; nobody is announced until `visitEnded`.
   *
   * @param atMs the samples' clock, ms
   */
  visitBegan(atMs: number): void {
    this.#announcer.visitBegan(atMs);
  }

  /**
   * The visit is over: the hold-off begins.
   *
   * @param atMs the samples' clock, ms
   */
  visitEnded(atMs: number): void {
    this.#announcer.visitEnded(atMs, this.#settings);
  }

  /**
   * Takes the next reading.
   *
   * @param sample a reading with its time; times do not run backwards
   * @returns what it means
   */
  push(sample: Sample): TriggerStep {
    const { atMs, distanceCm } = sample;
    const { medianOf, window, furnitureSec, nearestCm, farthestCm } = this.#settings;
    if (this.#lastMs !== undefined && atMs - this.#lastMs > SILENCE_MS) this.#forget();
    this.#lastMs = atMs;
    this.#distances = [...this.#distances, distanceCm].slice(-medianOf);
    const filteredCm = medianCm(this.#distances);
    const isFurniture = this.#furniture.sees(filteredCm, atMs, furnitureSec);
    const inBand =
      filteredCm !== undefined && filteredCm >= nearestCm && filteredCm <= farthestCm && !isFurniture;
    this.#hits = [...this.#hits, inBand].slice(-window);
    this.#updatePresence(atMs);
    const hasStayed = this.#present && atMs - this.#presentSinceMs >= this.#settings.staySec * 1000;
    const { fired, hold } = this.#announcer.push(
      { isThere: this.#present, isVisitor: hasStayed, atMs, minuteOfDay: sample.minuteOfDay },
      this.#settings,
    );
    return { filteredCm, inBand, present: this.#present, fired, hold };
  }

  #updatePresence(atMs: number): void {
    const { enough, window } = this.#settings;
    const count = this.#hits.filter(Boolean).length;
    if (!this.#present && count >= enough) {
      this.#present = true;
      this.#presentSinceMs = atMs;
    } else if (this.#present && count <= window - enough) this.#present = false;
  }

  /** The sensor was silent: what it said before tells nothing about now. */
  #forget(): void {
    this.#distances = [];
    this.#hits = [];
    this.#present = false;
    this.#announcer.forget();
  }
}

const clamp = (value: unknown, low: number, high: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;

/** The farthest that sensors of this kind measure, cm. */
export const SENSOR_REACH_CM = 400;

function saneQuiet(quiet: Partial<QuietHours> | undefined): QuietHours | undefined {
  if (quiet === undefined) return undefined;
  const minute = (value: unknown): number => Math.round(clamp(value, 0, 1439, 0));
  return { fromMinute: minute(quiet.fromMinute), toMinute: minute(quiet.toMinute) };
}

/**
 * Makes settings of anything that has some of them: each within its range, the nearest before the farthest.
 *
 * @param wanted what was typed, dragged or stored
 * @returns settings that `Trigger` can work with
 */
export function saneTrigger(wanted: Partial<TriggerSettings>): TriggerSettings {
  const base = DEFAULT_TRIGGER;
  const first = Math.round(clamp(wanted.nearestCm, 2, SENSOR_REACH_CM, base.nearestCm));
  const second = Math.round(clamp(wanted.farthestCm, 2, SENSOR_REACH_CM, base.farthestCm));
  const window = Math.round(clamp(wanted.window, 1, 50, base.window));
  return {
    nearestCm: Math.min(first, second),
    farthestCm: Math.max(first, second),
    medianOf: 2 * Math.round((clamp(wanted.medianOf, 1, 15, base.medianOf) - 1) / 2) + 1,
    // More than half: presence begins above and ends below.
    enough: Math.max(
      Math.floor(window / 2) + 1,
      Math.min(window, Math.round(clamp(wanted.enough, 1, 50, base.enough))),
    ),
    window,
    staySec: clamp(wanted.staySec, 0, 30, base.staySec),
    holdOffSec: clamp(wanted.holdOffSec, 0, 3600, base.holdOffSec),
    quiet: saneQuiet(wanted.quiet),
    furnitureSec: clamp(wanted.furnitureSec, 10, 86_400, base.furnitureSec),
  };
}
