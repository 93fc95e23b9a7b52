import type { TwinPair } from './twin-pairs.ts';

/** Pictures that hang together by pairs. */
export interface TwinGroup {
  /** Ids in rising order, ≥ 2. */
  readonly ids: readonly number[];
  /** The weakest link without which it would be two groups. */
  readonly weakest: number;
}

/** What is known of a picture when the best of a group is chosen. */
export interface Candidate {
  readonly id: number;
  /** Of the upright picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the file. */
  readonly bytes: number;
  /** By `printOf`. */
  readonly sharpness: number;
}

/** Disjoint sets of numbers, with path halving and union by size. */
export class UnionFind {
  readonly #parent = new Map<number, number>();
  readonly #size = new Map<number, number>();

  /**
   * The set that a number is in.
   *
   * @param member any number; one that is new is a set of its own
   * @returns the number that stands for its set
   * @see Tarjan and van Leeuwen 1984, Worst-case analysis of set union algorithms
   */
  find(member: number): number {
    let at = member;
    for (;;) {
      const parent = this.#parent.get(at);
      if (parent === undefined) {
        this.#parent.set(at, at);
        return at;
      }
      if (parent === at) return at;
      const above = this.#parent.get(parent) ?? parent;
      this.#parent.set(at, above);
      at = above;
    }
  }

  /**
   * Makes two sets one.
   *
   * @param a in one of them
   * @param b in the other
   * @returns the number that stands for the set from now on, or undefined when it was one set already
   */
  union(a: number, b: number): number | undefined {
    const one = this.find(a);
    const other = this.find(b);
    if (one === other) return undefined;
    const sizeOfOne = this.#size.get(one) ?? 1;
    const sizeOfOther = this.#size.get(other) ?? 1;
    const [root, child] = sizeOfOne >= sizeOfOther ? [one, other] : [other, one];
    this.#parent.set(child, root);
    this.#size.set(root, sizeOfOne + sizeOfOther);
    return root;
  }
}

/**
 * Groups pictures: whoever is linked to one of a group belongs to it.
 *
 * @param pairs the most alike first; all of them count
 * @returns the groups, the most alike first by their weakest link, ties by the least id
 */
export function groupsOf(pairs: readonly TwinPair[]): TwinGroup[] {
  const sets = new UnionFind();
  const weakest = new Map<number, number>();
  const members = new Set<number>();
  for (const { a, b, likeness } of pairs) {
    members.add(a);
    members.add(b);
    const root = sets.union(a, b);
    // They come in falling order, so the last link that joined anything is the weakest.
    if (root !== undefined) weakest.set(root, likeness);
  }
  const groups = new Map<number, number[]>();
  for (const id of [...members].sort((p, q) => p - q)) {
    const root = sets.find(id);
    const ids = groups.get(root);
    if (ids === undefined) groups.set(root, [id]);
    else ids.push(id);
  }
  return [...groups]
    .map(([root, ids]) => ({ ids, weakest: weakest.get(root) ?? 0 }))
    .sort((p, q) => q.weakest - p.weakest || (p.ids[0] ?? 0) - (q.ids[0] ?? 0));
}

/** A picture with less of the sharpest one's sharpness is blurred against it, however many pixels it has. */
const SHARP_ENOUGH = 0.75;

/**
 * Puts copies of a picture in order, the best first: those that are sharp before those that are blurred; among each the
 * ones with more pixels, then with more bytes, for they were compressed less; then the sharper ones, then by id.
 *
 * @param group the copies
 * @returns a sorted copy of it
 */
export function byQuality<T extends Candidate>(group: readonly T[]): T[] {
  const sharpest = group.reduce((most, { sharpness }) => Math.max(most, sharpness), 0);
  const isSharp = ({ sharpness }: Candidate): number => (sharpness >= SHARP_ENOUGH * sharpest ? 1 : 0);
  const pixels = ({ width, height }: Candidate): number => width * height;
  return [...group].sort(
    (p, q) =>
      isSharp(q) - isSharp(p) ||
      pixels(q) - pixels(p) ||
      q.bytes - p.bytes ||
      q.sharpness - p.sharpness ||
      p.id - q.id,
  );
}
