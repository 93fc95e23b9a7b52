/** A rectangle in pixels of a picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle in shares [0, 1] of a picture's width and height. */
export type Part = Box;

/** Smaller parts hold too little for the network to see anything. */
const MIN_SIDE_PX = 16;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/**
 * The pixels that stand for a part that a person drew: the square around its middle that holds the whole part, moved and,
 * where the picture is too small for it, cut so that it stays inside the picture. The network sees squares: so nothing of
 * the part is lost, and what is added is the part's own surroundings.
 *
 * @param width of the upright picture, pixels, ≥ 1
 * @param height of the upright picture, pixels, ≥ 1
 * @param part what was drawn, in shares of the picture
 * @returns whole pixels inside the picture
 */
export function partBox(width: number, height: number, part: Part): Box {
  const side = Math.round(Math.max(part.width * width, part.height * height, MIN_SIDE_PX));
  const boxWidth = Math.min(side, width);
  const boxHeight = Math.min(side, height);
  const centreX = (part.x + part.width / 2) * width;
  const centreY = (part.y + part.height / 2) * height;
  return {
    x: clamp(Math.round(centreX - boxWidth / 2), 0, width - boxWidth),
    y: clamp(Math.round(centreY - boxHeight / 2), 0, height - boxHeight),
    width: boxWidth,
    height: boxHeight,
  };
}
