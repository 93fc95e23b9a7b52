/** SVG has no size in pixels and no decoder in workers: an image element draws it, scripts in it never run. */

const MAX_SIDE = 1024;
const SNIFFED_BYTES = 512;

/** Whether a file is an SVG by its name, type or first characters. */
export async function isSvg(file: File): Promise<boolean> {
  if (file.type === 'image/svg+xml') return true;
  if (!/\.svg$/i.test(file.name)) return false;
  const start = await file.slice(0, SNIFFED_BYTES).text();
  return /<svg|<\?xml|<!doctype svg/i.test(start);
}

/**
 * Draws an SVG to a bitmap of at most 1,024 px a side.
 *
 * @param file the SVG
 * @returns the bitmap, or undefined when the browser cannot draw it
 */
export async function rasterise(file: File): Promise<ImageBitmap | undefined> {
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
