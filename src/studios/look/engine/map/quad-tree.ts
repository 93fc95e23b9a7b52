import type { Point, Rect } from './camera.ts';

/** Points of a leaf. */
const LEAF = 16;
/** Deep enough for any two floats that differ in the unit square; equal points share a leaf. */
const MAX_DEPTH = 24;

interface Node extends Rect {
  readonly points: readonly number[] | undefined;
  readonly children: readonly Node[];
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Finds points of the map by where they lie: under the pointer, inside the window, to the left of another. */
export class QuadTree {
  readonly #positions: Float32Array;
  readonly #root: Node;

  /**
   * A tree over points; it does not copy them.
   *
   * @param positions [N, 2] float32, finite; must not change
   */
  constructor(positions: Float32Array) {
    this.#positions = positions;
    const all = Array.from({ length: positions.length / 2 }, (_, at) => at);
    this.#root = this.#build(all, this.#bounds(), 0);
  }

  /**
   * The point nearest to a place.
   *
   * @param place anywhere
   * @param within farther points do not count
   * @returns its index, ties by the lower one; undefined when there is none
   */
  nearest(place: Point, within = Infinity): number | undefined {
    return this.#closest(place, within * within, (dx, dy) => dx * dx + dy * dy);
  }

  /**
   * The point that a step in a direction leads to: the nearest one in the quarter that faces there, where what lies straight
   * ahead counts as nearer than what lies aside.
   *
   * @param from index of the point to leave
   * @param direction where to; y grows downwards
   * @returns its index, or undefined at the rim
   */
  towards(from: number, direction: Direction): number | undefined {
    const place = this.#at(from);
    return this.#closest(place, Infinity, (dx, dy) => {
      const ahead = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
      const aside = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx);
      return ahead <= 0 || aside > ahead ? undefined : (ahead + aside) ** 2;
    });
  }

  /**
   * The points in a rectangle, its rim included.
   *
   * @param rect of the map
   * @returns their indices, in no order that means anything
   */
  inRect(rect: Rect): number[] {
    const found: number[] = [];
    const visit = (node: Node): void => {
      if (
        node.left > rect.right ||
        node.right < rect.left ||
        node.top > rect.bottom ||
        node.bottom < rect.top
      )
        return;
      for (const at of node.points ?? []) {
        const { x, y } = this.#at(at);
        if (x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom) found.push(at);
      }
      node.children.forEach(visit);
    };
    visit(this.#root);
    return found;
  }

  // `cost` is never below the squared distance; undefined: the point does not count.
  #closest(
    place: Point,
    limit: number,
    cost: (dx: number, dy: number) => number | undefined,
  ): number | undefined {
    let best: number | undefined;
    let least = limit;
    const visit = (node: Node): void => {
      if (distanceTo(node, place) > least) return;
      for (const at of node.points ?? []) {
        const { x, y } = this.#at(at);
        const found = cost(x - place.x, y - place.y);
        if (found === undefined || found > least) continue;
        if (found === least && best !== undefined && best < at) continue;
        best = at;
        least = found;
      }
      const nearFirst = node.children.toSorted((a, b) => distanceTo(a, place) - distanceTo(b, place));
      nearFirst.forEach(visit);
    };
    visit(this.#root);
    return best;
  }

  #at(index: number): Point {
    return { x: this.#positions[index * 2]!, y: this.#positions[index * 2 + 1]! };
  }

  #bounds(): Rect {
    let left = 0;
    let top = 0;
    let right = 1;
    let bottom = 1;
    for (let at = 0; at < this.#positions.length; at += 2) {
      left = Math.min(left, this.#positions[at]!);
      right = Math.max(right, this.#positions[at]!);
      top = Math.min(top, this.#positions[at + 1]!);
      bottom = Math.max(bottom, this.#positions[at + 1]!);
    }
    return { left, top, right, bottom };
  }

  #build(points: readonly number[], rect: Rect, depth: number): Node {
    if (points.length <= LEAF || depth === MAX_DEPTH) return { ...rect, points, children: [] };
    const { left, top, right, bottom } = rect;
    const x = (left + right) / 2;
    const y = (top + bottom) / 2;
    const quarters: number[][] = [[], [], [], []];
    for (const at of points) {
      const point = this.#at(at);
      quarters[(point.x > x ? 1 : 0) + (point.y > y ? 2 : 0)]!.push(at);
    }
    const rects: readonly Rect[] = [
      { left, top, right: x, bottom: y },
      { left: x, top, right, bottom: y },
      { left, top: y, right: x, bottom },
      { left: x, top: y, right, bottom },
    ];
    const children = quarters.flatMap((own, quarter) =>
      own.length === 0 ? [] : this.#build(own, rects[quarter]!, depth + 1),
    );
    return { ...rect, points: undefined, children };
  }
}

// Squared distance of a place to a rectangle; 0 inside.
function distanceTo(rect: Rect, { x, y }: Point): number {
  const dx = Math.max(rect.left - x, 0, x - rect.right);
  const dy = Math.max(rect.top - y, 0, y - rect.bottom);
  return dx * dx + dy * dy;
}
