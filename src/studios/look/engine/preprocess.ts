import { INPUT_SIZE } from './input-size.ts';
import { bicubicWeights, resampleColumns, resampleRows, type Rgb } from './resample.ts';

/** TensorFlow's preprocessing.py, CROP_PADDING: at evaluation the network saw S / (S + 32) of the short side. */
const CROP_PADDING = 32;
/** efficientnet_lite_builder.py: MEAN_RGB and STDDEV_RGB. */
const MEAN_RGB = 127;
const STDDEV_RGB = 128;
/**
 * A crop over twice this many times the input's size is first shrunk by whole boxes, which costs far less than the long
 * filter; what is left for the filter is at least this many times. Pillow's `reducing_gap`; 3 is what it recommends.
 */
const REDUCING_GAP = 3;

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
 * @returns the square of floor(S / (S + 32) · short side), S = 240; at least one pixel
 * @throws RangeError when a side is not a whole number ≥ 1
 * @see TensorFlow's efficientnet/preprocessing.py, _decode_and_center_crop
 */
export function cropBox(width: number, height: number): CropBox {
  assertSide(width, 'width');
  assertSide(height, 'height');
  const short = Math.min(width, height);
  const size = Math.max(1, Math.floor((short * INPUT_SIZE) / (INPUT_SIZE + CROP_PADDING)));
  return { x: (width - size + 1) >> 1, y: (height - size + 1) >> 1, size };
}

/**
 * A decoded picture → what the network wants: centre crop, over white, antialiased bicubic to 240 × 240 as Pillow does
 * it, (x − 127) / 128.
 *
 * @param rgba [height, width, 4] uint8, sRGB, upright, alpha not premultiplied; only the crop is read
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param crop the square to look at; by default `cropBox(width, height)`
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
 * The same before the last step: the 8-bit square.
 *
 * @param rgba [height, width, 4] uint8, sRGB, upright, alpha not premultiplied; only the crop is read
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param crop the square to look at
 * @param reducingGap see REDUCING_GAP; Infinity gives Pillow's plain `resize`, bit for bit
 * @returns [240, 240, 3] uint8, RGB
 * @throws RangeError when the buffer is not of that size, or the crop not inside the picture
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function toSquare(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  crop: CropBox,
  reducingGap = REDUCING_GAP,
): Uint8Array {
  assertPicture(rgba, width, height, crop);
  const factor = Math.max(1, Math.floor(crop.size / INPUT_SIZE / reducingGap));
  const source = reduce(rgba, width, crop, factor);
  // The crop's size in reduced pixels need not be whole: the last box may be cut.
  const weights = bicubicWeights(source.width, crop.size / factor);
  return resampleColumns(resampleRows(source, weights), weights);
}

/**
 * The crop over white, every factor × factor box averaged.
 *
 * @param rgba [·, width, 4] uint8
 * @param width of the picture
 * @param crop inside the picture
 * @param factor ≥ 1, pixels
 * @returns ceil(size / factor) pixels a side
 */
function reduce(rgba: Uint8ClampedArray | Uint8Array, width: number, crop: CropBox, factor: number): Rgb {
  const side = Math.ceil(crop.size / factor);
  const data = new Uint8Array(side * side * 3);
  let out = 0;
  for (let top = 0; top < crop.size; top += factor) {
    const bottom = Math.min(top + factor, crop.size);
    for (let left = 0; left < crop.size; left += factor) {
      const right = Math.min(left + factor, crop.size);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let y = top; y < bottom; y += 1) {
        let at = ((crop.y + y) * width + crop.x + left) * 4;
        for (let x = left; x < right; x += 1, at += 4) {
          const alpha = rgba[at + 3] ?? 0;
          red += overWhite(rgba[at] ?? 0, alpha);
          green += overWhite(rgba[at + 1] ?? 0, alpha);
          blue += overWhite(rgba[at + 2] ?? 0, alpha);
        }
      }
      const count = (bottom - top) * (right - left);
      const half = count >> 1;
      data[out] = (red + half) / count;
      data[out + 1] = (green + half) / count;
      data[out + 2] = (blue + half) / count;
      out += 3;
    }
  }
  return { data, width: side, height: side };
}

function overWhite(value: number, alpha: number): number {
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
