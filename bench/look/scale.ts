import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { freshProfile, openBrowser } from '../../cli/site/open-site.ts';
import { UsageError } from '../../cli/look/folders.ts';
import { browserVersion } from '../../scripts/browser-version.ts';
import { startChroma } from '../../scripts/chroma-server.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { quantile } from '../../src/kernel/metrics.ts';
import { npyHeader } from '../../src/studios/look/engine/npy.ts';
import '../pages/scale-page.ts';
import { describeMachine, type Machine } from './machine.ts';
import { rendererBytes } from './processes.ts';
import { openStage, type Stage } from './stage.ts';
import { clusteredVectors } from './vectors.ts';

const SIZES = [20_000, 50_000, 100_000];
const DIM = 1_280;
const QUERIES = 100;
const SEED = 9;
/** Vectors made at once. */
const PIECE = 10_000;

/** One size; bytes and milliseconds. */
interface ScaleLine {
  readonly vectors: number;
  readonly readMs: number;
  readonly builtMs: number;
  readonly keptMs: number;
  readonly exactMs: number;
  readonly graphMs: number;
  readonly recall: number;
  /** Of the page with its workers, beyond the empty page. */
  readonly memory: number;
  readonly graphHeap: number;
  readonly disk: number;
  /** As .npy, until it was written and read once. */
  readonly saveMs: number;
  /** Only where a Chroma server was at hand. */
  readonly chroma?: {
    readonly pushMs: number;
    readonly searchMs: number;
    readonly recall: number;
    readonly disk: number;
    readonly memory: number;
  };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Synthetic vectors as numpy would write them. */
function writeVectors(path: string, vectors: number): void {
  writeFileSync(path, npyHeader(vectors, DIM));
  for (let from = 0; from < vectors; from += PIECE) {
    const rows = clusteredVectors(Math.min(PIECE, vectors - from), DIM, SEED + from);
    appendFileSync(path, new Uint8Array(rows.buffer));
  }
}

function folderBytes(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + folderBytes(join(path, name)), 0);
}

async function measure(stage: Stage, vectors: number, chroma: string | undefined): Promise<ScaleLine> {
  const profile = freshProfile();
  const browser = await openBrowser(profile);
  const { page } = browser;
  page.setDefaultTimeout(0);
  try {
    await page.goto(`${stage.plainUrl}bench/scale.html`);
    await page.waitForFunction(() => window.scale !== undefined);
    await page.evaluate((addresses) => window.scale?.open(addresses), stage.workers);
    const empty = rendererBytes(profile.dir);
    const file = join(profile.dir, 'synthetic.npy');
    writeVectors(file, vectors);
    await page.setInputFiles('input', file);
    const readMs = await page.evaluate(() => window.scale?.fill());
    rmSync(file);
    const built = await page.evaluate(() => window.scale?.build());
    const times = await page.evaluate((queries) => window.scale?.search(queries), QUERIES);
    const memory = rendererBytes(profile.dir) - empty;
    const bytes = await page.evaluate(() => window.scale?.stored());
    const saved = await page.evaluate(() => window.scale?.save());
    if (
      readMs === undefined ||
      built === undefined ||
      times === undefined ||
      bytes === undefined ||
      saved === undefined
    )
      throw new Error('the page is gone');
    const line = {
      vectors,
      readMs,
      ...built,
      exactMs: median(times.exact),
      graphMs: median(times.graph),
      recall: times.recall,
      memory,
      graphHeap: bytes.graphHeap,
      disk: bytes.disk,
      saveMs: saved.ms,
    };
    if (chroma === undefined) return line;
    const server = await startChroma(chroma, ['*']);
    try {
      const remote = await page.evaluate(([url, queries]) => window.scale?.remote(url, queries), [
        server.url,
        QUERIES,
      ] as const);
      if (remote === undefined) throw new Error('the page is gone');
      const { pushMs, searches, recall } = remote;
      return {
        ...line,
        chroma: {
          pushMs,
          searchMs: median(searches),
          recall,
          disk: folderBytes(server.dir),
          memory: server.memory(),
        },
      };
    } finally {
      await server.remove();
    }
  } finally {
    await browser.close();
    profile.remove();
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

const RESULTS = 'bench/results/look-scale.json';

/** What a size was measured on. */
type KeptLine = ScaleLine & { readonly machine: Machine };

/** Writes a size's figures in the place of its earlier ones; the other sizes stay, each with its machine. */
function keep(line: KeptLine): void {
  const before = existsSync(RESULTS)
    ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { lines: readonly KeptLine[] }).lines
    : [];
  const lines = [...before.filter(({ vectors }) => vectors !== line.vectors), line];
  const results = {
    command: 'npm run bench -- look-scale',
    lines: lines.toSorted((a, b) => a.vectors - b.vectors),
  };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

/** One size as rows of the tables of docs/scaling.md. */
function shown(line: ScaleLine): string {
  const tab = [
    line.vectors.toLocaleString('en'),
    gigabytes(line.memory),
    gigabytes(line.graphHeap),
    gigabytes(line.disk),
    seconds(line.readMs),
    seconds(line.builtMs),
    `${line.exactMs.toFixed(0)} ms`,
    `${line.graphMs.toFixed(1)} ms`,
    line.recall.toFixed(4),
    seconds(line.saveMs),
  ];
  const { chroma } = line;
  const there =
    chroma === undefined
      ? ''
      : `\nChroma: | ${[
          line.vectors.toLocaleString('en'),
          gigabytes(chroma.memory),
          gigabytes(chroma.disk),
          seconds(chroma.pushMs),
          `${chroma.searchMs.toFixed(1)} ms`,
          chroma.recall.toFixed(4),
        ].join(' | ')} |`;
  return `| ${tab.join(' | ')} |${there}`;
}

/**
 * What the tab holds: memory, disk, build and search at 20,000, 50,000 and 100,000 vectors of 1,280 numbers; and the same
 * in Chroma, where `ATELIER_CHROMA` names its command. Written to `bench/results/look-scale.json`, size by size.
 */
export async function benchScale(sizes: string | undefined): Promise<boolean> {
  const wanted = sizes?.split(',').map(Number) ?? SIZES;
  if (!wanted.every((size) => Number.isInteger(size) && size >= 100))
    throw new UsageError('--sizes takes numbers of vectors from 100 on');
  const stage = await openStage();
  try {
    const machine = describeMachine(await browserVersion(findBrowser()));
    for (const size of wanted) {
      const line = await measure(stage, size, process.env.ATELIER_CHROMA);
      console.log(shown(line));
      if (SIZES.includes(size)) keep({ ...line, machine });
    }
  } finally {
    await stage.close();
  }
  return true;
}
