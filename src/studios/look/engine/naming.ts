import { mulberry32, type Rng } from '../../../kernel/rng.ts';
import { inverseNorm } from './distance.ts';
import { decide, fitLogistic, gramMatrix, sigmoid } from './logistic.ts';

/** Parts that are held back in turn. */
const FOLDS = 5;
/** Examples of one kind that a fit takes at most: twice as many take four times as long and find no more. */
const MOST = 200;
/** λ of the fit: of 0.001 to 0.03 it ordered the photographs of the bench best from few examples. */
const RIDGE = 0.01;
const SEED = 11;

/** What a name is learned from: embeddings [D] float32 as the network gives them. */
export interface NameExamples {
  /** Pictures that it is the name of, ≥ 1. */
  readonly yes: readonly Float32Array[];
  /** Pictures that it is not the name of. */
  readonly no: readonly Float32Array[];
  /** Pictures that nobody has said anything about: taken for what it is not, but they count less. */
  readonly others: readonly Float32Array[];
}

/** A name's classifier: probability = σ(weights · v/|v| + bias). */
export interface NameModel {
  /** [D] float32, for vectors of length 1 */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly bias: number;
}

/** What the classifier said of marked pictures while they were kept from it. */
export interface HeldBack {
  /** Probabilities [0, 1] of pictures that have the name. */
  readonly yes: readonly number[];
  /** Probabilities of pictures that do not. */
  readonly no: readonly number[];
}

/** What a person calls some pictures. */
export interface NewName {
  readonly name: string;
  /** Ids of pictures that have the name, and of pictures that do not; none in both. */
  readonly yes: readonly number[];
  readonly no: readonly number[];
  /** From which probability on the rest counts as found, [0, 1]. */
  readonly threshold: number;
}

export interface NameInfo extends NewName {
  readonly id: number;
}

/** The rest of the collection by how likely it has a name. */
export interface NamedAnswer {
  /** [N] pictures that nobody marked, the likeliest first; ties by id */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [N] of each, [0, 1] */
  readonly probabilities: Float64Array<ArrayBuffer>;
  readonly heldBack: HeldBack;
  readonly tookMs: number;
}

/** How good a threshold is on what was held back. */
export interface ThresholdQuality {
  /** Held-back pictures at or above it, and those of them that have the name. */
  readonly found: number;
  readonly right: number;
  /** right / found; undefined when nothing was found, or nothing is known not to have the name */
  readonly precision: number | undefined;
  /** Where the precision of many such pictures lies, 19 times of 20; [0, 1] while it is undefined */
  readonly between: readonly [number, number];
  /** right / all that have the name; undefined when none was held back */
  readonly recall: number | undefined;
}

/**
 * Learns a name by logistic regression, and learns it again without a part of the marked pictures, in turn, to say how good it
 * is on pictures that it has not seen. Both sides weigh the same; of what is not, marked pictures weigh as much as all others.
 *
 * @param examples marked pictures and others, at least one of each side
 * @returns the classifier, and what it said of each marked picture when that was held back; empty for fewer than two
 * @throws RangeError when a side has no example
 */
export function learnName(examples: NameExamples): { model: NameModel; heldBack: HeldBack } {
  const rng = mulberry32(SEED);
  const [yes, no, others] = [examples.yes, examples.no, examples.others].map((side) =>
    sample(side, MOST, rng),
  );
  if (yes === undefined || no === undefined || others === undefined || yes.length === 0)
    throw new RangeError('a name needs a picture');
  if (no.length + others.length === 0) throw new RangeError('a name needs a picture that does not have it');
  const space = new Space([...yes, ...no, ...others]);
  const targets = [...yes.map(() => 1), ...no.map(() => 0), ...others.map(() => 0)];
  const kinds = [...yes.map(() => 0), ...no.map(() => 1), ...others.map(() => 2)];
  const gram = gramMatrix(space.rows, space.dim);
  const fit = (isUsed: (at: number) => boolean): Float64Array =>
    fitLogistic({ gram, targets, weights: weigh(kinds, isUsed), ridge: RIDGE }).coefficients;

  const heldBack = { yes: [] as number[], no: [] as number[] };
  const folds = Math.min(FOLDS, yes.length);
  const foldOf = kinds.map((kind, at) => (kind === 2 ? -1 : at % folds));
  for (let fold = 0; fold < folds && folds > 1; fold += 1) {
    const held = foldOf.flatMap((each, at) => (each === fold ? [at] : []));
    const known = kinds.filter((kind, at) => kind > 0 && foldOf[at] !== fold).length;
    // The few that are known not to have the name may all be in one part.
    if (known === 0) continue;
    const odds = decide(
      gram,
      fit((at) => foldOf[at] !== fold),
      held,
    );
    for (const [place, at] of held.entries())
      heldBack[kinds[at] === 0 ? 'yes' : 'no'].push(sigmoid(odds[place] ?? 0));
  }
  return { model: space.model(fit(() => true)), heldBack };
}

