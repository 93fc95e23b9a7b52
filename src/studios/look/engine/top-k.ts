import type { Neighbour } from './vector-index.ts';

/**
 * The k best of a stream of scores, in a binary heap whose root is the worst of them. Lower keys are better; equal keys
 * are ordered by id, so that the answer does not depend on the order in which candidates come.
 */
export class TopK {
  readonly #keys: Float64Array;
  readonly #ids: Float64Array;
  #count = 0;

  /**
   * An empty heap.
   *
   * @param k how many to keep, ≥ 1
   */
  constructor(k: number) {
    this.#keys = new Float64Array(k);
    this.#ids = new Float64Array(k);
  }

  /**
   * A key above this one cannot enter.
   *
   * @returns the worst key kept; +∞ while there is room
   */
  get bound(): number {
    return this.#count < this.#keys.length ? Infinity : (this.#keys[0] ?? Infinity);
  }

  /**
   * Offers a candidate.
   *
   * @param key lower is better
   * @param id breaks ties, lower first
   */
  offer(key: number, id: number): void {
    if (this.#count < this.#keys.length) {
      this.#count += 1;
      this.#up(this.#count - 1, key, id);
    } else if (this.#isWorse(0, key, id)) {
      this.#down(key, id);
    }
  }

  /**
   * Everything kept, best first.
   *
   * @param toScore turns a key back into the score to answer
   * @returns [≤ k] neighbours
   */
  sorted(toScore: (key: number) => number): Neighbour[] {
    return Array.from({ length: this.#count }, (_, i) => ({
      key: this.#keys[i] ?? 0,
      id: this.#ids[i] ?? 0,
    }))
      .sort((a, b) => a.key - b.key || a.id - b.id)
      .map(({ key, id }) => ({ id, score: toScore(key) }));
  }

  // Whether the entry at `at` is worse than the pair.
  #isWorse(at: number, key: number, id: number): boolean {
    const own = this.#keys[at]!;
    return own > key || (own === key && this.#ids[at]! > id);
  }

  #set(at: number, key: number, id: number): void {
    this.#keys[at] = key;
    this.#ids[at] = id;
  }

  #up(start: number, key: number, id: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isWorse(parent, key, id)) break;
      this.#set(at, this.#keys[parent]!, this.#ids[parent]!);
      at = parent;
    }
    this.#set(at, key, id);
  }

  #down(key: number, id: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      if (right < this.#count && this.#isWorse(right, this.#keys[child]!, this.#ids[child]!)) child = right;
      if (!this.#isWorse(child, key, id)) break;
      this.#set(at, this.#keys[child]!, this.#ids[child]!);
      at = child;
    }
    this.#set(at, key, id);
  }
}
