import { deferred, type Deferred } from './deferred.ts';

/** Lets a number of pieces of asynchronous work run at once; the others wait, in the order they were asked for. */
export class Turnstile {
  #free: number;
  readonly #waiting: Deferred<void>[] = [];

  /**
   * A turnstile.
   *
   * @param width how many may run at once, ≥ 1
   */
  constructor(width: number) {
    this.#free = width;
  }

  /**
   * Runs work when it is its turn.
   *
   * @param work what to run
   * @returns what it returned; a failure is the caller's and lets the next one in all the same
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else {
      const turn = deferred<void>();
      this.#waiting.push(turn);
      await turn.promise;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next.resolve();
    }
  }
}
