import { parseSafetensors, WeightsError } from '../../../kernel/tensors/safetensors.ts';

/** Pictures that `logPartitions` takes together. */
export const ROWS = 4;

/** The network's last layer, without the network: embedding → scores of the classes. */
export interface Classifier {
  /** Length of an embedding, D. */
  readonly dim: number;
  /** Number of classes, C. */
  readonly classes: number;
  /** [C, D] float32, a row a class */
  readonly weights: Float32Array;
  /** [C] float32 */
  readonly bias: Float32Array;
}

/**
 * Takes the last layer out of a network's weights.
 *
 * @param file the bytes of weights.safetensors, with `classifier.weight` [D, C] and `classifier.bias` [C]; not kept
 * @returns the layer, about 5 MB
 * @throws WeightsError naming the tensor that is missing or of another shape
 */
export function readClassifier(file: ArrayBuffer): Classifier {
  const tensors = parseSafetensors(file);
  const weight = tensors.get('classifier.weight');
  const bias = tensors.get('classifier.bias');
  if (weight === undefined || bias === undefined)
    throw new WeightsError(
      'tensors classifier.weight and classifier.bias: expected both, found a file without',
    );
  const [dim = 0, classes = 0] = weight.shape;
  if (weight.shape.length !== 2 || bias.shape.length !== 1 || bias.shape[0] !== classes)
    throw new WeightsError(
      `tensor classifier.bias: expected one number a column of [${weight.shape.join(', ')}], found [${bias.shape.join(', ')}]`,
    );
  const weights = new Float32Array(classes * dim);
  for (let d = 0; d < dim; d += 1)
    for (let c = 0; c < classes; c += 1) weights[c * dim + d] = weight.values[d * classes + c]!;
  return { dim, classes, weights, bias: bias.values };
}

/**
 * The logarithm of the softmax's denominator, ln Σ exp(logit) over all classes.
 *
 * @param classifier the last layer
 * @param vectors [≤ 4] embeddings [D] float32, as the network gives them; not normalised
 * @param out [≤ 4] float64, written
 */
export function logPartitions(
  classifier: Classifier,
  vectors: readonly Float32Array[],
  out: Float64Array,
): void {
  const { dim, classes, weights, bias } = classifier;
  const logits = new Float64Array(ROWS * classes);
  const [a = new Float32Array(dim), b = a, c = a, d = a] = vectors;
  for (let k = 0; k < classes; k += 2) {
    // The last of an odd number of classes is computed twice, into one place.
    const next = Math.min(k + 1, classes - 1);
    const w = weights.subarray(k * dim, (k + 1) * dim);
    const v = weights.subarray(next * dim, (next + 1) * dim);
    // Eight sums at once, each number read once for several: twice as fast as one product after the other.
    let [a0, b0, c0, d0] = [bias[k]!, bias[k]!, bias[k]!, bias[k]!];
    let [a1, b1, c1, d1] = [bias[next]!, bias[next]!, bias[next]!, bias[next]!];
    for (let i = 0; i < dim; i += 1) {
      const w0 = w[i]!;
      const w1 = v[i]!;
      const x = a[i]!;
      const y = b[i]!;
      const z = c[i]!;
      const u = d[i]!;
      a0 += w0 * x;
      b0 += w0 * y;
      c0 += w0 * z;
      d0 += w0 * u;
      a1 += w1 * x;
      b1 += w1 * y;
      c1 += w1 * z;
      d1 += w1 * u;
    }
    logits[k] = a0;
    logits[classes + k] = b0;
    logits[2 * classes + k] = c0;
    logits[3 * classes + k] = d0;
    logits[next] = a1;
    logits[classes + next] = b1;
    logits[2 * classes + next] = c1;
    logits[3 * classes + next] = d1;
  }
  for (let row = 0; row < vectors.length; row += 1)
    out[row] = logSumExp(logits.subarray(row * classes, (row + 1) * classes));
}

/**
 * How likely the network takes a picture to show one of some classes: the sum of their softmax probabilities.
 *
 * @param classifier the last layer
 * @param wanted classes in [0, C), none twice
 * @param vector [D] float32, an embedding as the network gives it
 * @param logPartition of the same vector, from `logPartitions`
 * @returns [0, 1]
 */
export function classProbability(
  classifier: Classifier,
  wanted: readonly number[],
  vector: Float32Array,
  logPartition: number,
): number {
  const { dim, weights, bias } = classifier;
  let sum = 0;
  for (const index of wanted) {
    const from = index * dim;
    let logit = bias[index]!;
    for (let i = 0; i < dim; i += 1) logit += weights[from + i]! * vector[i]!;
    sum += Math.exp(logit - logPartition);
  }
  return Math.min(1, sum);
}

/**
 * The logarithm of a sum of exponentials, without overflow.
 *
 * @param values [N ≥ 1] finite
 * @returns ln Σ exp(value)
 */
export function logSumExp(values: Iterable<number>): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}
