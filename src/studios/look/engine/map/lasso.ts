import type { Point, Rect } from './camera.ts';

/**
 * Whether a point lies inside a closed line, by the even-odd rule.
 *
 * @param line its corners, at least three; the last is joined to the first
 * @param point any
 * @returns true inside; on the line itself either
 */
export function isInside(line: readonly Point[], point: Point): boolean {
  let inside = false;
  let before = line.at(-1);
  for (const corner of line) {
    if (before !== undefined && corner.y > point.y !== before.y > point.y) {
      const crossing = ((before.x - corner.x) * (point.y - corner.y)) / (before.y - corner.y) + corner.x;
      if (point.x < crossing) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

/**
 * The rectangle around points.
 *
 * @param points at least one
 * @returns the smallest one that holds them all
 */
export function boundsOf(points: Iterable<Point>): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}
