import { readFileSync } from 'node:fs';
import { synsetOf } from './folders.ts';
import type { LookPage } from './page.ts';

const LABELS = 'models/efficientnet-lite1/labels.json';

export interface LabelReport {
  readonly pictures: number;
  readonly top1: number;
  readonly top5: number;
}

const isLabels = (value: unknown): value is { synset: string }[] =>
  Array.isArray(value) &&
  value.every((row: unknown) => typeof row === 'object' && row !== null && 'synset' in row);

/** Synset → index of the class that the page shows. */
export function readLabelIndex(): ReadonlyMap<string, number> {
  const labels: unknown = JSON.parse(readFileSync(LABELS, 'utf8'));
  if (!isLabels(labels)) throw new Error(`${LABELS} holds no synsets`);
  return new Map(labels.map(({ synset }, index) => [synset, index]));
}

/** Every picture is the query once, and `What it shows` is compared with the synset in its name. */
export async function labelReport(
  page: LookPage,
  indexOf: ReadonlyMap<string, number>,
): Promise<LabelReport> {
  const pictures = await page.pictures();
  await page.clickFirst();
  await page.choose('Exact', 1);
  const answers = await page.ask(
    pictures.map(({ id }) => id),
    { labels: true },
  );
  const places = answers.map(({ labels }, at) => {
    const synset = synsetOf(pictures[at]?.name ?? '');
    const index = indexOf.get(synset);
    if (index === undefined) throw new Error(`${synset} is none of the 1,000 classes of ILSVRC 2012`);
    return labels.indexOf(index);
  });
  const share = (most: number): number =>
    places.filter((place) => place >= 0 && place < most).length / places.length;
  const report = { pictures: places.length, top1: share(1), top5: share(5) };
  console.log(`top-1 ${report.top1.toFixed(4)}   top-5 ${report.top5.toFixed(4)}   of ${report.pictures}`);
  return report;
}
