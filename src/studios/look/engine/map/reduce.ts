import { mulberry32, normal } from '../../../../kernel/rng.ts';

/** Numbers that are kept of a vector for the map: neighbours among embeddings of photographs change little beyond them. */
export const REDUCED_DIM = 64;
/** Rows that the directions are learned from. */
export const BASIS_SAMPLE = 2048;
/** Rounds of the subspace iteration; Halko et al. find two or three enough where the spectrum falls slowly. */
const ROUNDS = 4;
const SEED = 1;

/** Where vectors are seen from: a centre and orthonormal directions. */
export interface Basis {
  /** [dim] float32 */
  readonly mean: Float32Array<ArrayBuffer>;
  /** [rank, dim] float32, orthonormal rows; the first `rank` principal directions */
  readonly axes: Float32Array<ArrayBuffer>;
  readonly dim: number;
  readonly rank: number;
}

/**
 * Scales each row to norm 1, so that Euclidean distance orders as cosine similarity does.
 *
 * @param rows [N, dim] float32, changed in place; a zero row stays zero
 * @param dim numbers in a row
 */
export function normaliseRows(rows: Float32Array, dim: number): void {
  for (let from = 0; from < rows.length; from += dim) {
    let sum = 0;
    for (let i = from; i < from + dim; i += 1) sum += rows[i]! * rows[i]!;
    const inverse = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = from; i < from + dim; i += 1) rows[i]! *= inverse;
  }
}

/**
 * The principal directions of a sample, by randomised subspace iteration.
 *
 * @param rows [N, dim] float32, N ≥ 1
 * @param dim numbers in a row
 * @param rank how many directions; fewer come back when N or dim is smaller
 * @returns the centre and the directions, the same for the same rows
 * @see Halko, Martinsson and Tropp 2011, "Finding structure with randomness", algorithm 4.4
 */
export function principalBasis(rows: Float32Array, dim: number, rank: number): Basis {
  const count = rows.length / dim;
  const kept = Math.max(1, Math.min(rank, count, dim));
  const mean = new Float32Array(dim);
  for (let from = 0; from < rows.length; from += dim)
    for (let i = 0; i < dim; i += 1) mean[i]! += rows[from + i]! / count;
  const rng = mulberry32(SEED);
  let axes = new Float32Array(kept * dim);
  for (let i = 0; i < axes.length; i += 1) axes[i] = normal(rng);
  orthonormalise(axes, dim);
  for (let round = 0; round < ROUNDS; round += 1) {
    const weights = project(rows, { mean, axes, dim, rank: kept });
    const next = new Float32Array(kept * dim);
    for (let row = 0; row < count; row += 1)
      for (let axis = 0; axis < kept; axis += 1) {
        const weight = weights[row * kept + axis]!;
        const to = axis * dim;
        const from = row * dim;
        for (let i = 0; i < dim; i += 1) next[to + i]! += weight * (rows[from + i]! - mean[i]!);
      }
    orthonormalise(next, dim);
    axes = next;
  }
  return { mean, axes, dim, rank: kept };
}

/**
 * Vectors as seen from a basis.
 *
 * @param rows [N, dim] float32
 * @param basis the directions
 * @returns [N, rank] float32, (row − mean) · axis
 * @throws RangeError when the rows are not of the basis's dimension
 */
export function project(rows: Float32Array, basis: Basis): Float32Array<ArrayBuffer> {
  const { mean, axes, dim, rank } = basis;
  if (rows.length % dim !== 0) throw new RangeError(`rows of ${dim} numbers expected, found ${rows.length}`);
  const count = rows.length / dim;
  const out = new Float32Array(count * rank);
  const offsets = new Float64Array(rank);
  for (let axis = 0; axis < rank; axis += 1)
    for (let i = 0; i < dim; i += 1) offsets[axis]! += axes[axis * dim + i]! * mean[i]!;
  for (let row = 0; row < count; row += 1) {
    const from = row * dim;
    for (let axis = 0; axis < rank; axis += 1) {
      const at = axis * dim;
      let sum = 0;
      for (let i = 0; i < dim; i += 1) sum += rows[from + i]! * axes[at + i]!;
      out[row * rank + axis] = sum - offsets[axis]!;
    }
  }
  return out;
}

// Gram and Schmidt, modified; a row that is in the span of those before it becomes zero.
function orthonormalise(axes: Float32Array, dim: number): void {
  const count = axes.length / dim;
  for (let axis = 0; axis < count; axis += 1) {
    const at = axis * dim;
    // Twice is enough, as Kahan says: once leaves what float32 has rounded.
    for (let pass = 0; pass < 2; pass += 1)
      for (let before = 0; before < axis; before += 1) {
        const from = before * dim;
        let sum = 0;
        for (let i = 0; i < dim; i += 1) sum += axes[at + i]! * axes[from + i]!;
        for (let i = 0; i < dim; i += 1) axes[at + i]! -= sum * axes[from + i]!;
      }
    let norm = 0;
    for (let i = 0; i < dim; i += 1) norm += axes[at + i]! ** 2;
    const inverse = norm > 1e-20 ? 1 / Math.sqrt(norm) : 0;
    for (let i = 0; i < dim; i += 1) axes[at + i]! *= inverse;
  }
}
