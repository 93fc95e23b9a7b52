import { INPUT_SIZE } from './input-size.ts';

/** Pillow's Resample.c: support of the bicubic filter, and its a. */
const BICUBIC_SUPPORT = 2;
const BICUBIC_A = -0.5;
/** Pillow's Resample.c: coefficients are fixed-point numbers with this many bits behind the point. */
const PRECISION_BITS = 22;
/** One half in these numbers: sums are rounded, not cut. */
const HALF = 1 << (PRECISION_BITS - 1);
const ROW_BYTES = INPUT_SIZE * 3;

/** Interleaved 8-bit RGB. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** For each output pixel: the first source pixel, how many, and their coefficients as fixed-point numbers. */
export interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [INPUT_SIZE, taps] */
  readonly values: Int32Array;
  readonly taps: number;
}

/**
 * Pillow's precompute_coeffs and normalize_coeffs_8bpc for INPUT_SIZE output pixels.
 *
 * @param available source pixels, ≥ 1
 * @returns coefficients that sum to 2^22, up to rounding, for each output pixel
 */
export function bicubicWeights(available: number): Weights {
  const scale = available / INPUT_SIZE;
  const stretch = Math.max(scale, 1);
  const shrink = 1 / stretch; // Multiplied, not divided by: the rounding is Pillow's.
  const support = BICUBIC_SUPPORT * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(INPUT_SIZE);
  const count = new Int32Array(INPUT_SIZE);
  const values = new Int32Array(INPUT_SIZE * taps);
  const exact = new Float64Array(taps);
  for (let out = 0; out < INPUT_SIZE; out += 1) {
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
 * @param source [height, width, 3]
 * @param weights for INPUT_SIZE columns
 * @returns [height, INPUT_SIZE, 3]
 */
export function resampleRows(source: Rgb, weights: Weights): Rgb {
  const { data, width, height } = source;
  const { first, count, values, taps } = weights;
  const result = new Uint8Array(height * ROW_BYTES);
  for (let y = 0, out = 0; y < height; y += 1) {
    for (let x = 0; x < INPUT_SIZE; x += 1, out += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let at = (y * width + (first[x] ?? 0)) * 3;
      const end = at + (count[x] ?? 0) * 3;
      for (let tap = x * taps; at < end; at += 3, tap += 1) {
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
  return { data: result, width: INPUT_SIZE, height };
}

/**
 * The second pass: along the columns.
 *
 * @param source [height, INPUT_SIZE, 3]
 * @param weights for INPUT_SIZE rows
 * @returns [INPUT_SIZE, INPUT_SIZE, 3]
 */
export function resampleColumns(source: Rgb, weights: Weights): Uint8Array {
  const { data } = source;
  const { first, count, values, taps } = weights;
  const result = new Uint8Array(INPUT_SIZE * ROW_BYTES);
  const sums = new Int32Array(ROW_BYTES);
  for (let y = 0; y < INPUT_SIZE; y += 1) {
    sums.fill(HALF);
    for (let tap = 0; tap < (count[y] ?? 0); tap += 1) {
      const value = values[y * taps + tap] ?? 0;
      const row = ((first[y] ?? 0) + tap) * ROW_BYTES;
      for (let i = 0; i < ROW_BYTES; i += 1) sums[i] = (sums[i] ?? 0) + Math.imul(data[row + i] ?? 0, value);
    }
    for (let i = 0; i < ROW_BYTES; i += 1)
      result[y * ROW_BYTES + i] = clampByte((sums[i] ?? 0) >> PRECISION_BITS);
  }
  return result;
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
