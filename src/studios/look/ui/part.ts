/** A rectangle in shares [0, 1] of a picture's width and height. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box needs some area to hold anything. */
const MIN_SIDE = 0.03;
const STEP = 0.02;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The box between two corners, cut at the picture's edge. */
export function drawnBetween(a: Point, b: Point): Part {
  const [x0, x1] = [clamp(Math.min(a.x, b.x), 0, 1 - MIN_SIDE), clamp(Math.max(a.x, b.x), 0, 1)];
  const [y0, y1] = [clamp(Math.min(a.y, b.y), 0, 1 - MIN_SIDE), clamp(Math.max(a.y, b.y), 0, 1)];
  return { x: x0, y: y0, width: Math.max(MIN_SIDE, x1 - x0), height: Math.max(MIN_SIDE, y1 - y0) };
}

/** The box after an arrow key: moved, or resized with Shift; undefined for other keys. */
export function nudged(part: Part, key: string, resize: boolean): Part | undefined {
  const directions: Readonly<Record<string, Point>> = {
    ArrowLeft: { x: -STEP, y: 0 },
    ArrowRight: { x: STEP, y: 0 },
    ArrowUp: { x: 0, y: -STEP },
    ArrowDown: { x: 0, y: STEP },
  };
  const by = directions[key];
  if (by === undefined) return undefined;
  if (resize) {
    return {
      ...part,
      width: clamp(part.width + by.x, MIN_SIDE, 1 - part.x),
      height: clamp(part.height + by.y, MIN_SIDE, 1 - part.y),
    };
  }
  return {
    ...part,
    x: clamp(part.x + by.x, 0, 1 - part.width),
    y: clamp(part.y + by.y, 0, 1 - part.height),
  };
}
