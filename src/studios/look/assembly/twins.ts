/**
 * Compares pictures with each other: cosines of their embeddings four numbers at a time, and the perceptual hashes of those
 * that are near. The same pairs as `engine/twin-compare.ts`. AssemblyScript.
 *
 * A picture is a row: vector f32 [padded], of norm 1 · hashes u64 [hashes, 2]. Rows lie one behind the other from
 * `rowsAddress` on; the caller makes room for them at the memory's end. Addresses are bytes.
 */

/** Rows and columns of a tile, at most: what it finds has room behind the mask. */
const TILE: usize = 32;
const PAIR_BYTES: usize = 16;
const HASH_BYTES: usize = 16;

let padded: usize = 0;
let stride: usize = 0;
let hashes: usize = 0;
let bits: f32 = 0;
/** The bits that change when a picture is mirrored. */
let mask: usize = 0;
let found: usize = 0;
let rows: usize = 0;

/** Begins anew. `dimension` of the vectors, how many hashes a picture has, and the bits of each. */
export function init(dimension: u32, hashesOfOne: u32, bitsOfOne: u32): void {
  padded = <usize>((dimension + 3) & ~3);
  hashes = <usize>hashesOfOne;
  bits = <f32>bitsOfOne;
  stride = padded * 4 + hashes * HASH_BYTES;
  mask = (__heap_base + 15) & ~15;
  found = mask + HASH_BYTES;
  rows = found + TILE * TILE * PAIR_BYTES;
}

export function maskAddress(): usize {
  return mask;
}
/** Pairs that `compare` found: row u32 · column u32 · cosine f32 · differing bits u32. */
export function foundAddress(): usize {
  return found;
}
export function rowsAddress(): usize {
  return rows;
}
/** Bytes of a row. */
export function rowBytes(): usize {
  return stride;
}

/**
 * Compares rows [rowFrom, rowTo) with columns [columnFrom, columnTo), at most 32 of each; of these the pairs with column <
 * row count. Answers how many are at least so alike.
 */
export function compare(
  rowFrom: u32,
  rowTo: u32,
  columnFrom: u32,
  columnTo: u32,
  leastCosine: f32,
  leastLikeness: f32,
): u32 {
  let count: u32 = 0;
  let row = rowFrom;
  while (row < rowTo) {
    const end = min(columnTo, rowTo);
    const four = row + 4 <= rowTo;
    let column = columnFrom;
    // Four rows against two columns keep eight sums in registers.
    while (four && column + 2 <= end && column < row + 4) {
      count = tile(row, column, leastCosine, leastLikeness, count);
      column += 2;
    }
    const last = four ? row + 4 : row + 1;
    for (let each = row; each < last; each++)
      for (let other = column; other < min(end, each); other++)
        count = keep(each, other, dot(at(each), at(other)), leastCosine, leastLikeness, count);
    row = last;
  }
  return count;
}

function at(row: u32): usize {
  return rows + <usize>row * stride;
}

function tile(row: u32, column: u32, leastCosine: f32, leastLikeness: f32, before: u32): u32 {
  let a = at(row);
  let b = at(column);
  const step = stride;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const stop = a + padded * 4;
  while (a < stop) {
    const x = v128.load(b);
    const y = v128.load(b + step);
    const p = v128.load(a);
    s00 = f32x4.add(s00, f32x4.mul(p, x));
    s01 = f32x4.add(s01, f32x4.mul(p, y));
    const q = v128.load(a + step);
    s10 = f32x4.add(s10, f32x4.mul(q, x));
    s11 = f32x4.add(s11, f32x4.mul(q, y));
    const r = v128.load(a + 2 * step);
    s20 = f32x4.add(s20, f32x4.mul(r, x));
    s21 = f32x4.add(s21, f32x4.mul(r, y));
    const t = v128.load(a + 3 * step);
    s30 = f32x4.add(s30, f32x4.mul(t, x));
    s31 = f32x4.add(s31, f32x4.mul(t, y));
    a += 16;
    b += 16;
  }
  let count = before;
  count = keep(row, column, lanes(s00), leastCosine, leastLikeness, count);
  count = keep(row, column + 1, lanes(s01), leastCosine, leastLikeness, count);
  count = keep(row + 1, column, lanes(s10), leastCosine, leastLikeness, count);
  count = keep(row + 1, column + 1, lanes(s11), leastCosine, leastLikeness, count);
  count = keep(row + 2, column, lanes(s20), leastCosine, leastLikeness, count);
  count = keep(row + 2, column + 1, lanes(s21), leastCosine, leastLikeness, count);
  count = keep(row + 3, column, lanes(s30), leastCosine, leastLikeness, count);
  return keep(row + 3, column + 1, lanes(s31), leastCosine, leastLikeness, count);
}

function dot(first: usize, second: usize): f32 {
  let sum = f32x4.splat(0);
  for (let a = first, b = second, stop = first + padded * 4; a < stop; a += 16, b += 16)
    sum = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)));
  return lanes(sum);
}

function lanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

// Writes a pair behind those found before, if it is one.
function keep(row: u32, column: u32, cosine: f32, leastCosine: f32, leastLikeness: f32, count: u32): u32 {
  // A tile at the diagonal has pairs that come a second time, and pictures with themselves.
  if (column >= row || cosine < leastCosine) return count;
  const most = bits * ((1 + cosine) * 0.5 - leastLikeness);
  if (most < 0) return count;
  const differing = least(at(row) + padded * 4, at(column) + padded * 4);
  if (<f32>differing > most) return count;
  const pair = found + <usize>count * PAIR_BYTES;
  store<u32>(pair, row);
  store<u32>(pair, column, 4);
  store<f32>(pair, cosine, 8);
  store<u32>(pair, differing, 12);
  return count + 1;
}

// The least bits in which each whole differs from the other and its parts, as they are and mirrored.
function least(a: usize, b: usize): u32 {
  let best = <u32>bits;
  for (let part: usize = 0; part < hashes * HASH_BYTES; part += HASH_BYTES) {
    best = min(best, differing(a + part, b));
    best = min(best, differing(b + part, a));
  }
  return best;
}

function differing(a: usize, b: usize): u32 {
  const low = load<u64>(a) ^ load<u64>(b);
  const high = load<u64>(a, 8) ^ load<u64>(b, 8);
  const plain = <u32>(popcnt(low) + popcnt(high));
  const mirrored = <u32>(popcnt(low ^ load<u64>(mask)) + popcnt(high ^ load<u64>(mask, 8)));
  return min(plain, mirrored);
}
