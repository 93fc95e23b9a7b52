/** Side of the square of grey values that a print is made of; the picture is stretched to it. */
export const LUMA_SIDE = 256;
/** Side of what a hash is computed from. */
const SMALL_SIDE = 32;
/** Coefficients of the cosine transform with u + v below this, but for the first, which is the mean brightness. */
const FREQUENCIES = 12;
/** Bits of a hash: one a coefficient. */
export const HASH_BITS = (FREQUENCIES * (FREQUENCIES + 1)) / 2 - 1;
/** 32-bit words that a hash takes, the last one padded. */
export const HASH_WORDS = 4;
/** Side of a part, as a share of the whole: what is left of a picture when 10 % are cropped. */
const PART = 0.9;
const PLACES = [0, 0.5, 1];
/** Parts that are hashed: the whole first, then nine that are a little smaller. */
const PARTS: readonly { readonly share: number; readonly x: number; readonly y: number }[] = [
  { share: 1, x: 0, y: 0 },
  ...PLACES.flatMap((y) => PLACES.map((x) => ({ share: PART, x, y }))),
];
/** Hashes of a print. */
export const PRINT_HASHES = PARTS.length;
/** Words of a print. */
export const PRINT_WORDS = PRINT_HASHES * HASH_WORDS;
/** Grows when prints are computed otherwise: kept ones of another version are made anew. */
export const PRINT_VERSION = 1;

/** Which coefficient each bit is of: u along the rows, v along the columns. */
const COEFFICIENTS: readonly { readonly u: number; readonly v: number }[] = Array.from(
  { length: FREQUENCIES * FREQUENCIES },
  (_, at) => ({ u: at % FREQUENCIES, v: Math.floor(at / FREQUENCIES) }),
).filter(({ u, v }) => u + v > 0 && u + v < FREQUENCIES);

/** [FREQUENCIES, SMALL_SIDE]: cos((2x + 1)·u·π / 64). */
const COSINES = Float64Array.from({ length: FREQUENCIES * SMALL_SIDE }, (_, at) =>
  Math.cos(((2 * (at % SMALL_SIDE) + 1) * Math.floor(at / SMALL_SIDE) * Math.PI) / (2 * SMALL_SIDE)),
);

/**
 * The bits that change when a picture is mirrored: coefficients of odd u change their sign. A mirrored picture's hash is
 * the picture's, exclusive-or this.
 */
export const MIRROR: Uint32Array = packed(COEFFICIENTS.map(({ u }) => u % 2 === 1));

/** What is compared of a picture besides its embedding, and what tells copies of it apart. */
export interface Print {
  /** [PRINT_HASHES, HASH_WORDS]: of the whole picture, then of its parts. */
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** ≥ 0; of two copies of a picture the sharper one has more. */
  readonly sharpness: number;
}

/**
 * Grey values of a picture that was drawn into the square.
 *
 * @param rgba [LUMA_SIDE, LUMA_SIDE, 4] uint8, opaque
 * @returns [LUMA_SIDE, LUMA_SIDE] uint8, luma by Rec. 601
 * @throws RangeError when the buffer is not of that size
 */
export function lumaOf(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = LUMA_SIDE * LUMA_SIDE;
  if (rgba.length !== pixels * 4)
    throw new RangeError(`rgba: expected ${pixels * 4} bytes, found ${rgba.length}`);
  const luma = new Uint8Array(pixels);
  for (let at = 0, from = 0; at < pixels; at += 1, from += 4)
    luma[at] = 0.299 * rgba[from]! + 0.587 * rgba[from + 1]! + 0.114 * rgba[from + 2]! + 0.5;
  return luma;
}

/**
 * The print of a picture: perceptual hashes by the signs of the lowest frequencies of the cosine transform, which outlast
 * compression, resizing and brightness; and how sharp it is.
 *
 * @param luma [LUMA_SIDE, LUMA_SIDE] uint8
 * @returns the print; of a picture of one colour every bit is 0
 * @throws RangeError when the buffer is not of that size
 * @see Zauner 2010, Implementation and benchmarking of perceptual image hash functions, 3.2.1 (there with the median in
 *   place of 0, and without parts)
 */
export function printOf(luma: Uint8Array): Print {
  const pixels = LUMA_SIDE * LUMA_SIDE;
  if (luma.length !== pixels) throw new RangeError(`luma: expected ${pixels} values, found ${luma.length}`);
  const sums = integralOf(luma);
  const hashes = new Uint32Array(PRINT_WORDS);
  for (const [at, { share, x, y }] of PARTS.entries()) {
    const side = LUMA_SIDE * share;
    const small = shrink(sums, (LUMA_SIDE - side) * x, (LUMA_SIDE - side) * y, side);
    hashes.set(hashOf(small), at * HASH_WORDS);
  }
  return { hashes, sharpness: sharpnessOf(luma) };
}

