import type { Neighbours } from './neighbours.ts';

/** Numbers in a position. */
const PLANE = 2;

/**
 * Places new pictures on a finished map, among their neighbours, by UMAP's own first guess for new points: the mean of the
 * neighbours' positions, weighted by how near they are. What is there stays where it is.
 *
 * @param neighbours [N, k] of the new pictures, as indices into `positions`
 * @param positions [M, 2] float32
 * @returns [N, 2] float32, inside the hull of the neighbours
 * @see McInnes, Healy and Melville 2018, "UMAP", https://arxiv.org/abs/1802.03426, section 4; `init_transform` of umap-learn
 */
export function placeAmong(neighbours: Neighbours, positions: Float32Array): Float32Array<ArrayBuffer> {
  const { indices, distances, k } = neighbours;
  const count = indices.length / k;
  const out = new Float32Array(count * PLANE);
  for (let row = 0; row < count; row += 1) {
    const nearest = distances[row * k]!;
    let mean = 0;
    for (let i = 0; i < k; i += 1) mean += distances[row * k + i]! / k;
    // The width of the kernel: how much farther than the nearest the others are.
    const width = Math.max(mean - nearest, 1e-6);
    let sum = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i < k; i += 1) {
      const weight = Math.exp(-(distances[row * k + i]! - nearest) / width);
      const at = indices[row * k + i]! * PLANE;
      sum += weight;
      x += weight * positions[at]!;
      y += weight * positions[at + 1]!;
    }
    out[row * PLANE] = x / sum;
    out[row * PLANE + 1] = y / sum;
  }
  return out;
}

/**
 * Moves and scales positions into the unit square, keeping their proportions: the longer side spans [0, 1].
 *
 * @param positions [N, 2] float32, changed in place
 */
export function fitUnitSquare(positions: Float32Array): void {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let at = 0; at < positions.length; at += PLANE) {
    left = Math.min(left, positions[at]!);
    right = Math.max(right, positions[at]!);
    top = Math.min(top, positions[at + 1]!);
    bottom = Math.max(bottom, positions[at + 1]!);
  }
  const side = Math.max(right - left, bottom - top);
  const scale = side > 0 ? 1 / side : 0;
  const middleX = (left + right) / 2;
  const middleY = (top + bottom) / 2;
  for (let at = 0; at < positions.length; at += PLANE) {
    positions[at] = 0.5 + (positions[at]! - middleX) * scale;
    positions[at + 1] = 0.5 + (positions[at + 1]! - middleY) * scale;
  }
}
