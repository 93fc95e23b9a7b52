import { INPUT_SIZE } from './input-size.ts';

/** Pillow's Resample.c: support of the bicubic filter, and its a. */
const BICUBIC_SUPPORT = 2;
const BICUBIC_A = -0.5;
/** Pillow's Resample.c: coefficients are fixed-point numbers with this many bits behind the point. */
const PRECISION_BITS = 22;
/** One half in these numbers: sums are rounded, not cut. */
const HALF = 1 << (PRECISION_BITS - 1);

/** A square of an 8-bit picture of four interleaved channels; the fourth is not looked at. */
export interface Square {
  /** [·, width, 4] uint8. */
  readonly data: Uint8ClampedArray | Uint8Array;
  /** Of the whole picture, pixels. */
  readonly width: number;
  /** The square: its upper left corner and its side, pixels. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** For each output pixel: the first source pixel, how many, and their coefficients as fixed-point numbers. */
export interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [side, taps] */
  readonly values: Int32Array;
  readonly taps: number;
}

/**
 * Pillow's precompute_coeffs and normalize_coeffs_8bpc.
 *
 * @param available source pixels, ≥ 1
 * @param side output pixels, ≥ 1; by default what our own network takes
 * @returns coefficients that sum to 2^22, up to rounding, for each output pixel
 */
export function bicubicWeights(available: number, side = INPUT_SIZE): Weights {
  const scale = available / side;
  const stretch = Math.max(scale, 1);
  const shrink = 1 / stretch; // Multiplied, not divided by: the rounding is Pillow's.
  const support = BICUBIC_SUPPORT * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(side);
  const count = new Int32Array(side);
  const values = new Int32Array(side * taps);
  const exact = new Float64Array(taps);
  for (let out = 0; out < side; out += 1) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(available, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let tap = 0; tap < to - from; tap += 1) {
      const weight = bicubic((tap + from - centre + 0.5) * shrink);
      exact[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < to - from; tap += 1) {
      values[out * taps + tap] = roundHalfAway(((exact[tap] ?? 0) / sum) * 2 ** PRECISION_BITS);
    }
    first[out] = from;
    count[out] = to - from;
  }
  return { first, count, values, taps };
}

function bicubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return ((BICUBIC_A + 2) * distance - (BICUBIC_A + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * BICUBIC_A;
  return 0;
}

function roundHalfAway(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
}

/**
 * The first pass of Pillow's resize: along the rows.
 *
 * @param square of the picture
 * @param weights for `side` columns out of the square's
 * @returns [size, side, 3] uint8
 */
export function resampleRows({ data, width, x: left, y: top, size }: Square, weights: Weights): Uint8Array {
  const { first, count, values, taps } = weights;
  const side = first.length;
  const result = new Uint8Array(size * side * 3);
  for (let y = 0, out = 0; y < size; y += 1) {
    const row = (top + y) * width + left;
    for (let x = 0; x < side; x += 1, out += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let at = (row + (first[x] ?? 0)) * 4;
      const end = at + (count[x] ?? 0) * 4;
      for (let tap = x * taps; at < end; at += 4, tap += 1) {
        // 8 bits of a sample, 22 of a coefficient and the filter's overshoot fit in 32: Math.imul and | 0 stay exact.
        const value = values[tap] ?? 0;
        red = (red + Math.imul(data[at] ?? 0, value)) | 0;
        green = (green + Math.imul(data[at + 1] ?? 0, value)) | 0;
        blue = (blue + Math.imul(data[at + 2] ?? 0, value)) | 0;
      }
      result[out] = clampByte(red >> PRECISION_BITS);
      result[out + 1] = clampByte(green >> PRECISION_BITS);
      result[out + 2] = clampByte(blue >> PRECISION_BITS);
    }
  }
  return result;
}

/** How many neighbouring sums the second pass keeps at once: as locals they never go through memory. */
const STRIP = 4;

/**
 * The second pass: along the columns.
 *
 * @param data [height, side, 3] uint8
 * @param weights for `side` rows
 * @returns [side, side, 3] uint8
 */
export function resampleColumns(data: Uint8Array, weights: Weights): Uint8Array {
  const { first, count, values, taps } = weights;
  const side = first.length;
  const rowBytes = side * 3;
  const result = new Uint8Array(side * rowBytes);
  for (let y = 0; y < side; y += 1) {
    const top = (first[y] ?? 0) * rowBytes;
    const tap = y * taps;
    const afterTap = tap + (count[y] ?? 0);
    // A last strip that reaches beyond its row writes where the next row overwrites it, or behind the end: nowhere.
    for (let x = 0, out = y * rowBytes; x < rowBytes; x += STRIP, out += STRIP) {
      let a = HALF;
      let b = HALF;
      let c = HALF;
      let d = HALF;
      for (let k = tap, at = top + x; k < afterTap; k += 1, at += rowBytes) {
        const value = values[k] ?? 0;
        a = (a + Math.imul(data[at] ?? 0, value)) | 0;
        b = (b + Math.imul(data[at + 1] ?? 0, value)) | 0;
        c = (c + Math.imul(data[at + 2] ?? 0, value)) | 0;
        d = (d + Math.imul(data[at + 3] ?? 0, value)) | 0;
      }
      result[out] = clampByte(a >> PRECISION_BITS);
      result[out + 1] = clampByte(b >> PRECISION_BITS);
      result[out + 2] = clampByte(c >> PRECISION_BITS);
      result[out + 3] = clampByte(d >> PRECISION_BITS);
    }
  }
  return result;
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
