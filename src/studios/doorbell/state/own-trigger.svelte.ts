import type { StudioError } from '../../../kernel/result.ts';
import { Announcer, type Hold, type Pauses } from '../engine/announcer.ts';
import { minuteOfDay } from './clock.ts';

/** A device that could not be had, or was taken away, is tried again after so long, ms. */
export const RETRY_MS = 5000;

export interface OwnTriggerNeeds {
  readonly pauses: () => Pauses;
  readonly onVisitor: () => void;
}

/** What a trigger of this device has, whatever it notices visitors by: pauses between visits, and a device to ask for. */
export abstract class OwnTrigger<Code extends string = string> {
  readonly #need: OwnTriggerNeeds;
  readonly #announcer = new Announcer();
  #hold = $state<Hold | undefined>();
  #error = $state.raw<StudioError<Code> | undefined>();
  /** Counts attempts: a new number is a new attempt. */
  protected attempt = $state(0);

  constructor(need: OwnTriggerNeeds) {
    this.#need = need;
  }

  /** Why nobody is announced now. */
  get hold(): Hold | undefined {
    return this.#hold;
  }
  /** Why there is no device; it is tried again by itself, unless it was refused. */
  get error(): StudioError<Code> | undefined {
    return this.#error;
  }
  protected set error(error: StudioError<Code> | undefined) {
    this.#error = error;
  }

  /** A visit began, by whatever. */
  visitBegan(): void {
    this.#announcer.visitBegan(performance.now());
  }

  visitEnded(): void {
    this.#announcer.visitEnded(performance.now(), this.#need.pauses());
  }

  /** Asks for the device once more. */
  again(): void {
    this.#error = undefined;
    this.attempt += 1;
  }

  /** Takes note whether somebody is there, and announces who is. */
  protected notice(isThere: boolean): void {
    const presence = {
      isThere,
      isVisitor: isThere,
      atMs: performance.now(),
      minuteOfDay: minuteOfDay(),
    };
    const { fired, hold } = this.#announcer.push(presence, this.#need.pauses());
    this.#hold = hold;
    if (fired) this.#need.onVisitor();
  }
}
