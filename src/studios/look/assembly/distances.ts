/**
 * Vectors as a graph keeps them, and how far they are from one another. A vector that is asked about is first laid out
 * (`layOut`); the kept one is read as it is. Lengths are multiples of 16 numbers.
 *
 *     kind 0  f32: the numbers
 *     kind 1  half: scale f32 · norm² f32 · 8 bytes · numbers / scale as IEEE 754 binary16
 *     kind 2  i8: scale f32 · norm² f32 · 8 bytes · numbers / scale as i8, −127 to 127
 *
 *     laid out  scale f32 · norm² f32 · 8 bytes · f32 (kinds 0 and 1) or i16 (kind 2)
 */

/** Before the numbers, kept (kinds 1 and 2) or laid out. */
export const PREFIX: usize = 16;

/** A half's bits, moved into a float's place, are the number times 2⁻¹¹²; half of that factor goes to the other side. */
const HALF_SHIFT: f32 = 1.2980742146337069e33; // 2^110
const HALF_REST: f32 = 4.0; // 2^112 / 2^110
const HALF_MASK: i32 = 0x8fff_ffff;

/** Bytes of a kept vector. */
export function keptBytes(kind: u32, length: usize): usize {
  if (kind === 0) return length * 4;
  return PREFIX + (kind === 1 ? length * 2 : length);
}

/** Bytes of a vector that is laid out. */
export function laidOutBytes(length: usize): usize {
  return PREFIX + length * 4;
}

// Round to nearest, ties to even; what is too large becomes the largest half: scaled numbers are below it.
function toHalf(value: f32): u16 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size >= 0x477f_e000) return <u16>(sign | 0x7bff);
  if (size < 0x3880_0000) {
    // Below the normal halves: whole steps of 2⁻²⁴.
    return <u16>(sign | (<u32>nearest<f32>(reinterpret<f32>(size) * 16777216.0)));
  }
  const rounded = size + 0xfff + ((size >> 13) & 1);
  return <u16>(sign | ((rounded - 0x3800_0000) >> 13));
}

function fromHalf(half: u16): f32 {
  const bits = (((<u32>half) & 0x8000) << 16) | (((<u32>half) & 0x7fff) << 13);
  return reinterpret<f32>(bits) * HALF_SHIFT * HALF_REST;
}

function largest(from: usize, length: usize): f32 {
  let most: f32 = 0;
  for (let at: usize = 0; at < length * 4; at += 4) most = max(most, abs(load<f32>(from + at)));
  return most;
}

/** Keeps the numbers at `from`, f32 [length], in a kind. */
export function keep(kind: u32, from: usize, to: usize, length: usize): void {
  if (kind === 0) {
    memory.copy(to, from, length * 4);
    return;
  }
  const most = largest(from, length);
  // A power of two keeps every bit of a half; an i8 uses its whole range.
  const scale: f32 = most === 0 ? 1 : kind === 1 ? powerOfTwo(most) : most / 127;
  let norm: f64 = 0;
  const numbers = to + PREFIX;
  for (let i: usize = 0; i < length; i += 1) {
    const value = load<f32>(from + i * 4) / scale;
    let back: f32;
    if (kind === 1) {
      const half = toHalf(value);
      store<u16>(numbers + i * 2, half);
      back = fromHalf(half) * scale;
    } else {
      const whole = <i8>nearest<f32>(value);
      store<i8>(numbers + i, whole);
      back = <f32>whole * scale;
    }
    norm += <f64>back * <f64>back;
  }
  store<f32>(to, scale);
  store<f32>(to, <f32>norm, 4);
}

// The largest number becomes one in [1, 2): far from the smallest halves, and from their end.
function powerOfTwo(most: f32): f32 {
  const exponent = reinterpret<u32>(most) & 0x7f80_0000;
  return exponent === 0 ? 1 : reinterpret<f32>(exponent);
}

/** Gives the numbers of a kept vector back, f32 [length]. */
export function giveBack(kind: u32, from: usize, to: usize, length: usize): void {
  if (kind === 0) {
    memory.copy(to, from, length * 4);
    return;
  }
  const scale = load<f32>(from);
  for (let i: usize = 0; i < length; i += 1) {
    const value = kind === 1 ? fromHalf(load<u16>(from + PREFIX + i * 2)) : <f32>load<i8>(from + PREFIX + i);
    store<f32>(to + i * 4, value * scale);
  }
}

