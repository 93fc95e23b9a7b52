/**
 * A hierarchical navigable small world graph in WebAssembly SIMD. AssemblyScript; the algorithms are those of Malkov and
 * Yashunin 2016, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
 * graphs", https://arxiv.org/abs/1603.09320 (numbers in the comments).
 *
 * One instance is one graph. An element's number is its place in the order of insertion. Elements lie in blocks that never
 * move; memory is taken from its end and not given back but with the whole instance. Addresses and sizes are bytes.
 *
 *     element  epoch u32 · level u32 · address of the upper links u32 · mark u32 (1: deleted)
 *              links of level 0: count u32, elements u32 [2 m] · padding · the vector as `distances.ts` keeps it
 *     upper    for each level from 1 on: count u32, elements u32 [m]
 */

import { distanceOf, giveBack, keep, keptBytes, laidOutBytes, layOut, layOutKept } from './distances';

const BLOCK_ELEMENTS: u32 = 1024;
const BLOCK_BITS: u32 = 10;
/** Addresses of 4,096 blocks: four million elements. */
const MAX_BLOCKS: u32 = 4096;
const HEAD: usize = 16;
const NOBODY: u32 = 0xffff_ffff;
const MAX_LEVEL: u32 = 24;

let dim: u32 = 0;
let padded: usize = 0;
let isEuclidean: bool = false;
/** How vectors are kept: 0 f32, 1 half, 2 i8. */
let kind: u32 = 0;
let m: u32 = 0;
let efConstruction: u32 = 0;
let stride: usize = 0;
let vectorOffset: usize = 0;

let count: u32 = 0;
let entry: u32 = NOBODY;
let topLevel: u32 = 0;
let epoch: u32 = 0;
let random: u32 = 0;

let end: usize = 0;
let blocks: usize = 0;
/** Where a caller puts a vector: a query, or one to be added. */
let staging: usize = 0;
/** Vectors that are asked about: the staged one, one whose links are chosen, and a candidate among them. */
let asked: usize = 0;
let owner: usize = 0;
let candidate: usize = 0;
/** Room for one kept vector. */
let scratch: usize = 0;
/** Elements and distances that a search answers. */
let answers: usize = 0;
let answersCapacity: u32 = 0;

// Two heaps of (distance f32, element u32): what is still to be looked at, nearest first, and the best found, farthest first.
let open: usize = 0;
let openSize: u32 = 0;
let openCapacity: u32 = 0;
let best: usize = 0;
let bestSize: u32 = 0;
let bestCapacity: u32 = 0;
/** The best found of a level, sorted, and those of them that become links. */
let sorted: usize = 0;
let chosen: usize = 0;
/** The links of a new element, while those of its neighbours are chosen. */
let fresh: usize = 0;

function take(bytes: usize): usize {
  const at = (end + 15) & ~15;
  end = at + bytes;
  const missing = <i32>((end + 0xffff) >> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return at;
}

/** Begins a graph. `space` 0: cosine, of vectors of norm 1; 1: Euclidean. `storage` 0: f32, 1: half, 2: i8. */
export function init(
  dimension: u32,
  space: u32,
  links: u32,
  construction: u32,
  seed: u32,
  storage: u32,
): void {
  dim = dimension;
  padded = <usize>((dimension + 15) & ~15);
  isEuclidean = space === 1;
  kind = storage;
  m = links;
  efConstruction = construction;
  random = seed | 1;
  vectorOffset = (HEAD + <usize>(4 + 8 * m) + 15) & ~15;
  stride = (vectorOffset + keptBytes(kind, padded) + 15) & ~15;
  end = __heap_base;
  blocks = take(<usize>(MAX_BLOCKS * 4));
  staging = take(padded * 4);
  memory.fill(staging, 0, padded * 4);
  asked = take(laidOutBytes(padded));
  owner = take(laidOutBytes(padded));
  candidate = take(laidOutBytes(padded));
  scratch = take(keptBytes(kind, padded));
  sorted = take(<usize>(efConstruction + 2 * m + 2) * 8);
  chosen = take(<usize>(2 * m + 2) * 8);
  fresh = take(<usize>(2 * m + 2) * 8);
  setRoom(max(efConstruction, 512));
}

export function stagingAddress(): usize {
  return staging;
}
export function answersAddress(): usize {
  return answers;
}
export function size(): u32 {
  return count;
}
export function entryPoint(): u32 {
  return entry;
}
export function highestLevel(): u32 {
  return topLevel;
}
export function upperAddress(element: u32): usize {
  return load<u32>(at(element), 8);
}
export function elementAddress(element: u32): usize {
  return at(element);
}
/** Puts the numbers of an element's vector, as it is kept, where a caller's are staged. */
export function stageElement(element: u32): void {
  giveBack(kind, at(element) + vectorOffset, staging, padded);
}

// Room for lists of `ef`; the open list holds whatever was seen, at most every element.
function setRoom(ef: u32): void {
  if (ef > bestCapacity) {
    bestCapacity = ef;
    best = take(<usize>(ef + 1) * 8);
    answersCapacity = ef;
    answers = take(<usize>ef * 8);
  }
  if (openCapacity < count + 1) {
    openCapacity = max(4096, (count + 1) * 2);
    open = take(<usize>openCapacity * 8);
  }
}

function at(element: u32): usize {
  return (
    load<u32>(blocks + <usize>((element >> BLOCK_BITS) * 4)) +
    <usize>(element & (BLOCK_ELEMENTS - 1)) * stride
  );
}

// Of a vector that is laid out, and an element's own.
function distance(vector: usize, element: usize): f32 {
  return distanceOf(kind, isEuclidean, vector, element + vectorOffset, padded);
}

// Binary heaps. `sign` 1: the least distance on top; −1: the greatest.
function push(heap: usize, size: u32, far: f32, element: u32, sign: f32): void {
  let place = size;
  const key = far * sign;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap + <usize>parent * 8;
    if (load<f32>(above) * sign <= key) break;
    store<u64>(heap + <usize>place * 8, load<u64>(above));
    place = parent;
  }
  const slot = heap + <usize>place * 8;
  store<f32>(slot, far);
  store<u32>(slot, element, 4);
}

