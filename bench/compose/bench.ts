import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { freshProfile, openBrowser } from '../../cli/site/open-site.ts';
import { browserVersion } from '../../scripts/browser-version.ts';
import ensureBuild from '../../scripts/ensure-build.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { startServer } from '../../scripts/static-server.ts';
import { quantile } from '../../src/kernel/metrics.ts';
import { describeMachine, type Machine } from '../look/machine.ts';
import { row, sayRows, tableOfRows, type Row } from '../look/row.ts';
import type { TimedRun, Who } from '../pages/compose/page.ts';
import { evalRows } from './eval-rows.ts';
import { siteRows } from './site-rows.ts';

const STAGE = '.cache/bench-compose';
const RESULTS = 'bench/results';
const EVAL = `${RESULTS}/compose-eval.json`;
/** Rounds of passes, the three networks one after the other in each: what slows the machine down slows all of them. */
const ROUNDS = 5;
const PASSES: Readonly<Record<Who, number>> = { ours: 20, aws: 2, coconet: 2 };
/** Of the article, AWS's own limit of one run. */
const ARTICLE_EDITS = 100;
const WORKER_ROUNDS = 5;
const KEEP_RUNS = 1000;
const WARM_RUNS = 20;
const MORE_RUNS = 80;

interface Results {
  readonly machine: Machine;
  readonly command: string;
  readonly weights: string;
  readonly parameters: Readonly<Record<Who, number>>;
  readonly rows: readonly Row[];
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Builds the bench's pages beside a copy of the site, and serves them without headers: the peers run wasm in the page. */
async function openStage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  ensureBuild();
  rmSync(STAGE, { recursive: true, force: true });
  cpSync('dist', STAGE, { recursive: true });
  const outDir = `${process.cwd()}/${STAGE}/bench`;
  const { status } = spawnSync(
    'npx',
    ['vite', 'build', '-c', 'bench/vite.config.ts', '--outDir', outDir, '--logLevel', 'warn'],
    { stdio: 'inherit', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error('the pages of the benches could not be built: see above');
  const server = await startServer({ dir: STAGE, headers: false });
  return { url: new URL('bench/compose.html', server.url).href, close: () => server.close() };
}

async function passRows(page: Page): Promise<Row[]> {
  const times: Record<Who, number[]> = { ours: [], aws: [], coconet: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const who of ['ours', 'aws', 'coconet'] as const) {
      const asked = { who, count: PASSES[who] };
      times[who].push(
        ...((await page.evaluate((of) => window.compose?.passes(of.who, of.count), asked)) ?? []),
      );
    }
  const oursMs = median(times.ours);
  const against = (who: 'aws' | 'coconet', name: string, atLeast: number): Row =>
    row({
      id: `pass-${who}`,
      what: `one pass, tfjs-wasm, one thread, against ${name}`,
      value: median(times[who]) / oursMs,
      unit: '× faster',
      must: { atLeast },
      beside: { 'ours, ms': oursMs, [`${name}, ms`]: median(times[who]) },
    });
  return [against('aws', 'AWS’s network', 40), against('coconet', 'Coconet (T = 128)', 45)];
}

async function parityRows(page: Page): Promise<Row[]> {
  const parity = await page.evaluate(() => window.compose?.parity());
  if (parity === undefined) throw new Error('the page offers no bench');
  return [
    row({
      id: 'parity',
      what: 'logits out of the browser against PyTorch: largest difference',
      value: parity.maxDifference,
      unit: '',
      must: { atMost: 2e-2 },
      beside: { rolls: parity.rolls },
    }),
    row({
      id: 'parity-argmax',
      what: 'rolls whose likeliest cell is PyTorch’s',
      value: parity.sameArgmax,
      unit: `of ${parity.rolls}`,
      must: { atLeast: parity.rolls },
      beside: {},
    }),
  ];
}

async function articleRows(page: Page): Promise<Row[]> {
  const run = async (who: 'ours' | 'aws'): Promise<TimedRun> => {
    const asked = { who, iterations: ARTICLE_EDITS };
    const timed = await page.evaluate((of) => window.compose?.article(of.who, of.iterations), asked);
    if (timed === undefined) throw new Error('the page offers no bench');
    return timed;
  };
  // Ours before and after, since AWS's takes a minute in which the machine may change its mind.
  const before = await run('ours');
  const theirs = await run('aws');
  const after = await run('ours');
  const oursMs = (before.milliseconds + after.milliseconds) / 2;
  return [
    row({
      id: 'article',
      what: `${ARTICLE_EDITS} iterations as in the article, 8 bars: our time ÷ that of AWS’s network`,
      value: oursMs / theirs.milliseconds,
      unit: '',
      must: { atMost: Number((1 / 30).toPrecision(3)) },
      beside: {
        'ours, s': oursMs / 1000,
        'AWS’s network, s': theirs.milliseconds / 1000,
        edits: `${before.edits} and ${theirs.edits}`,
      },
    }),
    row({
      id: 'first-note',
      what: 'passes until the first note is there',
      value: before.firstEditPasses,
      unit: '',
      must: { atMost: 2 },
      beside: { 'after, ms': before.firstEditMs },
    }),
  ];
}

async function workerRows(page: Page): Promise<Row[]> {
  const overheads: number[] = [];
  let longTasksMs = 0;
  let beside: Record<string, number> = {};
  for (let round = 0; round < WORKER_ROUNDS; round += 1) {
    const run = await page.evaluate(() => window.compose?.inWorker());
    if (run === undefined) throw new Error('the page offers no bench');
    const rawMs = (await page.evaluate((passes) => window.compose?.raw(passes), run.passes)) ?? NaN;
    overheads.push(100 * (run.milliseconds / rawMs - 1));
    longTasksMs = Math.max(longTasksMs, run.longTasksMs);
    beside = {
      edits: run.edits,
      passes: run.passes,
      'run, s': run.milliseconds / 1000,
      'passes alone, s': rawMs / 1000,
      'first note after, ms': run.firstEditMs,
    };
  }
  return [
    row({
      id: 'overhead',
      what: 'the default preset in the worker: what sampling, veto and streaming add to its passes',
      value: median(overheads),
      unit: '%',
      must: { atMost: 25 },
      beside,
    }),
    row({
      id: 'main-thread',
      what: 'tasks of over 50 ms on the main thread meanwhile',
      value: longTasksMs,
      unit: 'ms',
      must: { atMost: 0 },
      beside: {},
    }),
  ];
}

async function keepRow(page: Page): Promise<Row> {
  const kept = await page.evaluate((runs) => window.compose?.keeps(runs), KEEP_RUNS);
  if (kept === undefined) throw new Error('the page offers no bench');
  return row({
    id: 'kept',
    what: `cells of the melody that are lost at 0 % removal, temperature 6, in ${kept.runs} runs`,
    value: kept.lost,
    unit: `of ${kept.given}`,
    must: { atMost: 0 },
    beside: {},
  });
}

async function memoryRows(page: Page): Promise<Row[]> {
  const session = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  const early = await page.evaluate((runs) => window.compose?.runs(runs), WARM_RUNS);
  const earlyHeap = await heap();
  const late = await page.evaluate((runs) => window.compose?.runs(runs), MORE_RUNS);
  const growth = (await heap()) - earlyHeap;
  if (early === undefined || late === undefined) throw new Error('the page offers no bench');
  const name = `between run ${WARM_RUNS} and run ${WARM_RUNS + MORE_RUNS}`;
  return [
    row({
      id: 'tensors',
      what: `tensors that stay behind ${name}`,
      value: late.tensors - early.tensors,
      unit: '',
      must: { atMost: 0 },
      beside: { tensors: late.tensors, 'bytes more': late.bytes - early.bytes },
    }),
    row({
      id: 'heap',
      what: `heap growth ${name}, after collection`,
      value: growth / 1e6,
      unit: 'MB',
      must: { atMost: 1 },
      beside: { 'heap, MB': earlyHeap / 1e6 },
    }),
  ];
}

const PARTS: Readonly<Record<string, (page: Page) => Promise<Row[]>>> = {
  passes: passRows,
  parity: parityRows,
  article: articleRows,
  worker: workerRows,
  kept: async (page) => [await keepRow(page)],
  memory: memoryRows,
  site: () => siteRows(STAGE),
};

export const COMPOSE_PARTS = Object.keys(PARTS);

function toMarkdown({ machine, command, rows, parameters, weights }: Results): string {
  return `# Compose: speed and quality

\`${command}\`; commit ${machine.commit}, weights ${weights.slice(0, 12)}, ${machine.browser}, ${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB; load ${machine.loadBefore} before it began. Parameters: ours ${parameters.ours}, AWS's ${parameters.aws}, Coconet ${parameters.coconet}.

${tableOfRows(rows)}`;
}

/**
 * Everything that is measured of Compose, in one run.
 *
 * @param only one part, for a quick look; nothing is written then
 * @returns whether every row is within its bound
 */
export async function benchCompose(only: string | undefined): Promise<boolean> {
  const stage = await openStage();
  const profile = freshProfile();
  const browser = await openBrowser(profile);
  try {
    const machine = describeMachine(await browserVersion(findBrowser()));
    const { page } = browser;
    await page.goto(stage.url);
    await page.waitForFunction(() => window.compose !== undefined);
    const ready = await page.evaluate(() => window.compose?.ready());
    if (ready === undefined) throw new Error('the page offers no bench');
    const rows: Row[] = [];
    const say = (more: readonly Row[]): void => {
      rows.push(...more);
      sayRows(more);
    };
    for (const [name, measured] of Object.entries(PARTS))
      if (only === undefined || only === name) say(await measured(page));
    if (only !== undefined) return rows.every(({ pass }) => pass);
    const manifest = JSON.parse(readFileSync('models/ar-cnn/manifest.json', 'utf8')) as {
      files: { sha256: string }[];
    };
    const weights = manifest.files[0]?.sha256 ?? '';
    say(evalRows(EVAL, weights));
    const { parameters } = ready;
    const results: Results = { machine, command: 'npm run bench -- compose', weights, parameters, rows };
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(`${RESULTS}/compose.json`, `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(`${RESULTS}/compose.md`, toMarkdown(results));
    return rows.every(({ pass }) => pass);
  } finally {
    await browser.close();
    await stage.close();
    profile.remove();
  }
}
