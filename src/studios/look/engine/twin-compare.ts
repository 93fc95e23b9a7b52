import { leastDiffering, LEAST_COSINE, likenessOf } from './likeness.ts';
import { PRINT_WORDS } from './print.ts';
import type { Tile } from './twin-pairs.ts';

/** A pair by the rows of its pictures. */
export interface RowPair {
  readonly row: number;
  /** Below `row`. */
  readonly column: number;
  /** Of the embeddings, [−1, 1]. */
  readonly cosine: number;
  readonly differing: number;
  readonly likeness: number;
}

/** Rows of pictures, each an embedding and its hashes, that are compared tile by tile. */
export interface TwinComparer {
  /** How many rows there are. */
  readonly rows: number;
  /**
   * Adds a row.
   *
   * @param unit [dim] float32, of norm 1 or all zeros
   * @param hashes [PRINT_WORDS]
   * @throws RangeError when there is no memory for it
   */
  add(unit: Float32Array, hashes: Uint32Array): void;
  /** Its pairs that are at least so alike, and whose cosine is at least `LEAST_COSINE`, in no order. */
  compare(tile: Tile, leastLikeness: number): RowPair[];
}

/**
 * The comparison in plain loops, in double precision: for browsers without SIMD, and the oracle of the faster one.
 */
export class PlainComparer implements TwinComparer {
  readonly #units: Float32Array[] = [];
  readonly #hashes: Uint32Array[] = [];

  get rows(): number {
    return this.#units.length;
  }

  add(unit: Float32Array, hashes: Uint32Array): void {
    if (hashes.length !== PRINT_WORDS)
      throw new RangeError(`hashes: expected ${PRINT_WORDS} words, found ${hashes.length}`);
    this.#units.push(unit.slice());
    this.#hashes.push(hashes.slice());
  }

  compare({ rowFrom, rowTo, columnFrom, columnTo }: Tile, leastLikeness: number): RowPair[] {
    const found: RowPair[] = [];
    for (let row = rowFrom; row < rowTo; row += 1)
      for (let column = columnFrom; column < Math.min(columnTo, row); column += 1) {
        const cosine = product(this.#units[row]!, this.#units[column]!);
        if (cosine < LEAST_COSINE || likenessOf(cosine, 0) < leastLikeness) continue;
        const differing = leastDiffering(this.#hashes[row]!, this.#hashes[column]!);
        const likeness = likenessOf(cosine, differing);
        if (likeness >= leastLikeness) found.push({ row, column, cosine, differing, likeness });
      }
    return found;
  }
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return Math.max(-1, Math.min(1, sum));
}
