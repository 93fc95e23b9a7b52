/**
 * Depthwise convolution + bias + clamp, NHWC, four channels and four columns at a time. AssemblyScript.
 *
 * It works on the memory of its caller, which it imports; all addresses are in bytes. Sums are made in the order bias, rows,
 * columns. Padding is read from `zeros`, BLOCK bytes of nothing.
 */

/** Channels that go through together, in bytes: their weights (25 × 512 bytes) and rows stay in the first cache. */
const BLOCK: usize = 512;
const TILE: i32 = 4;

// What one row of a filter is told besides its columns: it would be ten parameters of each of the four functions below.
/** From a place to the next one, bytes. */
let channelBytes: usize = 0;
/** Channels of this block, bytes. */
let blockBytes: usize = 0;
/** What the sums begin with, column by column `sumsStep` apart: the bias, or what the rows before have made. */
let sums: usize = 0;
let sumsStep: usize = 0;
/** Where they go. */
let target: usize = 0;
/** The filter's last row clamps. */
let isLast: bool = false;
let low: f32 = 0;
let high: f32 = 0;

function mad(sum: v128, x: v128, w: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, w));
}

function put(at: usize, sum: v128): void {
  v128.store(at, isLast ? f32x4.pmin(f32x4.pmax(sum, f32x4.splat(low)), f32x4.splat(high)) : sum);
}

/** One row of a 3 × 3 filter at stride 1 onto four columns. `p0` …: where the columns lie, `w`: the row's weights. */
function row3Stride1(p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, w: usize): void {
  const step = channelBytes;
  const from = sums;
  const fromStep = sumsStep;
  const out = target;
  const end = blockBytes;
  for (let c: usize = 0; c < end; c += 16) {
    const w0 = v128.load(w + c);
    const w1 = v128.load(w + step + c);
    const w2 = v128.load(w + 2 * step + c);
    const x0 = v128.load(p0 + c);
    const x1 = v128.load(p1 + c);
    const x2 = v128.load(p2 + c);
    const x3 = v128.load(p3 + c);
    const x4 = v128.load(p4 + c);
    const x5 = v128.load(p5 + c);
    const a = mad(mad(mad(v128.load(from + c), x0, w0), x1, w1), x2, w2);
    const b = mad(mad(mad(v128.load(from + fromStep + c), x1, w0), x2, w1), x3, w2);
    const d = mad(mad(mad(v128.load(from + 2 * fromStep + c), x2, w0), x3, w1), x4, w2);
    const e = mad(mad(mad(v128.load(from + 3 * fromStep + c), x3, w0), x4, w1), x5, w2);
    put(out + c, a);
    put(out + step + c, b);
    put(out + 2 * step + c, d);
    put(out + 3 * step + c, e);
  }
}

/** The same at stride 2. */
function row3Stride2(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
  p8: usize,
  w: usize,
): void {
  const step = channelBytes;
  const from = sums;
  const fromStep = sumsStep;
  const out = target;
  const end = blockBytes;
  for (let c: usize = 0; c < end; c += 16) {
    const w0 = v128.load(w + c);
    const w1 = v128.load(w + step + c);
    const w2 = v128.load(w + 2 * step + c);
    const x2 = v128.load(p2 + c);
    const x4 = v128.load(p4 + c);
    const x6 = v128.load(p6 + c);
    const a = mad(mad(mad(v128.load(from + c), v128.load(p0 + c), w0), v128.load(p1 + c), w1), x2, w2);
    const b = mad(mad(mad(v128.load(from + fromStep + c), x2, w0), v128.load(p3 + c), w1), x4, w2);
    const d = mad(mad(mad(v128.load(from + 2 * fromStep + c), x4, w0), v128.load(p5 + c), w1), x6, w2);
    const e = mad(
      mad(mad(v128.load(from + 3 * fromStep + c), x6, w0), v128.load(p7 + c), w1),
      v128.load(p8 + c),
      w2,
    );
    put(out + c, a);
    put(out + step + c, b);
    put(out + 2 * step + c, d);
    put(out + 3 * step + c, e);
  }
}

function mad5(
  sum: v128,
  x0: v128,
  w0: v128,
  x1: v128,
  w1: v128,
  x2: v128,
  w2: v128,
  x3: v128,
  w3: v128,
  x4: v128,
  w4: v128,
): v128 {
  return mad(mad(mad(mad(mad(sum, x0, w0), x1, w1), x2, w2), x3, w3), x4, w4);
}

/** One row of a 5 × 5 filter at stride 1 onto four columns. */
function row5Stride1(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
  w: usize,
): void {
  const step = channelBytes;
  const from = sums;
  const fromStep = sumsStep;
  const out = target;
  const end = blockBytes;
  for (let c: usize = 0; c < end; c += 16) {
    const w0 = v128.load(w + c);
    const w1 = v128.load(w + step + c);
    const w2 = v128.load(w + 2 * step + c);
    const w3 = v128.load(w + 3 * step + c);
    const w4 = v128.load(w + 4 * step + c);
    const x1 = v128.load(p1 + c);
    const x2 = v128.load(p2 + c);
    const x3 = v128.load(p3 + c);
    const x4 = v128.load(p4 + c);
    put(out + c, mad5(v128.load(from + c), v128.load(p0 + c), w0, x1, w1, x2, w2, x3, w3, x4, w4));
    const x5 = v128.load(p5 + c);
    put(out + step + c, mad5(v128.load(from + fromStep + c), x1, w0, x2, w1, x3, w2, x4, w3, x5, w4));
    const x6 = v128.load(p6 + c);
    put(out + 2 * step + c, mad5(v128.load(from + 2 * fromStep + c), x2, w0, x3, w1, x4, w2, x5, w3, x6, w4));
    const x7 = v128.load(p7 + c);
    put(out + 3 * step + c, mad5(v128.load(from + 3 * fromStep + c), x3, w0, x4, w1, x5, w2, x6, w3, x7, w4));
  }
}

