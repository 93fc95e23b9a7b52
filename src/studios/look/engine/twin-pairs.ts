import type { CancelSignal } from '../../../kernel/cancel.ts';

/** Two pictures that are alike. */
export interface TwinPair {
  /** Ids of the pictures. */
  readonly a: number;
  readonly b: number;
  /** Of their embeddings, [−1, 1]. */
  readonly cosine: number;
  /** Bits that their nearest hashes differ in. */
  readonly differing: number;
  /** By `likenessOf`. */
  readonly likeness: number;
}

/** A square of the table of all pairs: some rows against some columns, of which the pairs with column < row count. */
export interface Tile {
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly columnFrom: number;
  readonly columnTo: number;
}

/** Rows and columns of a tile: their vectors stay in the processor's cache while they are compared with each other. */
export const TILE = 32;

/**
 * The tiles in which rows from a first one on are compared with all rows before them, and with each other: row after row,
 * so that what was done before a stop is a whole.
 *
 * @param first the first new row; those before it are compared with each other already
 * @param count rows in all
 * @param signal looked at before each tile
 * @returns the tiles, one after the other
 */
export function* tilesOf(first: number, count: number, signal?: CancelSignal): Generator<Tile> {
  for (let rowFrom = first; rowFrom < count; rowFrom += TILE) {
    const rowTo = Math.min(count, rowFrom + TILE);
    for (let columnFrom = 0; columnFrom < rowTo; columnFrom += TILE) {
      signal?.throwIfAborted();
      yield { rowFrom, rowTo, columnFrom, columnTo: Math.min(rowTo, columnFrom + TILE) };
    }
  }
}

/** Pairs, as many as there is room for: when there are more, the least alike go. */
export class PairList {
  readonly #most: number;
  #pairs: TwinPair[] = [];
  #floor: number;
  #isSorted = true;

  /**
   * An empty list.
   *
   * @param floor pairs less alike are not taken
   * @param most how many pairs are kept, ≥ 1
   */
  constructor(floor: number, most: number) {
    this.#floor = floor;
    this.#most = most;
  }

  /**
   * Above what likeness the list is complete.
   *
   * @returns the first floor, or the likeness of the best pair that had to go
   */
  get floor(): number {
    return this.#floor;
  }

  /**
   * Takes a pair.
   *
   * @param pair passed over when it is below the floor
   */
  add(pair: TwinPair): void {
    if (pair.likeness < this.#floor) return;
    this.#pairs.push(pair);
    this.#isSorted = false;
    if (this.#pairs.length >= 2 * this.#most) this.#cut();
  }

  /**
   * The pairs.
   *
   * @returns the most alike first, ties by ids
   */
  sorted(): readonly TwinPair[] {
    if (!this.#isSorted) {
      this.#pairs.sort((p, q) => q.likeness - p.likeness || p.a - q.a || p.b - q.b);
      this.#isSorted = true;
    }
    if (this.#pairs.length > this.#most) this.#cut();
    return this.#pairs;
  }

  #cut(): void {
    this.#pairs.sort((p, q) => q.likeness - p.likeness || p.a - q.a || p.b - q.b);
    this.#isSorted = true;
    const gone = this.#pairs[this.#most];
    if (gone === undefined) return;
    // Of pairs that are equally alike those of the least ids stay: hundreds of equal pictures still hang together by them.
    this.#floor = gone.likeness;
    this.#pairs.length = this.#most;
  }
}
