import { type AtlasShape, cellsPerRow, LARGE, LAYER_SIDE, levelsOf, SMALL } from '../engine/map/atlas.ts';
import type { PictureCell, PictureStrip } from './protocol-map.ts';
import type { Thumbnail } from './protocol.ts';

/** Draws thumbnails into cells of an atlas, cut to squares as the list of pictures shows them. */
export class MapPixels {
  readonly #strip = new OffscreenCanvas(LAYER_SIDE, SMALL.cell);
  readonly #cell = new OffscreenCanvas(LARGE.cell, LARGE.cell);

  /**
   * @param ids pictures in the order of the strip's cells
   * @param thumbnails of those that have one
   * @returns a row of the atlas; the cell of a picture without a thumbnail stays empty
   */
  async strip(ids: ArrayLike<number>, thumbnails: readonly Thumbnail[]): Promise<PictureStrip> {
    const bitmaps = await decoded(thumbnails, SMALL);
    const context = contextOf(this.#strip);
    context.clearRect(0, 0, LAYER_SIDE, SMALL.cell);
    const last = Math.min(ids.length, cellsPerRow(SMALL));
    for (let at = 0; at < last; at += 1) {
      const bitmap = bitmaps.get(ids[at] ?? -1);
      if (bitmap !== undefined) context.drawImage(bitmap, at * SMALL.cell, 0);
      bitmap?.close();
    }
    return { levels: levelsFrom(context, this.#strip, SMALL) };
  }

  /** @returns a cell for each thumbnail that can be decoded */
  async cells(thumbnails: readonly Thumbnail[]): Promise<PictureCell[]> {
    const bitmaps = await decoded(thumbnails, LARGE);
    const context = contextOf(this.#cell);
    return Array.from(bitmaps, ([id, bitmap]) => {
      context.clearRect(0, 0, LARGE.cell, LARGE.cell);
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      return { id, levels: levelsFrom(context, this.#cell, LARGE) };
    });
  }
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('the browser gave no canvas to draw on');
  return context;
}

function levelsFrom(
  context: OffscreenCanvasRenderingContext2D,
  { width, height }: OffscreenCanvas,
  { halvings }: AtlasShape,
): Uint8Array<ArrayBuffer>[] {
  const { data } = context.getImageData(0, 0, width, height);
  return levelsOf(new Uint8Array(data.buffer), width, halvings);
}

async function decoded(
  thumbnails: readonly Thumbnail[],
  { cell }: AtlasShape,
): Promise<Map<number, ImageBitmap>> {
  const bitmaps = new Map<number, ImageBitmap>();
  await Promise.all(
    thumbnails.map(async ({ id, data, type }) => {
      const bitmap = await square(new Blob([data], { type }), cell);
      if (bitmap !== undefined) bitmaps.set(id, bitmap);
    }),
  );
  return bitmaps;
}

/** The middle square of a picture, or undefined when the thumbnail is broken: the map goes on without it. */
async function square(blob: Blob, side: number): Promise<ImageBitmap | undefined> {
  try {
    const whole = await createImageBitmap(blob);
    const short = Math.min(whole.width, whole.height);
    const x = Math.floor((whole.width - short) / 2);
    const y = Math.floor((whole.height - short) / 2);
    const resize = { resizeWidth: side, resizeHeight: side, resizeQuality: 'medium' } as const;
    const cut = await createImageBitmap(whole, x, y, short, short, resize);
    whole.close();
    return cut;
  } catch (thrown) {
    if (thrown instanceof DOMException) return undefined;
    throw thrown;
  }
}
