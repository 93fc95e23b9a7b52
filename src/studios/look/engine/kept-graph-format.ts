/**
 * A graph as it is kept: without the vectors of living elements, which the library keeps already. All little-endian words,
 * as WebAssembly has them in memory.
 */

/** `HNSW` and the number of this format. */
const MAGIC = 0x5753_4e48;
const FORMAT = 1;
const HEADER_WORDS = 6;
const MAX_LEVEL = 24;

/** The parts of a kept graph; each is checked by its length. */
export interface KeptGraph {
  /** [6] magic, format, dim, m, entry element, highest level */
  readonly header: Uint32Array<ArrayBuffer>;
  /** [elements] ids in the order of insertion; those of deleted elements mean nothing */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [elements] `hashVector` of the vectors as they were added */
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** [elements · (2 + 2m)] level and mark of deletion (level · 2 + mark), then count and elements of level 0 */
  readonly links: Uint32Array<ArrayBuffer>;
  /** [any] count and elements of the levels above, one level after the other, element by element */
  readonly upper: Uint32Array<ArrayBuffer>;
  /** [deleted, dim] float32: nobody else keeps the vectors of deleted elements, and the graph walks through them */
  readonly deadVectors: Float32Array<ArrayBuffer>;
}

/** What a graph must agree with. */
export interface KeptShape {
  readonly dim: number;
  /** Links of an element above level 0; level 0 has twice as many. */
  readonly m: number;
}

/** An element of a graph. */
export interface GraphElement {
  readonly level: number;
  readonly isDeleted: boolean;
  /** [1 + 2m] count, elements */
  readonly links: Uint32Array;
  /** [level · (1 + m)] */
  readonly upper: Uint32Array;
}

/** A kept graph that is not what it should be. */
export class KeptGraphError extends Error {
  override readonly name = 'KeptGraphError';
  readonly code = 'bad-graph';
}

/**
 * Words of a list of links.
 *
 * @param most links that it has room for
 * @returns words, the count among them
 */
export const linkWords = (most: number): number => 1 + most;

/**
 * Writes a graph.
 *
 * @param graph its shape, where it is entered, ids and hashes by element, and how to get at an element: views, copied here
 * @returns the parts
 */
export function writeKept(
  graph: KeptShape & {
    readonly count: number;
    readonly entry: number;
    readonly topLevel: number;
    readonly ids: Uint32Array<ArrayBuffer>;
    readonly hashes: Uint32Array<ArrayBuffer>;
    readonly element: (number: number) => GraphElement & { readonly vector: () => Float32Array };
  },
): KeptGraph {
  const { dim, m, count, entry, topLevel, ids, hashes, element } = graph;
  const words = 1 + linkWords(2 * m);
  const links = new Uint32Array(count * words);
  const upper: Uint32Array[] = [];
  const dead: Float32Array[] = [];
  for (let number = 0; number < count; number += 1) {
    const one = element(number);
    links[number * words] = one.level * 2 + (one.isDeleted ? 1 : 0);
    links.set(one.links, number * words + 1);
    if (one.level > 0) upper.push(one.upper.slice());
    if (one.isDeleted) dead.push(one.vector().slice());
  }
  const header = Uint32Array.of(MAGIC, FORMAT, dim, m, entry, topLevel);
  return { header, ids, hashes, links, upper: joined(upper), deadVectors: joinedFloats(dead, dim) };
}

function joined(parts: readonly Uint32Array[]): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function joinedFloats(parts: readonly Float32Array[], dim: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.length * dim);
  parts.forEach((part, row) => all.set(part, row * dim));
  return all;
}

const wordsOf = ({ header }: KeptGraph): number => 1 + linkWords(2 * (header[3] ?? 0));
const headOf = (kept: KeptGraph, number: number): number => kept.links[number * wordsOf(kept)] ?? 0;

