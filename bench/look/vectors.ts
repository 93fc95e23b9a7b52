import { mulberry32, normal, type Rng } from '../../src/kernel/rng.ts';

/** Directions in which pictures of one cluster differ: embeddings of photographs lie near few dimensions of the 1,280. */
const LATENT = 24;
const PER_CLUSTER = 50;
/** What a vector has of its own, beyond the latent directions. */
const NOISE = 0.15;

const filled = (length: number, make: () => number): Float32Array<ArrayBuffer> => {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 1) values[i] = make();
  return values;
};

/**
 * Vectors that are spread like mean-pooled ReLU6 features: clusters, not negative, of few inner dimensions. The same seed
 * gives the same vectors, and the first n of a longer list are those of a shorter one only if the clusters are as many.
 *
 * @param n how many
 * @param dim numbers in a vector
 * @param seed any integer
 * @param clusters how many clusters, n / 50 when not given
 * @returns [n, dim] float32, in no order of clusters
 */
export function clusteredVectors(
  n: number,
  dim: number,
  seed: number,
  clusters = Math.max(1, Math.round(n / PER_CLUSTER)),
): Float32Array<ArrayBuffer> {
  const rng: Rng = mulberry32(seed);
  const draw = (): number => normal(rng);
  const centres = filled(clusters * dim, draw);
  const basis = filled(LATENT * dim, () => draw() / Math.sqrt(LATENT));
  const vectors = new Float32Array(n * dim);
  for (let row = 0; row < n; row += 1) {
    const centre = Math.floor(rng() * clusters) * dim;
    const latent = filled(LATENT, draw);
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    for (let i = 0; i < dim; i += 1) vector[i] = (centres[centre + i] ?? 0) + NOISE * draw();
    for (const [axis, weight] of latent.entries())
      for (let i = 0; i < dim; i += 1) vector[i] = (vector[i] ?? 0) + weight * (basis[axis * dim + i] ?? 0);
    for (let i = 0; i < dim; i += 1) vector[i] = Math.max(0, vector[i] ?? 0);
  }
  return vectors;
}
