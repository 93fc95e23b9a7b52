import type { MapScene, Point } from '../state/map-scene.svelte.ts';

/** A pointer that moves less is a click, CSS pixels. */
const SLACK = 5;
/** Corners of a lasso lie at least so far apart. */
const LASSO_STEP = 4;
/** Zoom for a notch of a wheel, some 100 pixels. */
const WHEEL = 0.0018;
const PIXELS_A_LINE = 16;

export interface MapGestureParts {
  readonly scene: MapScene;
  onclick(id: number): void;
  onlasso(ids: readonly number[]): void;
  onhover(id: number | undefined): void;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const placeOf = (event: MouseEvent): Point => ({ x: event.offsetX, y: event.offsetY });

/** Mouse and fingers on the map: click, drag, pinch, lasso. */
export class MapGestures {
  readonly #parts: MapGestureParts;
  readonly #pointers = new Map<number, Point>();
  #begun: Point | undefined;
  #hasMoved = false;
  #hovered: number | undefined;
  #line = $state.raw<readonly Point[]>([]);
  #drawsLasso = false;
  /** Whether a drag draws a lasso. */
  isLasso = $state(false);

  constructor(parts: MapGestureParts) {
    this.#parts = parts;
  }

  /** Corners of the lasso that is being drawn, pixels of the canvas. */
  get line(): readonly Point[] {
    return this.#line;
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (event.target instanceof Element) event.target.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    this.#pointers.set(event.pointerId, at);
    this.#hasMoved = this.#pointers.size > 1;
    this.#begun = at;
    this.#drawsLasso = this.#pointers.size === 1 && (this.isLasso || event.shiftKey);
    this.#line = this.#drawsLasso ? [at] : [];
  }

  move(event: PointerEvent): void {
    const at = placeOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) {
      this.#hover(at);
      return;
    }
    if (this.#begun !== undefined && distance(at, this.#begun) > SLACK) this.#hasMoved = true;
    if (!this.#hasMoved) return;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, at);
    if (this.#drawsLasso) this.#draw(at);
    else if (other === undefined) this.#parts.scene.pan({ x: at.x - before.x, y: at.y - before.y });
    else this.#pinch(before, at, other);
  }

  up(event: PointerEvent): void {
    const at = placeOf(event);
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#drawsLasso && this.#hasMoved) {
      const ids = this.#parts.scene.inside(this.#line);
      if (ids.length > 0) this.#parts.onlasso(ids);
    } else if (!this.#hasMoved) {
      const id = this.#parts.scene.pictureAt(at);
      if (id !== undefined) this.#parts.onclick(id);
    }
    this.#line = [];
    this.#drawsLasso = false;
  }

  cancel(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    this.#line = [];
    this.#drawsLasso = false;
  }

  leave(): void {
    this.#say(undefined);
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * PIXELS_A_LINE : event.deltaY;
    this.#parts.scene.zoom(Math.exp(-pixels * WHEEL), placeOf(event));
  }

  #draw(at: Point): void {
    const last = this.#line.at(-1);
    if (last === undefined || distance(last, at) >= LASSO_STEP) this.#line = [...this.#line, at];
  }

  #pinch(before: Point, at: Point, other: Point): void {
    const middle = between(at, other);
    const was = between(before, other);
    this.#parts.scene.pan({ x: middle.x - was.x, y: middle.y - was.y });
    this.#parts.scene.zoom(distance(at, other) / Math.max(1, distance(before, other)), middle);
  }

  #hover(at: Point): void {
    this.#say(this.#parts.scene.pictureAt(at));
  }

  #say(id: number | undefined): void {
    if (id === this.#hovered) return;
    this.#hovered = id;
    this.#parts.onhover(id);
  }
}