function pop(heap: usize, size: u32, sign: f32): void {
  const last = heap + <usize>(size - 1) * 8;
  const far = load<f32>(last);
  const element = load<u32>(last, 4);
  const key = far * sign;
  const left = size - 1;
  let place: u32 = 0;
  for (;;) {
    let child: u32 = 2 * place + 1;
    if (child >= left) break;
    let below = heap + <usize>child * 8;
    if (child + 1 < left && load<f32>(below, 8) * sign < load<f32>(below) * sign) {
      child += 1;
      below += 8;
    }
    if (load<f32>(below) * sign >= key) break;
    store<u64>(heap + <usize>place * 8, load<u64>(below));
    place = child;
  }
  const slot = heap + <usize>place * 8;
  store<f32>(slot, far);
  store<u32>(slot, element, 4);
}

function linksOf(element: u32, level: u32): usize {
  const base = at(element);
  return level === 0 ? base + HEAD : load<usize>(base, 8) + <usize>((level - 1) * (4 + 4 * m));
}

// Walks to the element of a level that is nearest to a vector: algorithm 2 with ef = 1.
function nearestOf(vector: usize, start: u32, level: u32): u32 {
  let here = start;
  let far = distance(vector, at(here));
  let isMoving = true;
  while (isMoving) {
    const links = linksOf(here, level);
    const stop = links + 4 + <usize>load<u32>(links) * 4;
    let next = here;
    for (let link = links + 4; link < stop; link += 4) {
      const other = load<u32>(link);
      const away = distance(vector, at(other));
      if (away < far) {
        far = away;
        next = other;
      }
    }
    isMoving = next !== here;
    here = next;
  }
  return here;
}

// Algorithm 2: fills `best` with up to `ef` elements of a level near a vector. Deleted ones lead the way and are not found
// when `living` is asked for.
function searchLevel(vector: usize, start: u32, level: u32, ef: u32, living: bool): void {
  epoch += 1;
  openSize = 0;
  bestSize = 0;
  const first = at(start);
  store<u32>(first, epoch);
  const away = distance(vector, first);
  push(open, openSize++, away, start, 1);
  if (!living || load<u32>(first, 12) === 0) push(best, bestSize++, away, start, -1);
  while (openSize > 0) {
    const far = load<f32>(open);
    const here = load<u32>(open, 4);
    if (bestSize >= ef && far > load<f32>(best)) break;
    pop(open, openSize--, 1);
    const links = linksOf(here, level);
    const stop = links + 4 + <usize>load<u32>(links) * 4;
    for (let link = links + 4; link < stop; link += 4) {
      const other = load<u32>(link);
      const base = at(other);
      if (load<u32>(base) === epoch) continue;
      store<u32>(base, epoch);
      const gap = distance(vector, base);
      if (bestSize >= ef && gap >= load<f32>(best)) continue;
      push(open, openSize++, gap, other, 1);
      if (living && load<u32>(base, 12) !== 0) continue;
      if (bestSize >= ef) pop(best, bestSize--, -1);
      push(best, bestSize++, gap, other, -1);
    }
  }
}

// Empties `best` into a list, nearest first; answers its length.
function sortBest(list: usize): u32 {
  const length = bestSize;
  while (bestSize > 0) {
    const slot = list + <usize>(bestSize - 1) * 8;
    store<u64>(slot, load<u64>(best));
    pop(best, bestSize--, -1);
  }
  return length;
}

// Algorithm 4: of a list, nearest first, those that are nearer to the vector than to any that was taken before.
function choose(length: u32, most: u32): u32 {
  let taken: u32 = 0;
  for (let i: u32 = 0; i < length && taken < most; i += 1) {
    const slot = sorted + <usize>i * 8;
    const far = load<f32>(slot);
    layOutKept(kind, at(load<u32>(slot, 4)) + vectorOffset, candidate, padded);
    let isGood = true;
    for (let j: u32 = 0; j < taken; j += 1) {
      const other = load<u32>(chosen + <usize>j * 8, 4);
      if (distance(candidate, at(other)) < far) {
        isGood = false;
        break;
      }
    }
    if (!isGood) continue;
    store<u64>(chosen + <usize>taken * 8, load<u64>(slot));
    taken += 1;
  }
  return taken;
}

