import { fail, ok } from '../../../kernel/result.ts';
import { INPUT_SIZE } from '../engine/input-size.ts';
import type { Embedder } from '../engine/model-embedder.ts';
import { partBox, type Box } from '../engine/part.ts';
import { cropBox, LITE_PREPROCESSING, toInput, toSquare } from '../engine/preprocess.ts';
import { normalise } from '../engine/preprocessing.ts';
import type { FastResample } from './fast-resample.ts';
import { COPY_AGAIN, damaged } from './inspect.ts';
import type { LookResult, PictureInput } from './protocol.ts';
import { encodeWebp } from './webp.ts';

/** Longest side of a stored thumbnail, pixels. */
const THUMBNAIL_SIDE = 320;
/**
 * A larger crop is first shrunk to so many times the network's input by the browser's own scaler, so that the exact bicubic
 * still decides every pixel that the network sees, at a bounded cost for photographs of any size.
 */
const MAX_SHRINK = 4;

/** A file of such a type that cannot be decoded is damaged: with other types it may be the browser. */
const READ_BY_EVERY_BROWSER = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/webp']);

/** A decoded picture: upright, in sRGB, not yet on white. */
export type Raster = ImageBitmap;

/** A canvas whose pixels are read back. */
class Easel {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context: OffscreenCanvasRenderingContext2D;

  constructor() {
    // Pixels are read back for every picture: a canvas in main memory spares the way to the GPU and back.
    const context = this.#canvas.getContext('2d', { willReadFrequently: true, alpha: false });
    if (context === null) throw new Error('this browser gives no 2D canvas in a worker');
    this.#context = context;
  }

  /** Draws a rectangle of a picture, over white where it may be seen through, and reads the pixels. */
  pixels(raster: Raster, box: Box, width: number, height: number, isOpaque: boolean): ImageData {
    const canvas = this.#canvas;
    const context = this.#context;
    // Setting a canvas's size makes it anew, which takes longer than the drawing; most pictures of a camera are of one size.
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.imageSmoothingQuality = 'high';
    if (!isOpaque) {
      context.fillStyle = '#fff';
      context.fillRect(0, 0, width, height);
    }
    context.drawImage(raster, box.x, box.y, box.width, box.height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  }
}

// One each: their sizes differ, and stay the same from picture to picture.
const crops = new Easel();
const thumbnails = new Easel();

/**
 * Decodes a picture: EXIF orientation and colour profile are the browser's work.
 *
 * @param input the file, or the bitmap that the page made of it
 * @param type its MIME type by its first bytes
 * @returns the bitmap; the caller closes it
 */
export async function decode(
  input: PictureInput,
  bytes: ArrayBuffer,
  type: string,
): Promise<LookResult<Raster>> {
  if (input.bitmap !== undefined) return ok(input.bitmap);
  try {
    // The file itself spares a copy of its bytes to the browser's process and back; another type than it says would not do.
    const source = input.file.type === type ? input.file : new Blob([bytes], { type });
    return ok(await createImageBitmap(source, { imageOrientation: 'from-image' }));
  } catch (cause) {
    if (type === 'image/heic')
      return fail('unsupported', `${input.name} is a HEIC photograph, which this browser cannot read.`, {
        hint: 'Safari reads it; elsewhere save it as JPEG first.',
        cause,
      });
    if (READ_BY_EVERY_BROWSER.has(type))
      return fail('broken-image', damaged(input.name, type.slice('image/'.length)), {
        hint: COPY_AGAIN,
        cause,
      });
    return fail('broken-image', `${input.name} could not be decoded.`, {
      hint: 'The file may be damaged or of a kind that this browser does not read: save it as JPEG or PNG.',
      cause,
    });
  }
}

/** What its reader knows of a picture beyond its pixels. */
export interface Reading {
  /** Nothing of it can be seen through: its kind of file has no alpha. */
  readonly isOpaque: boolean;
  /** Left out where the browser has no SIMD. */
  readonly fast?: FastResample | undefined;
  /** Whose eyes: by default our own network's. */
  readonly sight?: Sight | undefined;
}

/** How a network looks at a picture. */
export type Sight = Pick<Embedder, 'inputSize' | 'preprocessing'>;

const OWN_SIGHT: Sight = { inputSize: INPUT_SIZE, preprocessing: LITE_PREPROCESSING };

/**
 * What the network sees of a picture.
 *
 * @param raster the upright picture
 * @param part only this part of it, in shares; left out: the centre crop
 * @param reading what is known of it
 * @returns [S·S·3] float32, as the network wants it
 */
function networkInput(
  raster: Raster,
  part: PictureInput['part'],
  { isOpaque, fast, sight = OWN_SIGHT }: Reading,
): Float32Array<ArrayBuffer> {
  const { inputSize, preprocessing } = sight;
  const box = part === undefined ? squareCrop(raster, sight) : partBox(raster.width, raster.height, part);
  const shrink = Math.min(1, (MAX_SHRINK * inputSize) / Math.max(box.width, box.height));
  const width = Math.max(1, Math.round(box.width * shrink));
  const height = Math.max(1, Math.round(box.height * shrink));
  // Square already, but for a part of a picture that is too small for it.
  const size = Math.min(width, height);
  const crop = { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size };
  const { data } = crops.pixels(raster, box, width, height, isOpaque);
  if (preprocessing !== LITE_PREPROCESSING)
    return normalise(toSquare(data, width, height, crop, inputSize), preprocessing);
  if (fast === undefined || width !== height) return toInput(data, width, height, crop);
  return fast.toInput(data, size);
}

/** What is made of a picture. */
export interface Made {
  /** [S·S·3] float32, S the side of the network's input. */
  readonly input: Float32Array<ArrayBuffer>;
  /** The bytes of a WebP file, longest side ≤ 320 px, over white. */
  readonly thumbnail: ArrayBuffer;
}

/**
 * What the network sees of a picture, and its thumbnail.
 *
 * @param raster the upright picture
 * @param part only this part of it for the network, in shares; left out: the centre crop
 * @param reading what is known of it
 * @throws Error when the thumbnail's encoder does not start or refuses
 */
export async function makeOf(raster: Raster, part: PictureInput['part'], reading: Reading): Promise<Made> {
  return { input: networkInput(raster, part, reading), thumbnail: await thumbnail(raster, reading) };
}

function squareCrop({ width, height }: Raster, { preprocessing }: Sight): Box {
  const { x, y, size } = cropBox(width, height, preprocessing.crop);
  return { x, y, width: size, height: size };
}

/**
 * The thumbnail of a picture, longest side ≤ 320 px, over white.
 *
 * @param raster the upright picture
 * @param reading what is known of it
 * @returns the bytes of a WebP file
 */
function thumbnail(raster: Raster, { isOpaque }: Reading): Promise<ArrayBuffer> {
  const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(raster.width, raster.height));
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const whole = { x: 0, y: 0, width: raster.width, height: raster.height };
  return encodeWebp(thumbnails.pixels(raster, whole, width, height, isOpaque));
}
