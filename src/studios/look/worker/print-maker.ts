import { lumaOf, LUMA_SIDE, printOf, type Print } from '../engine/print.ts';
import type { Thumbnail } from './protocol.ts';

/** Draws thumbnails and makes their prints. */
export class PrintMaker {
  readonly #context: OffscreenCanvasRenderingContext2D;

  constructor() {
    const canvas = new OffscreenCanvas(LUMA_SIDE, LUMA_SIDE);
    const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
    if (context === null) throw new Error('this browser gives no 2D canvas in a worker');
    context.imageSmoothingQuality = 'high';
    this.#context = context;
  }

  /**
   * The print of a stored thumbnail.
   *
   * @returns undefined when it cannot be decoded: its picture has no print then and no twins
   */
  async make({ data, type }: Thumbnail): Promise<Print | undefined> {
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(new Blob([data], { type }));
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
      return undefined;
    }
    this.#context.drawImage(bitmap, 0, 0, LUMA_SIDE, LUMA_SIDE);
    bitmap.close();
    return printOf(lumaOf(this.#context.getImageData(0, 0, LUMA_SIDE, LUMA_SIDE).data));
  }
}