// Links `from` to `to` on a level; where there are too many links already, the best of them are chosen again.
function link(from: u32, to: u32, away: f32, level: u32): void {
  const links = linksOf(from, level);
  const have = load<u32>(links);
  const most: u32 = level === 0 ? 2 * m : m;
  if (have < most) {
    store<u32>(links + 4 + <usize>have * 4, to);
    store<u32>(links, have + 1);
    return;
  }
  layOutKept(kind, at(from) + vectorOffset, owner, padded);
  bestSize = 0;
  push(best, bestSize++, away, to, -1);
  for (let i: u32 = 0; i < have; i += 1) {
    const other = load<u32>(links + 4 + <usize>i * 4);
    push(best, bestSize++, distance(owner, at(other)), other, -1);
  }
  const length = sortBest(sorted);
  const taken = choose(length, most);
  for (let i: u32 = 0; i < taken; i += 1)
    store<u32>(links + 4 + <usize>i * 4, load<u32>(chosen + <usize>i * 8, 4));
  store<u32>(links, taken);
}

// xorshift32 (Marsaglia 2003): a number in (0, 1].
function uniform(): f64 {
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return <f64>random / 4294967296.0;
}

function place(level: u32): u32 {
  const element = count;
  const block = element >> BLOCK_BITS;
  if (block >= MAX_BLOCKS) unreachable();
  if ((element & (BLOCK_ELEMENTS - 1)) === 0)
    store<u32>(blocks + <usize>(block * 4), <u32>take(<usize>BLOCK_ELEMENTS * stride));
  const base = at(element);
  store<u32>(base, 0);
  store<u32>(base, level, 4);
  store<u32>(base, 0, 8);
  store<u32>(base, 0, 12);
  store<u32>(base + HEAD, 0);
  if (level > 0) {
    const bytes = <usize>(level * (4 + 4 * m));
    const upper = take(bytes);
    memory.fill(upper, 0, bytes);
    store<u32>(base, <u32>upper, 8);
  }
  count += 1;
  setRoom(0);
  return element;
}

/** Algorithm 1: adds the staged vector; answers its element. */
export function add(): u32 {
  const level = min(MAX_LEVEL, <u32>(-Math.log(max(uniform(), 1e-12)) / Math.log(<f64>m)));
  const element = place(level);
  keep(kind, staging, at(element) + vectorOffset, padded);
  if (entry === NOBODY) {
    entry = element;
    topLevel = level;
    return element;
  }
  layOut(kind, staging, scratch, asked, padded);
  let near = entry;
  for (let l = topLevel; l > level; l -= 1) near = nearestOf(asked, near, l);
  for (let l = <i32>min(level, topLevel); l >= 0; l -= 1) {
    searchLevel(asked, near, l, efConstruction, false);
    const length = sortBest(sorted);
    near = load<u32>(sorted, 4);
    const taken = choose(length, m);
    const links = linksOf(element, l);
    store<u32>(links, taken);
    for (let i: u32 = 0; i < taken; i += 1)
      store<u64>(fresh + <usize>i * 8, load<u64>(chosen + <usize>i * 8));
    for (let i: u32 = 0; i < taken; i += 1) {
      const slot = fresh + <usize>i * 8;
      const other = load<u32>(slot, 4);
      store<u32>(links + 4 + <usize>i * 4, other);
      link(other, element, load<f32>(slot), l);
    }
  }
  if (level > topLevel) {
    entry = element;
    topLevel = level;
  }
  return element;
}

/** Marks an element as deleted: it leads the way to others, and is not found. */
export function remove(element: u32): void {
  store<u32>(at(element), 1, 12);
}

/** Algorithm 5: up to `k` living elements near the staged vector, nearest first, from a list of `ef`; answers how many. */
export function search(k: u32, ef: u32): u32 {
  if (entry === NOBODY) return 0;
  setRoom(max(ef, k));
  layOut(kind, staging, scratch, asked, padded);
  let near = entry;
  for (let l = topLevel; l > 0; l -= 1) near = nearestOf(asked, near, l);
  searchLevel(asked, near, 0, max(ef, k), true);
  while (bestSize > k) pop(best, bestSize--, -1);
  return sortBest(answers);
}

/** Takes an element of a kept graph: its vector is staged, its links are written by the caller. Answers the element. */
export function restore(level: u32, isDeleted: u32): u32 {
  const element = place(level);
  const base = at(element);
  store<u32>(base, isDeleted, 12);
  keep(kind, staging, base + vectorOffset, padded);
  return element;
}

/** Ends taking a kept graph. */
export function restored(entryElement: u32, level: u32): void {
  entry = count === 0 ? NOBODY : entryElement;
  topLevel = level;
}
