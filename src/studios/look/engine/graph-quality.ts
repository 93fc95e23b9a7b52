import { recallAtK } from '../../../kernel/metrics.ts';

/** Sizes of the candidate list that calibration tries, in this order. Each costs about a third more time than the one before. */
export const EF_LADDER: readonly number[] = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Questions with the oracle's answers. */
export interface Exam {
  /** [Q, dim] float32 */
  readonly queries: Float32Array;
  /** [Q] the id that a question must not answer (its own), or −1 */
  readonly own: ArrayLike<number>;
  /** [Q, k] ids, best first */
  readonly truth: Uint32Array;
  readonly k: number;
}

/** One question of an exam. */
export interface Question {
  /** [dim] float32, a view */
  readonly query: Float32Array;
  readonly exclude: ReadonlySet<number>;
  /** [k] ids, best first */
  readonly truth: readonly number[];
}

/**
 * The questions of an exam, one by one.
 *
 * @param exam Q questions of k answers
 * @param dim numbers in a query
 * @returns [Q] questions
 * @throws RangeError when the parts of the exam do not fit together
 */
export function questionsOf(exam: Exam, dim: number): Question[] {
  const count = exam.own.length;
  if (exam.queries.length !== count * dim || exam.truth.length !== count * exam.k)
    throw new RangeError(
      `an exam of ${count} questions: ${exam.queries.length} numbers of ${dim}, ${exam.truth.length} answers of ${exam.k}`,
    );
  return Array.from({ length: count }, (_, i) => ({
    query: exam.queries.subarray(i * dim, (i + 1) * dim),
    exclude: new Set([exam.own[i] ?? -1]),
    truth: [...exam.truth.subarray(i * exam.k, (i + 1) * exam.k)],
  }));
}

/**
 * The mean recall of answers.
 *
 * @param questions [Q], at least one
 * @param answers [Q] ids answered, best first
 * @returns [0, 1]
 */
export function meanRecall(questions: readonly Question[], answers: readonly (readonly number[])[]): number {
  const recalls = questions.map(({ truth }, i) => recallAtK(answers[i] ?? [], truth));
  return recalls.reduce((sum, recall) => sum + recall, 0) / Math.max(1, recalls.length);
}
