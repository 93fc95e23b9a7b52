/** SVG has no size in pixels and no decoder in workers: an image element draws it, scripts in it never run. */
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { transfer } from '../../../platform/rpc.ts';
import type { LookError, PictureInput } from '../worker/protocol.ts';

const MAX_SIDE = 1024;
/** The page itself draws it, and would stand still over a larger one. */
const MAX_BYTES = 8_000_000;
const SNIFFED_BYTES = 512;

/** Whether a file is an SVG by its type, or by its name and first characters. */
async function isSvg(file: Blob, name: string): Promise<boolean> {
  if (file.type === 'image/svg+xml') return true;
  if (!/\.svg$/i.test(name)) return false;
  const start = await file.slice(0, SNIFFED_BYTES).text();
  return /<svg|<\?xml|<!doctype svg/i.test(start);
}

/**
 * Draws an SVG to a bitmap of at most 1,024 px a side.
 *
 * @param file the SVG
 * @returns the bitmap, or undefined when the browser cannot draw it
 */
async function rasterise(file: Blob): Promise<ImageBitmap | undefined> {
  const address = URL.createObjectURL(new Blob([file], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const width = image.naturalWidth || MAX_SIDE;
    const height = image.naturalHeight || MAX_SIDE;
    // Vectors have no grain: small ones are drawn large.
    const scale = MAX_SIDE / Math.max(width, height);
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(width * scale)),
      Math.max(1, Math.round(height * scale)),
    );
    const context = canvas.getContext('2d');
    if (context === null) return undefined;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    // An SVG that holds HTML taints the canvas, and no worker may have its bitmap: this throws a SecurityError then.
    context.getImageData(0, 0, 1, 1);
    return canvas.transferToImageBitmap();
  } catch (thrown) {
    if (thrown instanceof DOMException) return undefined; // EncodingError or SecurityError
    throw thrown;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * A file as an embed worker takes it: as it is, an SVG with its bitmap beside it.
 *
 * @param picture name, file, and the part that counts
 * @returns the input, the bitmap to be moved, not copied; or why the picture is refused
 */
export async function pictureInput(
  picture: Omit<PictureInput, 'bitmap'> & { readonly file: Blob },
): Promise<Result<PictureInput, LookError>> {
  if (!(await isSvg(picture.file, picture.name))) return ok(picture);
  if (picture.file.size > MAX_BYTES) {
    return fail('too-large', `${picture.name} has ${Math.round(picture.file.size / 1e6)} MB.`, {
      hint: 'Drawings (SVG) over 8 MB are refused: save it as PNG.',
    });
  }
  const bitmap = await rasterise(picture.file);
  return ok(bitmap === undefined ? picture : transfer({ ...picture, bitmap }, [bitmap]));
}
