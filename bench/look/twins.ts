import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { readFolder } from '../../cli/look/folders.ts';
import { LookPage } from '../../cli/look/page.ts';
import { indexFolder } from '../../cli/look/run-folder.ts';
import { openSite } from '../../cli/site/open-site.ts';
import { browserVersion } from '../../scripts/browser-version.ts';
import ensureBuild from '../../scripts/ensure-build.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { describeMachine } from './machine.ts';
import { sayRows, tableOfRows, type Row } from './row.ts';
import { judgeTwins, twinRows, twinTable, type FoundPair, type Threshold } from './twins-judge.ts';
import { writeVariants } from './twins-variants.ts';

const RESULTS = 'bench/results/look-twins';
const FIND_LIMIT_MS = 900_000;
/** As far down as the slider is moved for the table. */
const LEAST_PERCENT = 65;

interface Found {
  /** Click → everything compared. */
  readonly seconds: number;
  /** Tasks of the page's thread over 50 ms meanwhile, milliseconds. */
  readonly longTasks: readonly number[];
}

declare global {
  interface Window {
    longTasks?: number[];
  }
}

async function find(page: Page): Promise<Found> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    window.longTasks = tasks;
    new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  const started = performance.now();
  await page.getByRole('button', { name: 'Find twins' }).click();
  await page.locator('[aria-label="Groups of twins"][aria-busy="false"]').waitFor({ timeout: FIND_LIMIT_MS });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, longTasks: await page.evaluate(() => window.longTasks ?? []) };
}

async function savedList(page: Page): Promise<{ threshold: number; pairs: FoundPair[] }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as JSON' }).click(),
  ]);
  return JSON.parse(readFileSync(await file.path(), 'utf8')) as { threshold: number; pairs: FoundPair[] };
}

/**
 * How many twins are found: photographs and their variants are indexed by the built site, and its own list is judged.
 *
 * @param files the photographs
 * @param of what they are called in the report
 * @returns whether every row is within its bound
 */
export async function benchTwins(
  files: readonly string[],
  of: { readonly pictures: string; readonly hasDir: boolean },
): Promise<boolean> {
  ensureBuild();
  const machine = describeMachine(await browserVersion(findBrowser()));
  const folder = mkdtempSync(join(tmpdir(), 'atelier-twins-'));
  const site = await openSite();
  try {
    const blank = await site.context.newPage();
    const count = await writeVariants(blank, files, folder);
    await blank.close();
    const look = new LookPage(site.page);
    await look.open(site.server.url);
    const indexed = await indexFolder(look, readFolder(folder));
    console.log(`${count} pictures indexed in ${indexed.seconds.toFixed(0)} s: ${indexed.status}`);

    const { page } = site;
    await look.open(site.server.url, '?collection=1&view=twins');
    const first = await find(page);
    await page.reload();
    const again = await find(page);
    const atDefault = await savedList(page);
    await page.getByLabel('Alike, at least').fill(String(LEAST_PERCENT));
    await page.locator(`output:text-is("${LEAST_PERCENT} %")`).waitFor();
    let below = await savedList(page);
    while (below.threshold !== LEAST_PERCENT / 100) below = await savedList(page);

    const judge = (threshold: number, pairs: readonly FoundPair[]): Threshold =>
      judgeTwins(pairs, { threshold, photographs: files.length });
    const standard = judge(atDefault.threshold, atDefault.pairs);
    const others = [0.65, 0.7, 0.8, 0.85, 0.9].map((threshold) => judge(threshold, below.pairs));
    const rows = twinRows(standard, { pictures: count, first, again });
    sayRows(rows);
    const all = [...others, standard].toSorted((a, b) => a.threshold - b.threshold);
    const command = `npm run bench -- look --only twins${of.hasDir ? ' --dir DIR' : ''}`;
    write({ machine, command, pictures: of.pictures, rows, thresholds: all });
    return rows.every(({ pass }) => pass);
  } finally {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(results: {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly command: string;
  readonly pictures: string;
  readonly rows: readonly Row[];
  readonly thresholds: readonly Threshold[];
}): void {
  const { machine, command, pictures, rows, thresholds } = results;
  const text = [
    '# Look: twins',
    `\`${command}\` on ${pictures}, each with its variants; commit ${machine.commit}, ${machine.browser}, ${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB; load ${machine.loadBefore} before it began.`,
    tableOfRows(rows).trimEnd(),
    '## By threshold',
    'Recall is the share of variants that are a pair with their photograph; false pairs are of two photographs.',
    twinTable(thresholds),
  ];
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(`${RESULTS}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${RESULTS}.md`, `${text.join('\n\n')}\n`);
}
