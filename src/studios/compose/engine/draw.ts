import type { Rng } from '../../../kernel/rng.ts';
import { expOf, logOf } from './elementary.ts';

/** The cell that was drawn. */
export interface Drawn {
  readonly cell: number;
  /** ln of its share among the open cells. */
  readonly logProbability: number;
}

/**
 * Draws cells from softmax(logits / temperature). The sums run in the order of the cells, so the same logits and random
 * numbers give the same cells; at temperature 0 the first of the greatest logits is taken.
 */
export class Draw {
  readonly #weights: Float64Array;
  /** Cells that may be drawn now. */
  readonly #open: Uint8Array;
  #logits: Float32Array = new Float32Array();
  #temperature = 1;
  /** Whether the weights are those of all cells, not only of the ones that were open once. */
  #isWhole = false;

  /**
   * Room for the weights of one pass.
   *
   * @param size number of cells
   */
  constructor(size: number) {
    this.#weights = new Float64Array(size);
    this.#open = new Uint8Array(size);
  }

  /**
   * Begins a pass.
   *
   * @param logits [size] float32; read until the next `begin`
   * @param temperature ≥ 0
   * @throws RangeError when a logit is not finite
   */
  begin(logits: Float32Array, temperature: number): void {
    for (let cell = 0; cell < logits.length; cell += 1)
      if (!Number.isFinite(logits[cell]))
        throw new RangeError(`logits: expected a finite number at ${cell}, found ${logits[cell]}`);
    this.#logits = logits;
    this.#temperature = temperature;
    this.#isWhole = false;
  }

  /**
   * Draws one cell.
   *
   * @param markOpen writes 1 for each cell that counts and 0 for the others, and answers how many count
   * @param isAllowed asked of each drawn cell; a refused one is drawn no more
   * @param rng random numbers
   * @returns the cell, or undefined when none is open and allowed
   */
  take(
    markOpen: (open: Uint8Array) => number,
    isAllowed: (cell: number) => boolean,
    rng: Rng,
  ): Drawn | undefined {
    let openCount = markOpen(this.#open);
    if (!this.#isWhole) {
      this.#weigh(false);
      this.#isWhole = true;
    }
    let all = 0;
    for (; openCount > 0; openCount -= 1) {
      let total = this.#sum();
      if (total === 0 || (this.#temperature === 0 && this.#isWhole)) {
        // Beside the likeliest cell of all, every open one is too unlikely to be told from 0: they are weighed by themselves.
        this.#weigh(true);
        this.#isWhole = false;
        total = this.#sum();
        all = total;
      }
      if (all === 0) all = total;
      const cell = this.#pick(rng() * total);
      if (isAllowed(cell)) return { cell, logProbability: logOf((this.#weights[cell] ?? 0) / all) };
      this.#open[cell] = 0;
    }
    return undefined;
  }

  // Weights of all cells or of the open ones, the greatest 1; all others 0.
  #weigh(onlyOpen: boolean): void {
    const logits = this.#logits;
    const weights = this.#weights;
    const temperature = this.#temperature;
    let top = -Infinity;
    for (let cell = 0; cell < weights.length; cell += 1)
      if (!onlyOpen || this.#open[cell] === 1) top = Math.max(top, logits[cell] ?? -Infinity);
    for (let cell = 0; cell < weights.length; cell += 1) {
      const below = (logits[cell] ?? 0) - top;
      if (below > 0 || (onlyOpen && this.#open[cell] === 0)) weights[cell] = 0;
      else if (below === 0) weights[cell] = 1;
      else weights[cell] = temperature === 0 ? 0 : expOf(below / temperature);
    }
  }

  #sum(): number {
    const weights = this.#weights;
    const open = this.#open;
    let total = 0;
    for (let cell = 0; cell < weights.length; cell += 1) if (open[cell] === 1) total += weights[cell] ?? 0;
    return total;
  }

  #pick(target: number): number {
    const weights = this.#weights;
    const open = this.#open;
    let sum = 0;
    let last = -1;
    for (let cell = 0; cell < weights.length; cell += 1) {
      const weight = weights[cell] ?? 0;
      if (open[cell] === 0 || weight === 0) continue;
      last = cell;
      sum += weight;
      if (sum > target || this.#temperature === 0) return cell;
    }
    return last;
  }
}
