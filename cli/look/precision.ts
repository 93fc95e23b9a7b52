import { averagePrecisionAtK, precisionAtK } from '../../src/kernel/metrics.ts';

/** What one search answered: the class of the query, and those of the answers, best first. */
export interface Judged {
  readonly ofClass: string;
  readonly answers: readonly string[];
}

export interface Figures {
  readonly pictures: number;
  readonly p1: number;
  readonly p5: number;
  /** Mean over the queries of the average precision of their first ten answers. */
  readonly map10: number;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function figuresOf(judged: readonly Judged[], sizes: ReadonlyMap<string, number>): Figures {
  const relevant = judged.map(({ ofClass, answers }) => answers.map((name) => name === ofClass));
  return {
    pictures: judged.length,
    p1: mean(relevant.map((each) => precisionAtK(each, 1))),
    p5: mean(relevant.map((each) => precisionAtK(each, 5))),
    // The query is of its class too, and never its own answer.
    map10: mean(
      judged.map(({ ofClass }, at) =>
        averagePrecisionAtK(relevant[at] ?? [], 10, (sizes.get(ofClass) ?? 0) - 1),
      ),
    ),
  };
}

/**
 * Leave-one-out precision of all searches, and of each class.
 *
 * @param judged one entry for each picture as the query, with at least ten answers where the collection has them
 * @returns the figures of all, and by class in the order of the alphabet
 */
export function precisions(judged: readonly Judged[]): { all: Figures; classes: Record<string, Figures> } {
  const names = [...new Set(judged.map(({ ofClass }) => ofClass))].toSorted();
  const ofClass = new Map(names.map((name) => [name, judged.filter((one) => one.ofClass === name)]));
  const sizes = new Map([...ofClass].map(([name, each]) => [name, each.length]));
  const classes = [...ofClass].map(([name, each]) => [name, figuresOf(each, sizes)]);
  return { all: figuresOf(judged, sizes), classes: Object.fromEntries(classes) as Record<string, Figures> };
}

/** The class of a picture: the folder that it lies in. */
export const classOf = (path: string): string => path.split('/').at(-2) ?? '';
