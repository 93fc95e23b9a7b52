import { freshProfile, openBrowser, type OpenBrowser, type Profile } from '../../cli/site/open-site.ts';
import { readFolder, UsageError } from '../../cli/look/folders.ts';
import { LookPage } from '../../cli/look/page.ts';
import { browserVersion } from '../../scripts/browser-version.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { timeClicks } from './clicks.ts';
import { endToEndRows, indexAll, measureRound, middleOf, openWarm, type Round } from './end-to-end.ts';
import { engineRows } from './engines.ts';
import { firstLoadRow } from './first-load.ts';
import { LibraryDriver, type GrowthLine } from './growth.ts';
import { describeMachine } from './machine.ts';
import { mainThreadRows } from './main-thread.ts';
import { largestListRows, manyFilesRows, traceMainThread } from './main-thread-run.ts';
import { printProfile } from './profile-run.ts';
import { mapRows } from './map.ts';
import { networkRows } from './networks.ts';
import { timeReopening, type Reopened } from './reopen.ts';
import { writeReport, type Results } from './report.ts';
import { sayRows, type Row } from './row.ts';
import { graphRows, reopenRow, searchRows, sizeRows } from './search-rows.ts';
import { openStage, type Stage } from './stage.ts';
import { wordRows } from './words.ts';
import { benchTwins } from './twins.ts';

const SAMPLE = 'public/samples/clothing';
const SIZES = [1_000, 5_000, 10_000, 20_000];
/** The size at which the page itself is measured. */
const PAGE_SIZE = 10_000;
const CLICKS = 100;
const ROUNDS = 3;

/** `profile` is no figure of the table, and `twins` has one of its own: they run only when they are asked for. */
const PARTS = [
  'first-load',
  'end-to-end',
  'main-thread',
  'growth',
  'engines',
  'words',
  'map',
  'networks',
  'profile',
  'twins',
] as const;
type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly dir: string | undefined;
  /** Only this part, for a quick look; nothing is written then. */
  readonly only: string | undefined;
  /** Sizes of the growth table, e.g. `500,1000` for a quick look; the page is measured at 10,000, or at the last. */
  readonly sizes: string | undefined;
}

const isPart = (name: string): name is Part => PARTS.some((part) => part === name);