/**
 * How likely a picture has a name.
 *
 * @param model of the name
 * @param vector [D] float32, as the network gives it
 * @param inverse 1/|vector|
 * @returns [0, 1]
 */
export function nameProbability(model: NameModel, vector: Float32Array, inverse: number): number {
  const { weights, bias } = model;
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += weights[i]! * vector[i]!;
  return sigmoid(sum * inverse + bias);
}

/**
 * Precision and recall of a threshold on what was held back.
 *
 * @param heldBack probabilities by side
 * @param threshold [0, 1]; a picture counts as found at or above it
 * @returns counts, and the shares where they mean something
 */
export function thresholdQuality({ yes, no }: HeldBack, threshold: number): ThresholdQuality {
  const isFound = (probability: number): boolean => probability >= threshold;
  const right = yes.filter(isFound).length;
  const found = right + no.filter(isFound).length;
  const isKnown = found > 0 && no.length > 0;
  return {
    found,
    right,
    precision: isKnown ? right / found : undefined,
    between: isKnown ? wilson(right, found) : [0, 1],
    recall: yes.length === 0 ? undefined : right / yes.length,
  };
}

// The interval of a share at 95 %, from a count: Wilson 1927, "Probable inference, the law of succession, and statistical
// inference".
function wilson(right: number, all: number): [number, number] {
  const z = 1.96;
  const share = right / all;
  const middle = share + (z * z) / (2 * all);
  const half = z * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  const whole = 1 + (z * z) / all;
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)];
}

// A sample without order, drawn from a seed; all of it when it is small, and shuffled.
function sample<T>(all: readonly T[], most: number, rng: Rng): T[] {
  const left = [...all];
  const wanted = Math.min(most, left.length);
  for (let at = 0; at < wanted; at += 1) {
    const other = at + Math.floor(rng() * (left.length - at));
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left.slice(0, wanted);
}

// Weights of examples by kind (0 yes, 1 no, 2 others), adding up to 1.
function weigh(kinds: readonly number[], isUsed: (at: number) => boolean): Float64Array {
  const counts = [0, 0, 0];
  for (const [at, kind] of kinds.entries()) if (isUsed(at)) counts[kind] = (counts[kind] ?? 0) + 1;
  const [yes = 0, no = 0, others = 0] = counts;
  const against = no > 0 && others > 0 ? 0.25 : 0.5;
  const shares = [0.5 / yes, against / no, against / others];
  return Float64Array.from(kinds, (kind, at) => (isUsed(at) ? (shares[kind] ?? 0) : 0));
}

/** Examples at length 1, around their mean, at a common scale: what all pictures share tells nothing apart. */
class Space {
  readonly dim: number;
  /** [N, D] float32 */
  readonly rows: Float32Array;
  readonly #mean: Float64Array;
  readonly #scale: number;

  constructor(vectors: readonly Float32Array[]) {
    const dim = vectors[0]?.length ?? 0;
    this.dim = dim;
    this.rows = new Float32Array(vectors.length * dim);
    this.#mean = new Float64Array(dim);
    for (const [at, vector] of vectors.entries()) {
      const inverse = inverseNorm(vector);
      for (let i = 0; i < dim; i += 1) {
        const x = vector[i]! * inverse;
        this.rows[at * dim + i] = x;
        this.#mean[i]! += x / vectors.length;
      }
    }
    let squares = 0;
    for (let at = 0; at < this.rows.length; at += 1) {
      const x = this.rows[at]! - this.#mean[at % dim]!;
      this.rows[at] = x;
      squares += x * x;
    }
    // Copies of one picture have no spread.
    this.#scale = squares === 0 ? 1 : Math.sqrt(vectors.length / squares);
    for (let at = 0; at < this.rows.length; at += 1) this.rows[at]! *= this.#scale;
  }

  // The fit in terms of vectors of length 1.
  model(coefficients: Float64Array): NameModel {
    const { dim } = this;
    const weights = new Float64Array(dim);
    let bias = 0;
    for (const [at, coefficient] of coefficients.entries()) {
      bias += coefficient;
      for (let i = 0; i < dim; i += 1) weights[i]! += coefficient * this.rows[at * dim + i]! * this.#scale;
    }
    for (let i = 0; i < dim; i += 1) bias -= weights[i]! * this.#mean[i]!;
    return { weights: Float32Array.from(weights), bias };
  }
}
