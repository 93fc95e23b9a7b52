import { drawPlayhead, drawRoll, type RollColors, type RollPicture } from './draw.ts';
import { heightOf, type RollView } from './geometry.ts';

/** Puts the roll on its canvas. What stands still is drawn once and kept: in playing, only the playhead moves. */
export class RollPainter {
  readonly #layer = document.createElement('canvas');
  #isStale = true;

  /** Something that is drawn has changed. */
  invalidate(): void {
    this.#isStale = true;
  }

  /**
   * @param canvas of the page; made as large as the view
   * @param view what of the roll is in sight
   * @param picture asked for only when something has changed
   * @param colors of the theme
   * @param playhead where it is, steps; undefined: none
   */
  paint(
    canvas: HTMLCanvasElement,
    view: RollView,
    picture: () => RollPicture,
    colors: RollColors,
    playhead: number | undefined,
  ): void {
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(view.width * ratio), Math.round(heightOf(view) * ratio)];
    if (width === 0 || height === 0) return;
    const context = canvas.getContext('2d');
    const still = this.#layer.getContext('2d', { alpha: false });
    if (context === null || still === null) return;
    for (const each of [canvas, this.#layer])
      if (each.width !== width || each.height !== height) {
        each.width = width;
        each.height = height;
        this.#isStale = true;
      }
    if (this.#isStale) {
      still.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawRoll(still, view, picture(), colors);
      this.#isStale = false;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#layer, 0, 0);
    if (playhead === undefined) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawPlayhead(context, view, playhead, colors);
  }
}
