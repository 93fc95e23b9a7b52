import { freshProfile, openBrowser, type OpenBrowser } from '../../cli/site/open-site.ts';
import { LookPage } from '../../cli/look/page.ts';
import type { RunMarks } from '../../cli/look/in-page.ts';
import '../pages/peer-page.ts';
import { cpuBetween, cpuSeconds, type CpuSeconds } from './processes.ts';
import { row, type Row } from './row.ts';
import type { Stage } from './stage.ts';

const RAW_PASSES = 80;
const WARM_UP = 'models/efficientnet-lite1/fixtures/pictures';
const WARM_UP_FILES = ['baseline.jpg', 'progressive.jpg', 'lossy.webp', 'opaque.png'].map(
  (file) => `${WARM_UP}/${file}`,
);
const LIMIT_MS = 600_000;

export interface EndToEnd {
  readonly rows: readonly Row[];
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

/**
 * Files → stored and searchable by the site, between two halves of the peer's work, so that a machine that grows slower or
 * faster meanwhile treats both alike. Both have their network loaded before.
 *
 * @param site the browser of the site; the pictures are in its store afterwards
 */
export async function measureEndToEnd(
  stage: Stage,
  site: OpenBrowser,
  profileDir: string,
  files: readonly string[],
): Promise<EndToEnd> {
  const look = await openWarm(site, stage.siteUrl);
  const peerProfile = freshProfile();
  const peer = await openPeer(stage, peerProfile, files);
  const raw = (): Promise<{ passes: number; seconds: number }> =>
    peer.page.evaluate(
      (passes) => window.peer?.raw(passes) ?? Promise.reject(new Error('no peer')),
      RAW_PASSES,
    );
  const half = (from: number): Promise<{ pictures: number; seconds: number }> =>
    peer.page.evaluate((at) => window.peer?.run(at, 2) ?? Promise.reject(new Error('no peer')), from);

  const rawBefore = await raw();
  const peerBefore = await half(0);
  const cpuBefore = cpuSeconds(profileDir);
  const run = await indexAll(look, files);
  const cpu = cpuBetween(cpuBefore, cpuSeconds(profileDir));
  const peerAfter = await half(1);
  const rawAfter = await raw();
  const both = await peer.page.evaluate(
    (passes) => window.peer?.rawAtOnce(2, passes) ?? Promise.reject(new Error('no peer')),
    RAW_PASSES,
  );
  await peer.close();
  peerProfile.remove();

  const seconds = (run.rest - run.given) / 1000;
  const ours = files.length / seconds;
  const peers = (peerBefore.pictures + peerAfter.pictures) / (peerBefore.seconds + peerAfter.seconds);
  const passes = (rawBefore.passes + rawAfter.passes) / (rawBefore.seconds + rawAfter.seconds);
  const beside = {
    pictures: files.length,
    'ours a second': ours,
    'until the last was stored, a second': files.length / ((run.last - run.given) / 1000),
  };
  return {
    rows: [
      row({
        id: 'against-peer',
        what: 'end to end against the peer loop, pictures a second',
        value: ours / peers,
        unit: '×',
        must: { atLeast: 1.6 },
        beside: {
          ...beside,
          'peer a second': peers,
          'peer before': peerBefore.pictures / peerBefore.seconds,
          'peer after': peerAfter.pictures / peerAfter.seconds,
        },
      }),
      row({
        id: 'against-raw',
        what: 'end to end against the raw forward pass on one thread',
        value: ours / passes,
        unit: '×',
        must: { atLeast: 1.4 },
        beside: {
          ...beside,
          'raw passes a second': passes,
          'two raw threads at once': both.passes / both.seconds,
        },
      }),
    ],
    cpu,
    cpuMsAPicture: (Object.values(cpu).reduce((sum, value) => sum + value, 0) * 1000) / files.length,
  };
}