/** The same at stride 2. */
function row5Stride2(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
  p8: usize,
  p9: usize,
  p10: usize,
  w: usize,
): void {
  const step = channelBytes;
  const from = sums;
  const fromStep = sumsStep;
  const out = target;
  const end = blockBytes;
  for (let c: usize = 0; c < end; c += 16) {
    const w0 = v128.load(w + c);
    const w1 = v128.load(w + step + c);
    const w2 = v128.load(w + 2 * step + c);
    const w3 = v128.load(w + 3 * step + c);
    const w4 = v128.load(w + 4 * step + c);
    const x2 = v128.load(p2 + c);
    const x3 = v128.load(p3 + c);
    const x4 = v128.load(p4 + c);
    put(
      out + c,
      mad5(v128.load(from + c), v128.load(p0 + c), w0, v128.load(p1 + c), w1, x2, w2, x3, w3, x4, w4),
    );
    const x5 = v128.load(p5 + c);
    const x6 = v128.load(p6 + c);
    put(out + step + c, mad5(v128.load(from + fromStep + c), x2, w0, x3, w1, x4, w2, x5, w3, x6, w4));
    const x7 = v128.load(p7 + c);
    const x8 = v128.load(p8 + c);
    put(out + 2 * step + c, mad5(v128.load(from + 2 * fromStep + c), x4, w0, x5, w1, x6, w2, x7, w3, x8, w4));
    put(
      out + 3 * step + c,
      mad5(
        v128.load(from + 3 * fromStep + c),
        x6,
        w0,
        x7,
        w1,
        x8,
        w2,
        v128.load(p9 + c),
        w3,
        v128.load(p10 + c),
        w4,
      ),
    );
  }
}

/** Where a column of a row lies, or nothing. */
function at(row: usize, column: i32, width: i32, step: usize, zeros: usize): usize {
  return <u32>column < <u32>width ? row + <usize>column * step : zeros;
}

/** One row of a filter onto four columns; `left` is its first column, which may lie outside. */
function rowOf(size: i32, stride: i32, row: usize, left: i32, width: i32, zeros: usize, w: usize): void {
  const step = channelBytes;
  const p0 = at(row, left, width, step, zeros);
  const p1 = at(row, left + 1, width, step, zeros);
  const p2 = at(row, left + 2, width, step, zeros);
  const p3 = at(row, left + 3, width, step, zeros);
  const p4 = at(row, left + 4, width, step, zeros);
  const p5 = at(row, left + 5, width, step, zeros);
  if (size == 3 && stride == 1) return row3Stride1(p0, p1, p2, p3, p4, p5, w);
  const p6 = at(row, left + 6, width, step, zeros);
  const p7 = at(row, left + 7, width, step, zeros);
  if (stride == 1) return row5Stride1(p0, p1, p2, p3, p4, p5, p6, p7, w);
  const p8 = at(row, left + 8, width, step, zeros);
  if (size == 3) return row3Stride2(p0, p1, p2, p3, p4, p5, p6, p7, p8, w);
  const p9 = at(row, left + 9, width, step, zeros);
  const p10 = at(row, left + 10, width, step, zeros);
  row5Stride2(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, w);
}

/**
 * One picture: `x` [height, width, channels] → `out` [outHeight, outWidth, channels], float32, clamped to lowest–highest.
 * `w` is [size, size, channels], `size` 3 or 5, `stride` 1 or 2; `channels` is a multiple of 4, `outWidth` at least 4.
 */
export function depthwise(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  w: usize,
  size: i32,
  stride: i32,
  bias: usize,
  zeros: usize,
  padTop: i32,
  padLeft: i32,
  out: usize,
  outHeight: i32,
  outWidth: i32,
  lowest: f32,
  highest: f32,
): void {
  const step = <usize>channels * 4;
  channelBytes = step;
  low = lowest;
  high = highest;
  for (let block: usize = 0; block < step; block += BLOCK) {
    blockBytes = min(BLOCK, step - block);
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * stride - padTop;
      const firstRow = max(0, -top);
      const endRow = min(size, height - top);
      for (let tile = 0; tile < outWidth; tile += TILE) {
        // The last tile lies over the one before: the same numbers again.
        const ox = min(tile, outWidth - TILE);
        const left = ox * stride - padLeft;
        target = out + <usize>(oy * outWidth + ox) * step + block;
        sums = bias + block;
        sumsStep = 0;
        for (let ky = firstRow; ky < endRow; ky++) {
          isLast = ky == endRow - 1;
          const row = x + <usize>((top + ky) * width) * step + block;
          rowOf(size, stride, row, left, width, zeros, w + <usize>(ky * size) * step + block);
          sums = target;
          sumsStep = step;
        }
      }
    }
  }
}