/** Runs with a browser on a profile, and closes it whatever happens. */
async function withBrowser<T>(profile: Profile, work: (browser: OpenBrowser) => Promise<T>): Promise<T> {
  const browser = await openBrowser(profile);
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

function readSizes(sizes: string | undefined): readonly number[] {
  if (sizes === undefined) return SIZES;
  const read = sizes.split(',').map(Number);
  if (read.every((size) => Number.isInteger(size) && size >= 100)) return read.toSorted((a, b) => a - b);
  throw new UsageError('--sizes takes numbers of pictures from 100 on, e.g. 500,1000');
}

const mapSize = (sizes: string | undefined): number => Math.max(...readSizes(sizes));

class LookBench {
  readonly rows: Row[] = [];
  readonly growth: GrowthLine[] = [];
  readonly stage: Stage;
  readonly files: readonly string[];
  /** Keeps the photographs that were indexed, and later the growing collection. */
  readonly profile = freshProfile();
  readonly rounds: Round[] = [];
  reopened: Reopened | undefined;

  constructor(stage: Stage, files: readonly string[]) {
    this.stage = stage;
    this.files = files;
  }

  async measureEndToEnd(): Promise<void> {
    for (let left = ROUNDS; left > 0; left -= 1) {
      // The last one's pictures stay: the collection grows from them.
      const profile = left === 1 ? this.profile : freshProfile();
      const round = await withBrowser(profile, (site) =>
        measureRound(this.stage, site, profile.dir, this.files),
      );
      if (left > 1) profile.remove();
      this.rounds.push(round);
    }
    this.say(endToEndRows(this.rounds, this.files.length));
  }

  async measureMainThread(): Promise<void> {
    const profile = freshProfile();
    const rows = await withBrowser(profile, async (browser) => {
      const look = await openWarm(browser, this.stage.siteUrl);
      const given = await traceMainThread(look, this.files);
      return [...mainThreadRows(given), ...(await largestListRows(look)), ...(await manyFilesRows(look))];
    });
    profile.remove();
    this.say(rows);
  }

  async measureEngines(): Promise<void> {
    const profile = freshProfile();
    this.say(await withBrowser(profile, (browser) => engineRows(this.stage, browser)));
    profile.remove();
  }

  async measureWords(): Promise<void> {
    const profile = freshProfile();
    await withBrowser(profile, async (browser) => {
      const look = new LookPage(browser.page);
      await look.open(this.stage.siteUrl);
      await indexAll(look, this.files);
      this.say(await wordRows(this.stage, browser, 1, this.files));
    });
    profile.remove();
  }

  async measureGrowth(sizes: readonly number[]): Promise<void> {
    if (this.rounds.length === 0) {
      await withBrowser(this.profile, async (site) =>
        indexAll(await openWarm(site, this.stage.siteUrl), this.files),
      );
    }
    const { stage, profile } = this;
    const pageSize = sizes.includes(PAGE_SIZE) ? PAGE_SIZE : Math.max(...sizes);
    let collection = 0;
    const first = await withBrowser(profile, async (browser) => {
      const driver = await LibraryDriver.open(stage, browser, profile.dir);
      collection = await driver.begin(1);
      for (const size of sizes.filter((each) => each <= pageSize)) await this.grow(driver, size);
      return driver;
    });
    await this.measurePage(collection);
    const more = sizes.filter((each) => each > pageSize);
    if (more.length > 0) {
      await withBrowser(profile, async (browser) => {
        const driver = await LibraryDriver.open(stage, browser, profile.dir);
        await driver.goOn(1, collection, first);
        for (const size of more) await this.grow(driver, size);
      });
    }
    this.say(sizeRows(this.growth));
  }

  /** The map of synthetic vectors with the thumbnails of real photographs; the library alone grows the collection. */
  async measureMap(size: number): Promise<void> {
    const profile = freshProfile();
    await withBrowser(profile, async (site) =>
      indexAll(await openWarm(site, this.stage.siteUrl), this.files),
    );
    const collection = await withBrowser(profile, async (browser) =>
      (await LibraryDriver.open(this.stage, browser, profile.dir)).fill(1, size),
    );
    this.say(await withBrowser(profile, (browser) => mapRows(browser, this.stage.siteUrl, collection, size)));
    profile.remove();
  }

  async measureNetworks(): Promise<void> {
    const profile = freshProfile();
    this.say(await withBrowser(profile, ({ page }) => networkRows(page, this.stage.siteUrl, this.files)));
    profile.remove();
  }

  /** Reopening and clicking in the page itself, at the size that the table asks for. */
  private async measurePage(collection: number): Promise<void> {
    const at = this.growth.at(-1);
    if (at === undefined) throw new Error('nothing has grown');
    await withBrowser(this.profile, async (browser) => {
      this.reopened = await timeReopening(browser.page, this.stage.siteUrl, collection);
      const look = new LookPage(browser.page);
      const graph = await timeClicks(look, 'Graph (HNSW)', CLICKS);
      const exact = await timeClicks(look, 'Exact', CLICKS);
      this.say([...searchRows(graph, exact, at), ...graphRows(at), reopenRow(this.reopened, at)]);
    });
  }

  private async grow(driver: LibraryDriver, size: number): Promise<void> {
    const line = await driver.measure(size);
    this.growth.push(line);
    console.log(
      `     ${size} pictures: in the graph after ${line.buildSeconds.toFixed(1)} s, search ${line.graphAloneMs.toFixed(2)} ms, ` +
        `recall ${line.recall.toFixed(4)}, ${(line.disk / 1000 / size).toFixed(1)} KB a picture`,
    );
  }

  say(rows: readonly Row[]): void {
    this.rows.push(...rows);
    sayRows(rows);
  }
}

/**
 * Everything that is measured of Look, in one run.
 *
 * @returns whether every row is within its bound
 */
export async function benchLook({ dir, only, sizes }: BenchOptions): Promise<boolean> {
  if (only !== undefined && !isPart(only)) throw new UsageError(`--only takes one of: ${PARTS.join(', ')}`);
  const wants = (part: Part): boolean => only === undefined || only === part;
  const folder = readFolder(dir ?? SAMPLE);
  const files = folder.pictures.map((file) => `${folder.path}/${file}`);
  const pictures =
    dir === undefined
      ? `the ${files.length} photographs of the sample collection (the bounds are meant for 800: --dir DIR)`
      : `${files.length} photographs of ${folder.name}`;
  console.log(`Look: ${pictures}`);
  if (only === 'twins') return benchTwins(files, { pictures, hasDir: dir !== undefined });
  const stage = await openStage();
  const bench = new LookBench(stage, files);
  try {
    const machine = describeMachine(await browserVersion(findBrowser()));
    if (wants('first-load')) bench.say([firstLoadRow()]);
    if (wants('end-to-end')) await bench.measureEndToEnd();
    if (wants('main-thread')) await bench.measureMainThread();
    if (wants('engines')) await bench.measureEngines();
    if (wants('words')) await bench.measureWords();
    if (wants('map')) await bench.measureMap(mapSize(sizes));
    if (wants('networks')) await bench.measureNetworks();
    if (only === 'profile') await printProfile(files);
    if (wants('growth')) await bench.measureGrowth(readSizes(sizes));
    const { rows, growth, rounds, reopened } = bench;
    const results: Results = {
      machine,
      command: `npm run bench -- look${dir === undefined ? '' : ' --dir DIR'}`,
      pictures,
      rows,
      growth,
      ...(rounds.length === 0 ? {} : { rounds, cpu: middleOf(rounds, ({ ours, raw }) => ours / raw) }),
      ...(reopened === undefined ? {} : { reopened }),
    };
    if (only === undefined) writeReport(results);
    else console.log(JSON.stringify({ rounds, reopened }, null, 2));
    return rows.every(({ pass }) => pass);
  } finally {
    await stage.close();
    bench.profile.remove();
  }
}
