import { freshProfile, openBrowser, type OpenBrowser } from '../../cli/site/open-site.ts';
import { LookPage } from '../../cli/look/page.ts';
import type { RunMarks } from '../../cli/look/in-page.ts';
import type { Timed } from '../pages/peer-page.ts';
import { cpuBetween, cpuSeconds, type CpuSeconds } from './processes.ts';
import { row, type Row } from './row.ts';
import type { Stage } from './stage.ts';

const RAW_PASSES = 120;
const WARM_UP = 'models/efficientnet-lite1/fixtures/pictures';
const WARM_UP_FILES = ['baseline.jpg', 'progressive.jpg', 'lossy.webp', 'opaque.png'].map(
  (file) => `${WARM_UP}/${file}`,
);
const LIMIT_MS = 600_000;

/** The site between two halves of the peer's work. All but the last in pictures, or passes, a second. */
export interface Round {
  readonly ours: number;
  readonly untilLast: number;
  readonly peer: number;
  readonly raw: number;
  /** Two threads that do nothing but pass: what this machine can give. */
  readonly twoRaw: number;
  /** Processor time while the site was indexing, seconds by thread, and by picture in milliseconds. */
  readonly cpu: CpuSeconds;
  readonly cpuMsAPicture: number;
}

/** Opens the site on a profile, and indexes a few pictures: the network is loaded then. */
export async function openWarm(browser: OpenBrowser, siteUrl: string): Promise<LookPage> {
  const look = new LookPage(browser.page);
  await look.open(siteUrl);
  await look.index('Add pictures', WARM_UP_FILES, LIMIT_MS);
  return look;
}

export const indexAll = (look: LookPage, files: readonly string[]): Promise<RunMarks> =>
  look.index('Add pictures', files, LIMIT_MS);

async function openPeer(
  stage: Stage,
  profile: { readonly dir: string; remove(): void },
  files: readonly string[],
) {
  const browser = await openBrowser(profile);
  await browser.page.goto(`${stage.plainUrl}bench/peer.html`);
  await browser.page.getByLabel('Pictures').setInputFiles([...files]);
  await browser.page.waitForFunction(() => window.peer !== undefined);
  await browser.page.evaluate(() => window.peer?.ready());
  return browser;
}

const perSecond = (...runs: readonly Timed[]): number =>
  runs.reduce((sum, { count }) => sum + count, 0) / runs.reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * Files → stored and searchable by the site, between two halves of the peer's work, so that a machine that grows slower or
 * faster meanwhile treats both alike. Both have their network loaded before.
 *
 * @param site the browser of the site; the pictures are in its store afterwards
 */
export async function measureRound(
  stage: Stage,
  site: OpenBrowser,
  profileDir: string,
  files: readonly string[],
): Promise<Round> {
  const look = await openWarm(site, stage.siteUrl);
  const peerProfile = freshProfile();
  const peer = await openPeer(stage, peerProfile, files);
  const raw = (): Promise<Timed> =>
    peer.page.evaluate(
      (passes) => window.peer?.raw(passes) ?? Promise.reject(new Error('no peer')),
      RAW_PASSES,
    );
  const half = (from: number): Promise<Timed> =>
    peer.page.evaluate((at) => window.peer?.run(at, 2) ?? Promise.reject(new Error('no peer')), from);

  const rawBefore = await raw();
  const peerBefore = await half(0);
  const cpuBefore = cpuSeconds(profileDir);
  const run = await indexAll(look, files);
  const cpu = cpuBetween(cpuBefore, cpuSeconds(profileDir));
  // At rest the site builds its graph: it must not do so at the peer's cost.
  await site.page.goto('about:blank');
  const peerAfter = await half(1);
  const rawAfter = await raw();
  const both = await peer.page.evaluate(
    (passes) => window.peer?.rawAtOnce(2, passes) ?? Promise.reject(new Error('no peer')),
    RAW_PASSES,
  );
  await peer.close();
  peerProfile.remove();
  return {
    ours: (files.length * 1000) / (run.rest - run.given),
    untilLast: (files.length * 1000) / (run.last - run.given),
    peer: perSecond(peerBefore, peerAfter),
    raw: perSecond(rawBefore, rawAfter),
    twoRaw: perSecond(both),
    cpu,
    cpuMsAPicture: (Object.values(cpu).reduce((sum, value) => sum + value, 0) * 1000) / files.length,
  };
}

/** The rows of the table: of several rounds the middle one decides, as a machine that others use is never quiet for long. */
export function endToEndRows(rounds: readonly Round[], pictures: number): Row[] {
  const ratioRow = (id: string, what: string, against: 'peer' | 'raw', atLeast: number): Row => {
    const ratios = rounds.map((round) => round.ours / round[against]);
    const middle = middleOf(rounds, (round) => round.ours / round[against]);
    return row({
      id,
      what,
      value: middle.ours / middle[against],
      unit: '×',
      must: { atLeast },
      beside: {
        pictures,
        'ours a second': middle.ours,
        'until the last was stored, a second': middle.untilLast,
        ...(against === 'peer'
          ? { 'peer a second': middle.peer }
          : { 'raw passes a second': middle.raw, 'two raw threads at once': middle.twoRaw }),
        'lowest round': Math.min(...ratios),
        'highest round': Math.max(...ratios),
      },
    });
  };
  return [
    ratioRow('against-peer', 'end to end against the peer loop, pictures a second', 'peer', 1.6),
    ratioRow('against-raw', 'end to end against the raw forward pass on one thread', 'raw', 1.4),
  ];
}

/** The one in the middle by a figure; of an even number the lower one. */
export function middleOf(rounds: readonly Round[], figure: (round: Round) => number): Round {
  const middle = rounds.toSorted((a, b) => figure(a) - figure(b))[(rounds.length - 1) >> 1];
  if (middle === undefined) throw new Error('no round');
  return middle;
}
