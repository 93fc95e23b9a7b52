import { drawRoll, type RollColors, type RollPicture } from './draw.ts';
import { heightOf, type RollView } from './geometry.ts';

/**
 * Puts the roll on its canvas. It is drawn there and not on a layer that is copied: copying makes the browser raster
 * everything at once, within the frame's script.
 *
 * @param canvas of the page; made as large as the view
 * @param view what of the roll is in sight
 * @param picture what is on it
 * @param colors of the theme
 */
export function paintRoll(
  canvas: HTMLCanvasElement,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(view.width * ratio), Math.round(heightOf(view) * ratio)];
  const context = canvas.getContext('2d', { alpha: false });
  if (width === 0 || height === 0 || context === null) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawRoll(context, view, picture, colors);
}
