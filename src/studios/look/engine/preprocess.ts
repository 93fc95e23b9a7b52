import { INPUT_SIZE } from './input-size.ts';
import type { Preprocessing } from './preprocessing.ts';
import { bicubicWeights, resampleColumns, resampleRows, type Square } from './resample.ts';

/** TensorFlow's preprocessing.py, CROP_PADDING: at evaluation the network saw S / (S + 32) of the short side. */
const CROP_PADDING = 32;
/** efficientnet_lite_builder.py: MEAN_RGB and STDDEV_RGB. */
export const MEAN_RGB = 127;
export const STDDEV_RGB = 128;

/** How our own network looks at a picture. */
export const LITE_PREPROCESSING: Preprocessing = {
  order: 'rgb',
  mean: [MEAN_RGB, MEAN_RGB, MEAN_RGB],
  std: [STDDEV_RGB, STDDEV_RGB, STDDEV_RGB],
  crop: { inside: INPUT_SIZE, of: INPUT_SIZE + CROP_PADDING },
};

/** A square of a picture, in whole pixels. */
export interface CropBox {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/**
 * The centre square that the network looks at.
 *
 * @param width of the upright picture, pixels, ≥ 1
 * @param height of the upright picture, pixels, ≥ 1
 * @param crop the share of the short side; by default our own network's S / (S + 32), S = 240
 * @returns the square of floor(share · short side); at least one pixel
 * @throws RangeError when a side is not a whole number ≥ 1
 * @see TensorFlow's efficientnet/preprocessing.py, _decode_and_center_crop
 */
export function cropBox(
  width: number,
  height: number,
  { inside, of }: Preprocessing['crop'] = LITE_PREPROCESSING.crop,
): CropBox {
  assertSide(width, 'width');
  assertSide(height, 'height');
  const short = Math.min(width, height);
  const size = Math.max(1, Math.floor((short * inside) / of));
  return { x: (width - size + 1) >> 1, y: (height - size + 1) >> 1, size };
}

/**
 * A decoded picture → what the network wants: centre crop, over white, antialiased bicubic to 240 × 240 as Pillow does
 * it, (x − 127) / 128.
 *
 * @param rgba [height, width, 4] uint8, sRGB, upright, alpha not premultiplied; only the crop is read
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param crop the square to look at; by default `cropBox(width, height)`. Of pixels that were cropped already it is the
 *   whole: `{ x: 0, y: 0, size: width }`
 * @returns [240, 240, 3] float32, RGB, within [−0.9922, 1], for `LookModel.embed`
 * @throws RangeError when the buffer is not of that size, or the crop not inside the picture
 */
export function toInput(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  crop: CropBox = cropBox(width, height),
): Float32Array<ArrayBuffer> {
  const square = toSquare(rgba, width, height, crop);
  const input = new Float32Array(square.length);
  for (let i = 0; i < square.length; i += 1) input[i] = ((square[i] ?? 0) - MEAN_RGB) / STDDEV_RGB;
  return input;
}

/**
 * The same before the last step: the 8-bit square, bit for bit what Pillow's `resize` gives.
 *
 * @param rgba [height, width, 4] uint8, sRGB, upright, alpha not premultiplied; only the crop is read
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param crop the square to look at
 * @param side output pixels; by default what our own network takes
 * @returns [side, side, 3] uint8, RGB
 * @throws RangeError when the buffer is not of that size, or the crop not inside the picture
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function toSquare(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  crop: CropBox,
  side = INPUT_SIZE,
): Uint8Array {
  assertPicture(rgba, width, height, crop);
  const square = { data: rgba, width, ...crop };
  const weights = bicubicWeights(crop.size, side);
  return resampleColumns(resampleRows(isOpaque(square) ? square : overWhite(square), weights), weights);
}

function isOpaque({ data, width, x, y, size }: Square): boolean {
  for (let row = y; row < y + size; row += 1) {
    const from = (row * width + x) * 4 + 3;
    for (let at = from; at < from + size * 4; at += 4) if (data[at] !== 255) return false;
  }
  return true;
}

/**
 * The square over white.
 *
 * @param square of a picture whose fourth channel is its alpha
 * @returns a square of its own, [size, size, 4]
 */
function overWhite({ data, width, x, y, size }: Square): Square {
  const opaque = new Uint8Array(size * size * 4).fill(255);
  for (let row = 0, out = 0; row < size; row += 1) {
    let at = ((y + row) * width + x) * 4;
    for (const end = at + size * 4; at < end; at += 4, out += 4) {
      const alpha = data[at + 3] ?? 0;
      opaque[out] = blend(data[at] ?? 0, alpha);
      opaque[out + 1] = blend(data[at + 1] ?? 0, alpha);
      opaque[out + 2] = blend(data[at + 2] ?? 0, alpha);
    }
  }
  return { data: opaque, width: size, x: 0, y: 0, size };
}

// A colour over white.
function blend(value: number, alpha: number): number {
  if (alpha === 255) return value;
  // Division by 255 with rounding, in whole numbers.
  const sum = value * alpha + 255 * (255 - alpha) + 128;
  return ((sum >> 8) + sum) >> 8;
}

function assertSide(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name}: expected ≥ 1 pixels, found ${value}`);
}

function assertPicture(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  crop: CropBox,
): void {
  assertSide(width, 'width');
  assertSide(height, 'height');
  if (rgba.length !== width * height * 4) {
    throw new RangeError(`rgba: expected ${width * height * 4} bytes, found ${rgba.length}`);
  }
  const { x, y, size } = crop;
  assertSide(size, 'crop');
  if (!(x >= 0 && y >= 0 && x + size <= width && y + size <= height)) {
    throw new RangeError(`crop: expected inside ${width} × ${height}, found ${size} × ${size} at ${x}, ${y}`);
  }
}
