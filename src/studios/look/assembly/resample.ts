/**
 * Pillow's resize, four channels at a time: the same sums as `engine/resample.ts`, bit for bit. AssemblyScript.
 *
 * The caller lays the memory out; all addresses are in bytes. Weights of N output pixels are `first` int32 [N], `count`
 * int32 [N] and `values` int32 [N, taps], fixed-point numbers with PRECISION_BITS behind the point.
 */
const PRECISION_BITS: i32 = 22;
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/** Four sums → bytes 0–255 in the lowest four lanes. */
function toBytes(sums: v128): v128 {
  const whole = i32x4.shr_s(sums, PRECISION_BITS);
  const words = i16x8.narrow_i32x4_s(whole, whole);
  // Saturating: what is below 0 becomes 0, what is above 255 becomes 255.
  return i8x16.narrow_i16x8_u(words, words);
}

/** Along the rows: `source` [size, size, 4] uint8 → `target` [size, side, 4] uint8. */
export function rows(
  source: usize,
  target: usize,
  size: i32,
  side: i32,
  first: usize,
  count: usize,
  values: usize,
  taps: i32,
): void {
  const half = i32x4.splat(HALF);
  for (let y = 0; y < size; y++) {
    const row = source + <usize>(y * size * 4);
    for (let x = 0; x < side; x++) {
      let sums = half;
      let at = row + <usize>(load<i32>(first + <usize>(x * 4)) * 4);
      const end = at + <usize>(load<i32>(count + <usize>(x * 4)) * 4);
      let value = values + <usize>(x * taps * 4);
      while (at < end) {
        const pixel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
        sums = i32x4.add(sums, i32x4.mul(pixel, v128.load32_splat(value)));
        at += 4;
        value += 4;
      }
      v128.store32_lane(target, toBytes(sums), 0);
      target += 4;
    }
  }
}

/**
 * Along the columns, and out of the bytes: `source` [size, side, 4] uint8 → `target` [side, side, 3] float32,
 * (byte − mean) · scale. `side` is a multiple of 4. Writes four bytes behind the target's end.
 */
export function columns(
  source: usize,
  target: usize,
  side: i32,
  first: usize,
  count: usize,
  values: usize,
  taps: i32,
  mean: f32,
  scale: f32,
): void {
  const half = i32x4.splat(HALF);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const stride = <usize>(side * 4);
  for (let y = 0; y < side; y++) {
    const top = source + <usize>load<i32>(first + <usize>(y * 4)) * stride;
    const begin = values + <usize>(y * taps * 4);
    const end = begin + <usize>(load<i32>(count + <usize>(y * 4)) * 4);
    for (let x = 0; x < side; x += 4) {
      let a = half;
      let b = half;
      let c = half;
      let d = half;
      let at = top + <usize>(x * 4);
      for (let value = begin; value < end; value += 4, at += stride) {
        const weight = v128.load32_splat(value);
        const pixels = v128.load(at);
        const low = i16x8.extend_low_i8x16_u(pixels);
        const high = i16x8.extend_high_i8x16_u(pixels);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      // Of each pixel the fourth channel is overwritten by the next one's first.
      v128.store(target, toFloats(a, means, scales));
      v128.store(target, toFloats(b, means, scales), 12);
      v128.store(target, toFloats(c, means, scales), 24);
      v128.store(target, toFloats(d, means, scales), 36);
      target += 48;
    }
  }
}

function toFloats(sums: v128, means: v128, scales: v128): v128 {
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(toBytes(sums)));
  return f32x4.mul(f32x4.sub(f32x4.convert_i32x4_s(bytes), means), scales);
}
