/** A point, in pixels of the canvas or in units of the map. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What of the map is seen: the map's point `x`, `y` is in the middle of the canvas. */
export interface Camera extends Point {
  /** 1: the unit square fills the shorter side of the canvas, less a margin. */
  readonly zoom: number;
}

export interface Size {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** The whole map. */
export const WHOLE: Camera = { x: 0.5, y: 0.5, zoom: 1 };
export const MAX_ZOOM = 400;
const MIN_ZOOM = 0.5;
/** Of the shorter side, left free around the map. */
const MARGIN = 0.06;
/** Pictures grow more slowly than the distances between them, so that zooming in takes them apart. */
const GROWTH = 0.6;
const LEAST_TILE = 5;
const LARGEST_TILE = 168;
const LARGEST_TILE_AT_REST = 56;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/**
 * Pixels to a unit of the map.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @returns CSS pixels, > 0
 */
export const pixelsPerUnit = (camera: Camera, size: Size): number =>
  Math.max(1, Math.min(size.width, size.height) * (1 - 2 * MARGIN)) * camera.zoom;

/**
 * Where a point of the map is drawn.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param point of the map
 * @returns CSS pixels from the canvas's top left corner
 */
export function toScreen(camera: Camera, size: Size, point: Point): Point {
  const scale = pixelsPerUnit(camera, size);
  return {
    x: size.width / 2 + (point.x - camera.x) * scale,
    y: size.height / 2 + (point.y - camera.y) * scale,
  };
}

/**
 * The point of the map under a pixel; the inverse of `toScreen`.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param pixel CSS pixels from the canvas's top left corner
 * @returns a point of the map
 */
export function toMap(camera: Camera, size: Size, pixel: Point): Point {
  const scale = pixelsPerUnit(camera, size);
  return {
    x: camera.x + (pixel.x - size.width / 2) / scale,
    y: camera.y + (pixel.y - size.height / 2) / scale,
  };
}

/**
 * Zooms so that what is under a pixel stays there.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param pixel that stays
 * @param factor > 1 is nearer
 * @returns the new view, zoom within [0.5, 400]
 */
export function zoomAt(camera: Camera, size: Size, pixel: Point, factor: number): Camera {
  const zoom = clamp(camera.zoom * factor, MIN_ZOOM, MAX_ZOOM);
  const under = toMap(camera, size, pixel);
  const after = toMap({ ...camera, zoom }, size, pixel);
  return inBounds({ x: camera.x + under.x - after.x, y: camera.y + under.y - after.y, zoom });
}

/**
 * Moves the map under the canvas.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param by how far, CSS pixels
 * @returns the new view; its middle stays on the map
 */
export function panBy(camera: Camera, size: Size, by: Point): Camera {
  const scale = pixelsPerUnit(camera, size);
  return inBounds({ x: camera.x - by.x / scale, y: camera.y - by.y / scale, zoom: camera.zoom });
}

const inBounds = ({ x, y, zoom }: Camera): Camera => ({ x: clamp(x, 0, 1), y: clamp(y, 0, 1), zoom });

/**
 * The view that shows a stretch of the map as large as it fits.
 *
 * @param rect of the map
 * @returns the view, zoomed in at most 40 times
 */
export function showRect(rect: Rect): Camera {
  const side = Math.max(rect.right - rect.left, rect.bottom - rect.top, 1 / 40);
  return inBounds({ x: (rect.left + rect.right) / 2, y: (rect.top + rect.bottom) / 2, zoom: 1 / side });
}

/**
 * What of the map is on the canvas.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param beyond CSS pixels around the canvas that count too
 * @returns a rectangle of the map
 */
export function seenRect(camera: Camera, size: Size, beyond: number): Rect {
  const from = toMap(camera, size, { x: -beyond, y: -beyond });
  const to = toMap(camera, size, { x: size.width + beyond, y: size.height + beyond });
  return { left: from.x, top: from.y, right: to.x, bottom: to.y };
}

/**
 * The side of a picture on the canvas.
 *
 * @param camera what is seen
 * @param size of the canvas
 * @param count pictures on the map, ≥ 1
 * @returns CSS pixels within [5, 168]
 */
export function tileSize(camera: Camera, size: Size, count: number): number {
  const atRest = (0.75 * Math.min(size.width, size.height)) / Math.sqrt(Math.max(1, count));
  const side = clamp(atRest, LEAST_TILE, LARGEST_TILE_AT_REST) * Math.max(1, camera.zoom) ** GROWTH;
  return clamp(side, LEAST_TILE, LARGEST_TILE);
}
