import { dot, dots, ROWS_AT_ONCE } from './distance.ts';

/** Steps of one fit at most; on embeddings 60 to 300 are enough. */
const MAX_STEPS = 500;
/** A fit is done when no coefficient of the gradient is larger, as a share of the largest weight of an example. */
const TOLERANCE = 1e-3;

/** What a fit is made of: the examples by their inner products alone. */
export interface LogisticProblem {
  /** [N, N] float64, row-major: inner products of the examples, symmetric */
  readonly gram: Float64Array;
  /** [N] 1 for what it is, 0 for what it is not */
  readonly targets: ArrayLike<number>;
  /** [N] ≥ 0, adding up to 1; an example of weight 0 is left out */
  readonly weights: Float64Array;
  /** λ of the penalty λ/2 · (|w|² + b²), > 0 */
  readonly ridge: number;
}

/** w = Σ coefficient · example, b = Σ coefficient. */
export interface LogisticFit {
  /** [N] float64 */
  readonly coefficients: Float64Array;
  /** How many steps it took. */
  readonly steps: number;
}

/**
 * The logistic function.
 *
 * @param x log-odds
 * @returns [0, 1]
 */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Logistic regression with a penalty on the weights, by Nesterov's accelerated gradient. The weights are a sum of the examples
 * (the representer theorem), so steps are taken in the examples' coefficients: N² multiplications each, whatever the length of
 * an embedding. The intercept is the weight of a feature that is always 1.
 *
 * @param problem examples, targets, weights and penalty
 * @returns the coefficients of the one minimum
 * @throws RangeError when the shapes differ or the penalty is not above 0
 * @see Nesterov 2004, Introductory Lectures on Convex Optimization, scheme 2.2.22
 */
export function fitLogistic({ gram, targets, weights, ridge }: LogisticProblem): LogisticFit {
  const n = weights.length;
  if (gram.length !== n * n || targets.length !== n)
    throw new RangeError(`a fit of ${n} weights, ${targets.length} targets and ${gram.length} products`);
  if (!(ridge > 0)) throw new RangeError(`a penalty above 0 expected, found ${ridge}`);
  const used = Array.from(weights.keys()).filter((at) => weights[at]! > 0);
  // The Hessian is at most Σ weight · ¼ · |x, 1|² in any direction.
  const curvature = ridge + used.reduce((sum, at) => sum + 0.25 * weights[at]! * (gram[at * n + at]! + 1), 0);
  const [root, least] = [Math.sqrt(curvature), Math.sqrt(ridge)];
  const momentum = (root - least) / (root + least);
  const enough = TOLERANCE * used.reduce((most, at) => Math.max(most, weights[at]!), 0);
  const coefficients = new Float64Array(n);
  const ahead = new Float64Array(n);
  let steps = 0;
  for (let isDone = false; !isDone && steps < MAX_STEPS; steps += 1) {
    const scores = decide(gram, ahead, used);
    isDone = true;
    for (const [place, at] of used.entries()) {
      const slope = weights[at]! * (sigmoid(scores[place]!) - targets[at]!) + ridge * ahead[at]!;
      if (Math.abs(slope) > enough) isDone = false;
      const next = ahead[at]! - slope / curvature;
      ahead[at] = next + momentum * (next - coefficients[at]!);
      coefficients[at] = next;
    }
  }
  return { coefficients, steps };
}

/**
 * Log-odds of some of the examples.
 *
 * @param gram [N, N] float64, as in `LogisticProblem`
 * @param coefficients [N] float64, of a fit
 * @param rows which examples
 * @returns [rows] float64
 */
export function decide(
  gram: Float64Array,
  coefficients: Float64Array,
  rows: readonly number[],
): Float64Array {
  const n = coefficients.length;
  const intercept = coefficients.reduce((sum, each) => sum + each, 0);
  return Float64Array.from(rows, (row) => {
    let sum = intercept;
    const from = row * n;
    for (let i = 0; i < n; i += 1) sum += gram[from + i]! * coefficients[i]!;
    return sum;
  });
}

/**
 * Inner products of the rows of a block.
 *
 * @param block [N, D] float32
 * @param dim D
 * @returns [N, N] float64, row-major
 */
export function gramMatrix(block: Float32Array, dim: number): Float64Array {
  const n = block.length / dim;
  const gram = new Float64Array(n * n);
  const sums = new Float64Array(ROWS_AT_ONCE);
  for (let i = 0; i < n; i += 1) {
    const row = block.subarray(i * dim, (i + 1) * dim);
    for (let from = 0; from <= i; from += ROWS_AT_ONCE) {
      const isWhole = from + ROWS_AT_ONCE <= n;
      if (isWhole) dots(block, from * dim, row, sums);
      for (let j = from; j < Math.min(from + ROWS_AT_ONCE, i + 1); j += 1) {
        const product = isWhole ? sums[j - from]! : dot(block, j * dim, row);
        gram[i * n + j] = product;
        gram[j * n + i] = product;
      }
    }
  }
  return gram;
}