/** Lays a kept vector out, to be asked about. */
export function layOutKept(kind: u32, kept: usize, to: usize, length: usize): void {
  if (kind !== 2) {
    giveBack(kind, kept, to + PREFIX, length);
    finish(kind, to, length);
    return;
  }
  store<u64>(to, load<u64>(kept));
  for (let i: usize = 0; i < length; i += 1)
    store<i16>(to + PREFIX + i * 2, <i16>load<i8>(kept + PREFIX + i));
}

/** Lays numbers out, f32 [length], to be asked about; `scratch` has room for a kept vector. */
export function layOut(kind: u32, from: usize, scratch: usize, to: usize, length: usize): void {
  if (kind === 2) {
    keep(kind, from, scratch, length);
    layOutKept(kind, scratch, to, length);
    return;
  }
  memory.copy(to + PREFIX, from, length * 4);
  finish(kind, to, length);
}

// The norm, and for halves the numbers so large that their products with a half's bits are not too small to be exact.
function finish(kind: u32, to: usize, length: usize): void {
  let norm: f64 = 0;
  for (let at = to + PREFIX; at < to + PREFIX + length * 4; at += 4) {
    const value = load<f32>(at);
    norm += <f64>value * <f64>value;
    if (kind === 1) store<f32>(at, value * HALF_SHIFT);
  }
  store<f32>(to, 1);
  store<f32>(to, <f32>norm, 4);
}

/** 1 − the dot product, or the square of the Euclidean distance, of a vector that is laid out and a kept one. */
export function distanceOf(kind: u32, isEuclidean: bool, asked: usize, kept: usize, length: usize): f32 {
  if (kind === 0) {
    const numbers = asked + PREFIX;
    return isEuclidean ? squared(numbers, kept, length) : 1 - dot(numbers, kept, length);
  }
  const sum =
    kind === 1
      ? dotHalves(asked + PREFIX, kept + PREFIX, length) * HALF_REST * load<f32>(kept)
      : <f32>dotBytes(asked + PREFIX, kept + PREFIX, length) * load<f32>(asked) * load<f32>(kept);
  return isEuclidean ? max<f32>(0, load<f32>(asked, 4) + load<f32>(kept, 4) - 2 * sum) : 1 - sum;
}

function dot(a: usize, b: usize, length: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const stop = a + length * 4;
  while (a < stop) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  return lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

function squared(a: usize, b: usize, length: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const stop = a + length * 4;
  while (a < stop) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    const d2 = f32x4.sub(v128.load(a, 32), v128.load(b, 32));
    const d3 = f32x4.sub(v128.load(a, 48), v128.load(b, 48));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
    a += 64;
    b += 64;
  }
  return lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

// Sign extended and shifted, a half is a float's sign, and below it, in its place, the rest: the bits between are cleared.
function widen(halves: v128): v128 {
  return v128.and(i32x4.shl(halves, 13), i32x4.splat(HALF_MASK));
}

function dotHalves(a: usize, b: usize, length: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  const stop = a + length * 4;
  while (a < stop) {
    const first = v128.load(b);
    const second = v128.load(b, 16);
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), widen(i32x4.extend_low_i16x8_s(first))));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), widen(i32x4.extend_high_i16x8_s(first))));
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a, 32), widen(i32x4.extend_low_i16x8_s(second))));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 48), widen(i32x4.extend_high_i16x8_s(second))));
    a += 64;
    b += 32;
  }
  return lanes(f32x4.add(s0, s1));
}

// 127² · 2 a step: thirty thousand numbers before a lane of 32 bits could overflow.
function dotBytes(a: usize, b: usize, length: usize): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const stop = a + length * 2;
  while (a < stop) {
    const bytes = v128.load(b);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load(a), i16x8.extend_low_i8x16_s(bytes)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load(a, 16), i16x8.extend_high_i8x16_s(bytes)));
    a += 32;
    b += 16;
  }
  const sum = i32x4.add(s0, s1);
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  );
}

function lanes(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
