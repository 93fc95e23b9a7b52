import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { OpenBrowser } from '../../cli/site/open-site.ts';
import { averagePrecisionAtK, quantile } from '../../src/kernel/metrics.ts';
import { mulberry32, type Rng } from '../../src/kernel/rng.ts';
import { thresholdQuality } from '../../src/studios/look/engine/naming.ts';
import { Words } from '../../src/studios/look/engine/words.ts';
import '../pages/words-page.ts';
import type { NameFigures } from '../pages/words-page.ts';
import { row, type Row } from './row.ts';
import type { Stage } from './stage.ts';

/** Pictures of the collection whose times are measured. */
const PICTURES = 1_000;
/** Pictures that a name is learned from. */
const YES = 10;
const NO = 10;
const THRESHOLD = 0.5;
const SEED = 9;
/** A word for a class of the photographs, where ImageNet has one, and how many of the best must be of it. */
const WORDS = [
  ['shoe', 'shoes'],
  ['hat', 'hat'],
  ['jean', 'pants'],
  ['skirt', 'skirt'],
] as const;
const BEST = 10;

interface Tried {
  readonly averagePrecision: number;
  readonly precision: number;
  readonly recall: number;
  readonly heldBackPrecision: number | undefined;
}

function shuffled<T>(all: readonly T[], rng: Rng): T[] {
  return all
    .map((each) => ({ each, at: rng() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function judge({ rest, heldBack }: NameFigures, isRight: (name: string) => boolean): Tried {
  const relevant = rest.map(({ name }) => isRight(name));
  const total = relevant.filter(Boolean).length;
  const found = rest.filter(({ probability }) => probability >= THRESHOLD);
  const right = found.filter(({ name }) => isRight(name)).length;
  return {
    averagePrecision: averagePrecisionAtK(relevant, relevant.length, total),
    precision: found.length === 0 ? 0 : right / found.length,
    recall: right / total,
    heldBackPrecision: thresholdQuality(heldBack, THRESHOLD).precision,
  };
}

/**
 * Words and names, through the library worker that the site ships: how long they take, and on photographs in class folders how good
 * they are.
 *
 * @param collection the photographs, indexed by the site
 * @param files their paths; the folder of each is its class
 */
export async function wordRows(
  stage: Stage,
  { page }: OpenBrowser,
  collection: number,
  files: readonly string[],
): Promise<Row[]> {
  const classOf = new Map(files.map((file) => [basename(file), basename(dirname(file))]));
  await page.goto(`${stage.siteUrl}bench/words.html`);
  await page.waitForFunction(() => window.words !== undefined);
  await page.evaluate(([library, id]) => window.words?.open(library, id), [
    stage.workers.library,
    collection,
  ] as const);
  const times = await page.evaluate((pictures) => window.words?.time(pictures), PICTURES);
  if (times === undefined) throw new Error('the page of words and names is gone');

  const words = new Words(readFileSync('src/studios/look/engine/wordnet.tsv', 'utf8'));
  const shares: Record<string, number> = {};
  for (const [word, of] of WORDS) {
    const ask = [words.understand(word)?.classes ?? [], BEST] as const;
    const best = await page.evaluate(([classes, k]) => window.words?.words(classes, k), ask);
    shares[word] = mean((best ?? []).map((name) => (classOf.get(name) === of ? 1 : 0)));
  }

  const rng = mulberry32(SEED);
  const tried: Tried[] = [];
  for (const of of new Set(classOf.values())) {
    const [inside, outside] = [true, false].map((is) =>
      shuffled(
        [...classOf].flatMap(([name, its]) => ((its === of) === is ? [name] : [])),
        rng,
      ),
    );
    const marks = [inside?.slice(0, YES) ?? [], outside?.slice(0, NO) ?? []] as const;
    const answer = await page.evaluate(([yes, no]) => window.words?.name(yes, no), marks);
    if (answer !== undefined) tried.push(judge(answer, (name) => classOf.get(name) === of));
  }
  const known = tried.flatMap(({ heldBackPrecision }) => heldBackPrecision ?? []);
  return [
    row({
      id: 'name-time',
      what: `learning a name and finding it among ${PICTURES} pictures`,
      value: quantile(times.nameMs, 0.5),
      unit: 'ms',
      must: { atMost: 1_000 },
      beside: { 'slowest ms': Math.max(...times.nameMs), 'marked pictures': 40 },
    }),
    row({
      id: 'word-time',
      what: `searching ${PICTURES} pictures by a word, once the classifier has read them`,
      value: times.nextWordMs,
      unit: 'ms',
      must: { atMost: 200 },
      beside: { 'first search ms': times.firstWordMs },
    }),
    row({
      id: 'word-precision',
      what: `P@${BEST} of the words that ImageNet has for the classes of the photographs`,
      value: mean(Object.values(shares)),
      unit: '',
      must: { atLeast: 0.8 },
      beside: shares,
    }),
    row({
      id: 'name-precision',
      what: `average precision of a class named by ${YES} pictures and ${NO} that are not, over the rest`,
      value: mean(tried.map(({ averagePrecision }) => averagePrecision)),
      unit: '',
      must: { atLeast: 0.7 },
      beside: {
        [`precision at ${THRESHOLD}`]: mean(tried.map(({ precision }) => precision)),
        [`recall at ${THRESHOLD}`]: mean(tried.map(({ recall }) => recall)),
        'precision held back': mean(known),
        classes: tried.length,
      },
    }),
  ];
}