const SUMS_SIDE = LUMA_SIDE + 1;

// Summed areas: [257, 257], each the sum of all values above and to the left of it.
function integralOf(luma: Uint8Array): Float64Array {
  const sums = new Float64Array(SUMS_SIDE * SUMS_SIDE);
  for (let y = 0; y < LUMA_SIDE; y += 1) {
    let row = 0;
    for (let x = 0; x < LUMA_SIDE; x += 1) {
      row += luma[y * LUMA_SIDE + x]!;
      sums[(y + 1) * SUMS_SIDE + x + 1] = sums[y * SUMS_SIDE + x + 1]! + row;
    }
  }
  return sums;
}

// The summed area at a place between pixels.
function sumAt(sums: Float64Array, x: number, y: number): number {
  const left = Math.min(LUMA_SIDE - 1, Math.floor(x));
  const top = Math.min(LUMA_SIDE - 1, Math.floor(y));
  const at = top * SUMS_SIDE + left;
  const across = x - left;
  const down = y - top;
  const above = sums[at]! * (1 - across) + sums[at + 1]! * across;
  const below = sums[at + SUMS_SIDE]! * (1 - across) + sums[at + SUMS_SIDE + 1]! * across;
  return above * (1 - down) + below * down;
}

// A square part shrunk to [SMALL_SIDE, SMALL_SIDE] by the mean of each cell.
function shrink(sums: Float64Array, left: number, top: number, side: number): Float64Array {
  const step = side / SMALL_SIDE;
  const corners = SMALL_SIDE + 1;
  const at = new Float64Array(corners * corners);
  for (let y = 0; y < corners; y += 1)
    for (let x = 0; x < corners; x += 1) at[y * corners + x] = sumAt(sums, left + x * step, top + y * step);
  const small = new Float64Array(SMALL_SIDE * SMALL_SIDE);
  for (let y = 0; y < SMALL_SIDE; y += 1)
    for (let x = 0; x < SMALL_SIDE; x += 1) {
      const corner = y * corners + x;
      const sum = at[corner + corners + 1]! - at[corner + 1]! - at[corner + corners]! + at[corner]!;
      small[y * SMALL_SIDE + x] = sum / (step * step);
    }
  return small;
}

/** Rounding of a picture of one colour is no frequency of it. */
const NOTHING = 1e-6;

function hashOf(small: Float64Array): Uint32Array {
  // Along the rows first: [FREQUENCIES, SMALL_SIDE] of u and y.
  const rows = new Float64Array(FREQUENCIES * SMALL_SIDE);
  for (let u = 0; u < FREQUENCIES; u += 1)
    for (let y = 0; y < SMALL_SIDE; y += 1) {
      let sum = 0;
      for (let x = 0; x < SMALL_SIDE; x += 1)
        sum += COSINES[u * SMALL_SIDE + x]! * small[y * SMALL_SIDE + x]!;
      rows[u * SMALL_SIDE + y] = sum;
    }
  return packed(
    COEFFICIENTS.map(({ u, v }) => {
      let sum = 0;
      for (let y = 0; y < SMALL_SIDE; y += 1) sum += COSINES[v * SMALL_SIDE + y]! * rows[u * SMALL_SIDE + y]!;
      return sum > NOTHING;
    }),
  );
}

function packed(bits: readonly boolean[]): Uint32Array {
  const words = new Uint32Array(HASH_WORDS);
  for (const [at, bit] of bits.entries()) if (bit) words[at >> 5]! |= 1 << (at & 31);
  return words;
}

// The spread of the Laplacian against that of the values themselves, so that contrast and brightness do not count.
function sharpnessOf(luma: Uint8Array): number {
  let edges = 0;
  let edgesSquared = 0;
  let values = 0;
  let valuesSquared = 0;
  for (let y = 1; y < LUMA_SIDE - 1; y += 1)
    for (let at = y * LUMA_SIDE + 1, end = at + LUMA_SIDE - 2; at < end; at += 1) {
      const value = luma[at]!;
      const edge = 4 * value - luma[at - 1]! - luma[at + 1]! - luma[at - LUMA_SIDE]! - luma[at + LUMA_SIDE]!;
      edges += edge;
      edgesSquared += edge * edge;
      values += value;
      valuesSquared += value * value;
    }
  const count = (LUMA_SIDE - 2) ** 2;
  const spread = (sum: number, squared: number): number => Math.max(0, squared / count - (sum / count) ** 2);
  // One grey value's worth more, so that a picture of one colour divides by no 0.
  return Math.sqrt(spread(edges, edgesSquared) / (spread(values, valuesSquared) + 1));
}
