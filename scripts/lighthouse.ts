/**
 * Lighthouse on the built site, as on a phone (its default), page by page; fails below the thresholds and writes
 * bench/results/lighthouse.json. Performance is measured on this machine: let nothing else run beside it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { chromium } from '@playwright/test';
import lighthouse, { type RunnerResult } from 'lighthouse';
import ensureBuild from './ensure-build.ts';
import { findBrowser } from './find-browser.ts';
import { startServer } from './static-server.ts';

const PLACES = ['', '#/look', '#/device', '#/about'];
const THRESHOLDS = { performance: 95, accessibility: 100, 'best-practices': 100 } as const;

type LighthouseResult = RunnerResult['lhr'];

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') reject(new Error('no free port'));
      else probe.close(() => resolve(address.port));
    });
  });

ensureBuild();
const server = await startServer({ dir: 'dist', headers: true });
const port = await freePort();
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--no-sandbox', `--remote-debugging-port=${port}`],
});
/** The middle one of three runs counts: a single run's performance varies by several points on the same machine. */
const RUNS = 3;

async function audit(place: string): Promise<LighthouseResult> {
  const runs: LighthouseResult[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const result = await lighthouse(`${server.url}${place}`, {
      port,
      logLevel: 'error',
      onlyCategories: Object.keys(THRESHOLDS),
    });
    if (result === undefined) throw new Error(`Lighthouse answered nothing for ${place}`);
    runs.push(result.lhr);
  }
  const performance = ({ categories }: LighthouseResult): number => categories.performance?.score ?? 0;
  const middle = runs.toSorted((a, b) => performance(a) - performance(b))[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('no run');
  return middle;
}

const report: Record<string, Record<string, number>> = {};
const failed: string[] = [];
for (const place of PLACES) {
  const { categories, audits } = await audit(place);
  const scores: Record<string, number> = {};
  for (const [category, least] of Object.entries(THRESHOLDS)) {
    const score = Math.round((categories[category]?.score ?? 0) * 100);
    scores[category] = score;
    if (score >= least) continue;
    const lost = (categories[category]?.auditRefs ?? []).filter(
      ({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1,
    );
    const why = lost.map(({ id }) => `${id} ${audits[id]?.displayValue ?? ''}`.trim());
    failed.push(`${place || '#/'} ${category} ${score} (at least ${least}): ${why.join(', ')}`);
  }
  report[place || '#/'] = scores;
  console.log(place || '#/', scores);
}
await browser.close();
await server.close();
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/lighthouse.json', `${JSON.stringify(report, null, 2)}\n`);
for (const line of failed) console.error(line);
if (failed.length > 0) process.exit(1);
