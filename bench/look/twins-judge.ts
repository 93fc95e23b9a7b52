import { row, type Row } from './row.ts';
import { RECIPES } from './twins-variants.ts';

/** A pair of the list that the page saves. */
export interface FoundPair {
  readonly a: string;
  readonly b: string;
  readonly likeness: number;
}

const KINDS = [...new Set(RECIPES.map(({ kind }) => kind))];
type Kind = (typeof KINDS)[number];

/** What is found at a threshold. */
export interface Threshold {
  readonly threshold: number;
  /** Share of the variants of a kind that are a pair with their photograph, and of each recipe. */
  readonly recall: Readonly<Record<Kind, number>>;
  readonly recipes: Readonly<Record<string, number>>;
  readonly pairs: number;
  /** Pairs of two photographs, or of variants of two. */
  readonly falsePairs: number;
  /** The same among the photographs themselves, by their numbers. */
  readonly falseOriginals: readonly string[];
  readonly photographs: number;
}

/** `…/0012/half.jpeg` → the number of the photograph, and what was done to it. */
function readName(name: string): { readonly of: string; readonly recipe: string } {
  const [of = '', file = ''] = name.split('/').slice(-2);
  return { of, recipe: file.slice(0, file.lastIndexOf('.')) };
}

/**
 * Judges the pairs that were found.
 *
 * @param pairs with names that `writeVariants` gave
 * @param by pairs less alike than `threshold` do not count; how many photographs there are
 */
export function judgeTwins(
  pairs: readonly FoundPair[],
  by: { readonly threshold: number; readonly photographs: number },
): Threshold {
  const counted = pairs.filter(({ likeness }) => likeness >= by.threshold);
  const hits = new Map<string, number>();
  const falseOriginals: string[] = [];
  let falsePairs = 0;
  for (const pair of counted) {
    const a = readName(pair.a);
    const b = readName(pair.b);
    if (a.of !== b.of) {
      falsePairs += 1;
      if (a.recipe === 'original' && b.recipe === 'original') falseOriginals.push(`${a.of} ${b.of}`);
    } else if (a.recipe === 'original') hits.set(b.recipe, (hits.get(b.recipe) ?? 0) + 1);
    else if (b.recipe === 'original') hits.set(a.recipe, (hits.get(a.recipe) ?? 0) + 1);
  }
  const share = (name: string): number => (hits.get(name) ?? 0) / by.photographs;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const recallOf = (kind: Kind): number =>
    mean(RECIPES.filter((recipe) => recipe.kind === kind).map(({ name }) => share(name)));
  return {
    threshold: by.threshold,
    recall: Object.fromEntries(KINDS.map((kind) => [kind, recallOf(kind)])) as Record<Kind, number>,
    recipes: Object.fromEntries(RECIPES.map(({ name }) => [name, share(name)])),
    pairs: counted.length,
    falsePairs,
    falseOriginals,
    photographs: by.photographs,
  };
}

/** What each kind must reach at the threshold that the page begins with. */
const LEAST: Readonly<Record<Kind, number>> = {
  recompression: 0.99,
  resizing: 0.99,
  'cropping 10 %': 0.9,
  flipping: 0.99,
  brightness: 0.99,
};

const perThousand = ({ falseOriginals, photographs }: Threshold): number =>
  (1000 * falseOriginals.length) / photographs;

/** The rows of the report. */
export function twinRows(
  found: Threshold,
  run: {
    readonly pictures: number;
    readonly first: { readonly seconds: number; readonly longTasks: readonly number[] };
    readonly again: { readonly seconds: number; readonly longTasks: readonly number[] };
  },
): Row[] {
  const longTasks = [...run.first.longTasks, ...run.again.longTasks];
  const recipesOf = (kind: Kind): Record<string, number> =>
    Object.fromEntries(
      RECIPES.filter((recipe) => recipe.kind === kind).map(({ name }) => [name, found.recipes[name] ?? 0]),
    );
  return [
    ...KINDS.map((kind) =>
      row({
        id: `twins-${kind}`,
        what: `recall of ${kind}, at ${found.threshold}`,
        value: found.recall[kind],
        unit: '',
        must: { atLeast: LEAST[kind] },
        beside: recipesOf(kind),
      }),
    ),
    row({
      id: 'twins-false',
      what: 'false pairs among 1,000 photographs',
      value: perThousand(found),
      unit: '',
      must: { atMost: 20 },
      beside: {
        photographs: found.photographs,
        'false pairs': found.falseOriginals.length,
        'of 1,000 pairs found with variants': (1000 * found.falsePairs) / found.pairs,
      },
    }),
    row({
      id: 'twins-time',
      what: `comparing ${run.pictures} pictures with each other`,
      value: run.again.seconds,
      unit: 's',
      must: { atMost: 60 },
      beside: { 'the first time, with the thumbnails looked at, s': run.first.seconds },
    }),
    row({
      id: 'twins-main-thread',
      what: 'the longest main-thread task meanwhile, until the groups are drawn',
      value: Math.max(0, ...longTasks),
      unit: 'ms',
      must: { atMost: 100 },
      beside: { 'over 50 ms': longTasks.length },
    }),
  ];
}

/** Recall and false pairs by threshold, as a table. */
export function twinTable(thresholds: readonly Threshold[]): string {
  const head = ['at least', ...KINDS, 'false pairs per 1,000 photographs', 'false of 1,000 pairs'];
  const lines = thresholds.map((each) => [
    `${Math.round(100 * each.threshold)} %`,
    ...KINDS.map((kind) => each.recall[kind].toFixed(4)),
    perThousand(each).toFixed(1),
    ((1000 * each.falsePairs) / Math.max(1, each.pairs)).toFixed(2),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
