/** Width and height of a layer, pixels: every WebGL 2 has that much. */
export const LAYER_SIDE = 2048;
/** Bytes of a pixel. */
const RGBA = 4;

/** A texture of square cells in layers. */
export interface AtlasShape {
  /** Side of a cell, pixels; a power of two, so that the smaller levels do not mix neighbours. */
  readonly cell: number;
  /** Levels beside the full one, each half as wide. */
  readonly halvings: number;
}

/** All pictures, small: 4,096 to a layer. */
export const SMALL: AtlasShape = { cell: 32, halvings: 3 };
/** The pictures in view, large: 256 to a layer. */
export const LARGE: AtlasShape = { cell: 128, halvings: 2 };
/** Layers of large pictures; more pictures than they hold are not in view at a size at which they would be needed. */
export const LARGE_LAYERS = 2;

/**
 * Cells in a row of a layer.
 *
 * @param shape of the atlas
 * @returns 64 or 16
 */
export const cellsPerRow = ({ cell }: AtlasShape): number => LAYER_SIDE / cell;

/**
 * Layers that hold so many cells.
 *
 * @param shape of the atlas
 * @param count cells, ≥ 0
 * @returns ≥ 1
 */
export const layersFor = (shape: AtlasShape, count: number): number =>
  Math.max(1, Math.ceil(count / cellsPerRow(shape) ** 2));

/**
 * Where a cell lies.
 *
 * @param shape of the atlas
 * @param at number of the cell, ≥ 0; row by row, then layer by layer
 * @returns pixels from the layer's corner, and the layer
 */
export function cellPlace(shape: AtlasShape, at: number): { x: number; y: number; layer: number } {
  const across = cellsPerRow(shape);
  const inLayer = at % (across * across);
  return {
    x: (inLayer % across) * shape.cell,
    y: Math.floor(inLayer / across) * shape.cell,
    layer: Math.floor(at / (across * across)),
  };
}

/**
 * The levels of a stretch of cells, each the mean of two by two pixels of the one before.
 *
 * @param pixels [height, width, 4] uint8, RGBA; width and height divisible by 2^halvings
 * @param width pixels
 * @param halvings how many smaller levels
 * @returns the full level, then the smaller ones
 */
export function levelsOf(
  pixels: Uint8Array<ArrayBuffer>,
  width: number,
  halvings: number,
): Uint8Array<ArrayBuffer>[] {
  const levels = [pixels];
  let from = pixels;
  let across = width;
  for (let level = 0; level < halvings; level += 1) {
    const rows = from.length / RGBA / across / 2;
    const half = new Uint8Array(rows * (across / 2) * RGBA);
    let to = 0;
    for (let y = 0; y < rows; y += 1)
      for (let x = 0; x < across / 2; x += 1)
        for (let channel = 0; channel < RGBA; channel += 1) {
          const at = (2 * y * across + 2 * x) * RGBA + channel;
          const below = at + across * RGBA;
          half[to] = (from[at]! + from[at + RGBA]! + from[below]! + from[below + RGBA]! + 2) >> 2;
          to += 1;
        }
    levels.push(half);
    from = half;
    across /= 2;
  }
  return levels;
}

/** The cells of a small texture, lent to the pictures that are in view; who was not seen longest gives way. */
export class CellLender {
  readonly #capacity: number;
  /** Picture → cell, in the order of their last use. */
  readonly #cells = new Map<number, number>();

  /**
   * All cells free.
   *
   * @param capacity how many cells there are
   */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * The cell of a picture that has one; it counts as seen.
   *
   * @param picture its number
   * @returns the cell, or undefined
   */
  find(picture: number): number | undefined {
    const cell = this.#cells.get(picture);
    if (cell === undefined) return undefined;
    this.#cells.delete(picture);
    this.#cells.set(picture, cell);
    return cell;
  }

  /**
   * A cell for a picture: its own, a free one, or the one of whoever was not seen longest.
   *
   * @param picture its number
   * @returns the cell, 0 … capacity − 1
   */
  lend(picture: number): number {
    const own = this.find(picture);
    if (own !== undefined) return own;
    let cell = this.#cells.size;
    if (cell >= this.#capacity) {
      const [oldest] = this.#cells;
      if (oldest === undefined) throw new RangeError('an atlas without cells');
      this.#cells.delete(oldest[0]);
      cell = oldest[1];
    }
    this.#cells.set(picture, cell);
    return cell;
  }

  /** Takes all cells back: what was drawn in them is gone. */
  clear(): void {
    this.#cells.clear();
  }
}
