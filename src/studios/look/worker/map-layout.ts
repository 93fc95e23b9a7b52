import { UMAP } from 'umap-js';
import { mulberry32 } from '../../../kernel/rng.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { nearestRows, type Neighbours } from '../engine/map/neighbours.ts';
import { fitUnitSquare } from '../engine/map/place.ts';

/** McInnes et al. 2018, section 4.3: the usual choice between local and global structure. */
const NEIGHBOURS = 15;
/** A little more than the usual 0.1: thumbnails are larger than dots. */
const MIN_DIST = 0.2;
/** Of the first guess, which UMAP's own spectral one has too. */
const FIRST_SPREAD = 10;
const SEED = 42;
const PLANE = 2;
/** How long the worker works before it listens. */
const TURN_MS = 100;
/** Queries of one stretch of the exact scan. */
const QUERIES_AT_ONCE = 32;

/** Shares of the whole work, by measurement at 20,000 pictures. */
const SHARE_NEIGHBOURS = 0.4;
const SHARE_GRAPH = 0.05;

export interface LayoutOptions extends Pick<TaskOptions, 'signal'> {
  /** Of the work, [0, 1]. */
  readonly onShare: (share: number) => void;
  /** Lets messages in; a parameter, so that tests need no clock. */
  readonly pause: () => Promise<void>;
  /** A clock for durations, milliseconds. */
  readonly elapsed: () => number;
}

/**
 * The plane by UMAP, from the neighbours that an exact scan finds; the first two principal directions are its first guess, so
 * that the same vectors give the same map, and what is far apart in them stays apart.
 *
 * @param reduced [N, rank] float32, principal components, the first ones first
 * @param rank numbers in a row
 * @returns [N, 2] float32 within the unit square
 * @throws AbortError when it was stopped
 * @see McInnes, Healy and Melville 2018, "UMAP", https://arxiv.org/abs/1802.03426
 */
export async function layOut(
  reduced: Float32Array,
  rank: number,
  options: LayoutOptions,
): Promise<Float32Array<ArrayBuffer>> {
  const count = reduced.length / rank;
  const positions = firstGuess(reduced, rank);
  // A handful of pictures has no neighbourhoods: their principal directions are all there is to see.
  if (count > PLANE + 2) {
    const neighbours = await scan(reduced, reduced, rank, Math.min(NEIGHBOURS, count - 1), {
      ...options,
      onShare: (share) => options.onShare(share * SHARE_NEIGHBOURS),
    });
    await optimise(positions, neighbours, options);
  }
  fitUnitSquare(positions);
  options.onShare(1);
  return positions;
}

/**
 * `nearestRows` in stretches, so that it can be stopped.
 *
 * @param queries [Q, rank] float32
 * @param rows [N, rank] float32
 * @param k ≤ N
 */
export async function scan(
  queries: Float32Array,
  rows: Float32Array,
  rank: number,
  k: number,
  options: LayoutOptions,
): Promise<Neighbours> {
  const count = queries.length / rank;
  const indices = new Uint32Array(count * k);
  const distances = new Float32Array(count * k);
  const turn = turns(options);
  for (let from = 0; from < count; from += QUERIES_AT_ONCE) {
    const stretch = queries.subarray(from * rank, Math.min(count, from + QUERIES_AT_ONCE) * rank);
    const found = nearestRows(stretch, rows, rank, k);
    indices.set(found.indices, from * k);
    distances.set(found.distances, from * k);
    await turn(from / count);
  }
  return { indices, distances, k };
}

/** Tells how far it is and listens, every now and then. */
function turns({ signal, onShare, pause, elapsed }: LayoutOptions): (share: number) => Promise<void> {
  let since = elapsed();
  return async (share) => {
    if (elapsed() - since < TURN_MS) return;
    onShare(share);
    await pause();
    signal?.throwIfAborted();
    since = elapsed();
  };
}

function firstGuess(reduced: Float32Array, rank: number): Float32Array<ArrayBuffer> {
  const count = reduced.length / rank;
  const positions = new Float32Array(count * PLANE);
  let largest = 0;
  for (let row = 0; row < count; row += 1)
    for (let axis = 0; axis < Math.min(PLANE, rank); axis += 1) {
      const value = reduced[row * rank + axis] ?? 0;
      positions[row * PLANE + axis] = value;
      largest = Math.max(largest, Math.abs(value));
    }
  const scale = largest > 0 ? FIRST_SPREAD / largest : 0;
  const rng = mulberry32(SEED);
  // A hair of noise: equal vectors at one point would never be driven apart.
  return positions.map((value) => value * scale + (rng() - 0.5) * 1e-3);
}

async function optimise(
  positions: Float32Array,
  { indices, distances, k }: Neighbours,
  options: LayoutOptions,
): Promise<void> {
  const count = positions.length / PLANE;
  const rows = <T extends Uint32Array | Float32Array>(from: T): number[][] =>
    Array.from({ length: count }, (_, row) => Array.from(from.subarray(row * k, (row + 1) * k)));
  const umap = new UMAP({ nNeighbors: k, minDist: MIN_DIST, random: mulberry32(SEED) });
  umap.setPrecomputedKNN(rows(indices), rows(distances));
  // Only how many they are is asked of the vectors when the neighbours are known.
  const epochs = umap.initializeFit(Array.from({ length: count }, () => []));
  // The library starts from noise; its optimiser moves these very arrays, so it takes our first guess from them.
  const points = umap.getEmbedding();
  for (const [row, point] of points.entries())
    for (let axis = 0; axis < PLANE; axis += 1) point[axis] = positions[row * PLANE + axis] ?? 0;
  const done = SHARE_NEIGHBOURS + SHARE_GRAPH;
  const turn = turns({ ...options, onShare: (share) => options.onShare(done + share * (1 - done)) });
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    umap.step();
    await turn(epoch / epochs);
  }
  for (const [row, point] of points.entries()) positions.set(point, row * PLANE);
}