/**
 * Checks a kept graph: every link leads to an element that has that level.
 *
 * @param kept the parts, from a disk
 * @param shape what it must agree with
 * @throws KeptGraphError saying what is wrong
 */
export function assertKept(kept: KeptGraph, { dim, m }: KeptShape): void {
  const refuse = (what: string): never => {
    throw new KeptGraphError(`the kept graph is of no use: ${what}`);
  };
  const { header, ids, hashes, links, upper, deadVectors } = kept;
  const count = ids.length;
  if (header.length !== HEADER_WORDS || header[0] !== MAGIC || header[1] !== FORMAT)
    refuse('it is of another kind');
  if (header[2] !== dim || header[3] !== m) refuse('it was made for other vectors');
  const words = 1 + linkWords(2 * m);
  if (hashes.length !== count || links.length !== count * words) refuse('its parts are of different lengths');
  const levels = Uint8Array.from({ length: count }, (_, number) => (links[number * words] ?? 0) >> 1);
  let upperWords = 0;
  let dead = 0;
  for (let number = 0; number < count; number += 1) {
    const level = (links[number * words] ?? 0) >>> 1;
    if (level > MAX_LEVEL) refuse('a level is too high');
    dead += (links[number * words] ?? 0) & 1;
    assertLinks(links, number * words + 1, 2 * m, (other) => other < count, refuse);
    for (let l = 1; l <= level; l += 1) {
      assertLinks(upper, upperWords, m, (other) => other < count && (levels[other] ?? 0) >= l, refuse);
      upperWords += linkWords(m);
    }
  }
  if (upper.length !== upperWords || deadVectors.length !== dead * dim) refuse('something is missing');
  const [entry = 0, topLevel = 0] = header.subarray(4);
  if (count > 0 && (entry >= count || levels[entry] !== topLevel)) refuse('it has no entry');
}

function assertLinks(
  words: Uint32Array,
  at: number,
  most: number,
  leadsTo: (other: number) => boolean,
  refuse: (what: string) => void,
): void {
  const count = words[at] ?? most + 1;
  if (count > most) refuse('an element has too many links');
  for (let i = 1; i <= count && i <= most; i += 1)
    if (!leadsTo(words[at + i] ?? Infinity)) refuse('a link leads nowhere');
}

/**
 * Reads a kept graph that was checked.
 *
 * @param kept the parts
 * @param take gets each element in the order of insertion; its links are views
 */
export function readKept(
  kept: KeptGraph,
  take: (element: GraphElement & { readonly number: number }) => void,
): void {
  const words = wordsOf(kept);
  const upperWords = linkWords(kept.header[3] ?? 0);
  let at = 0;
  for (let number = 0; number < kept.ids.length; number += 1) {
    const head = headOf(kept, number);
    const level = head >>> 1;
    const links = kept.links.subarray(number * words + 1, (number + 1) * words);
    const upper = kept.upper.subarray(at, at + level * upperWords);
    at += upper.length;
    take({ number, level, isDeleted: (head & 1) === 1, links, upper });
  }
}

/**
 * Elements that are found.
 *
 * @param kept the parts
 * @returns numbers, ascending
 */
export const livingElements = (kept: KeptGraph): number[] =>
  Array.from(kept.ids, (_, number) => number).filter((number) => (headOf(kept, number) & 1) === 0);

/**
 * Elements that are way stations only.
 *
 * @param kept the parts
 * @returns numbers, ascending: the rows of `deadVectors`
 */
export const deadElements = (kept: KeptGraph): number[] =>
  Array.from(kept.ids, (_, number) => number).filter((number) => (headOf(kept, number) & 1) === 1);

/**
 * The ids that a kept graph finds.
 *
 * @param kept the parts
 * @returns ids in the order in which `GraphIndex.restore` wants their vectors
 */
export const livingIds = (kept: KeptGraph): Uint32Array<ArrayBuffer> =>
  Uint32Array.from(livingElements(kept), (number) => kept.ids[number] ?? 0);
