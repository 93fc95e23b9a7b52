import { saneTrigger, Trigger, type Hold, type TriggerSettings } from '../engine/trigger.ts';
import { minuteOfDay } from './clock.ts';
import type { Link, LinkReading } from './link.svelte.ts';
import { keepTrigger, keptTrigger, onTriggerChanged } from './local-memory.ts';

export type { Hold, TriggerSettings } from '../engine/trigger.ts';

/** What the chart shows, ms. */
export const CHART_MS = 60_000;

/** A point of the chart. */
export interface Point {
  /** By `performance.now()`. */
  readonly steadyMs: number;
  readonly distanceCm: number | undefined;
  readonly filteredCm: number | undefined;
  readonly fired: boolean;
}

/** Somebody has come. */
export interface Visitor {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly distanceCm: number;
}

/** Watches the readings of a link for visitors, and keeps the last minute for the chart. */
export class Watch {
  readonly #trigger: Trigger;
  readonly #listeners = new Set<(visitor: Visitor) => void>();
  readonly #stop: () => void;
  readonly #stopFollowing: () => void;
  #settings = $state.raw<TriggerSettings>(keptTrigger() ?? saneTrigger({}));
  #points = $state.raw<readonly Point[]>([]);
  #isPresent = $state(false);
  #hold = $state<Hold | undefined>();

  constructor(link: Link) {
    this.#trigger = new Trigger(this.#settings);
    this.#stop = link.onReading((reading) => this.#take(reading));
    this.#stopFollowing = onTriggerChanged(() => this.reread());
  }

  get settings(): TriggerSettings {
    return this.#settings;
  }
  /** The last minute, the oldest first. */
  get points(): readonly Point[] {
    return this.#points;
  }
  /** Whether somebody is in the band. */
  get isPresent(): boolean {
    return this.#isPresent;
  }
  /** Why nobody is announced now. */
  get hold(): Hold | undefined {
    return this.#hold;
  }

  /**
   * Calls back when somebody has come.
   *
   * @returns ends that
   */
  onVisitor(listener: (visitor: Visitor) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A visit began without the sensor. */
  visitBegan(): void {
    this.#trigger.visitBegan(performance.now());
  }

  /** A visit is over, whoever began it: the hold-off begins. */
  visitEnded(): void {
    this.#trigger.visitEnded(performance.now());
  }

  /** Changes some settings, and keeps them. */
  configure(some: Partial<TriggerSettings>): void {
    this.#settings = saneTrigger({ ...this.#settings, ...some });
    this.#trigger.configure(this.#settings);
    keepTrigger(this.#settings);
  }

  /** Another tab, or a file, may have changed what is kept. */
  reread(): void {
    this.#settings = keptTrigger() ?? saneTrigger({});
    this.#trigger.configure(this.#settings);
  }

  close(): void {
    this.#stop();
    this.#stopFollowing();
    this.#listeners.clear();
  }

  #take({ receivedAtMs, steadyMs, distanceCm }: LinkReading): void {
    const sample = { atMs: steadyMs, distanceCm, minuteOfDay: minuteOfDay(receivedAtMs) };
    const step = this.#trigger.push(sample);
    const { filteredCm, fired } = step;
    const recent = this.#points.filter((point) => point.steadyMs > steadyMs - CHART_MS);
    this.#points = [...recent, { steadyMs, distanceCm, filteredCm, fired }];
    this.#isPresent = step.present;
    this.#hold = step.hold;
    if (fired && filteredCm !== undefined)
      for (const listener of this.#listeners) listener({ atMs: receivedAtMs, distanceCm: filteredCm });
  }
}
