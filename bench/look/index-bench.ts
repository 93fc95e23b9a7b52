import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { findBrowser } from '../../scripts/find-browser.ts';
import { startServer } from '../../scripts/static-server.ts';
import type { IndexRow } from './index-page.ts';

export interface IndexBench {
  readonly sizes?: readonly number[];
  readonly dim?: number;
  readonly seed?: number;
  readonly onRow?: (row: IndexRow) => void;
}

/** Names that index-page.ts puts on the page. */
interface Page {
  measureIndex(n: number, dim: number, seed: number): Promise<IndexRow>;
}

/**
 * Builds the graph of clustered vectors in the built worker, in Chromium, under the site's own policy, and measures
 * building, searching, keeping and reopening at each size.
 */
export async function benchIndex(options: IndexBench = {}): Promise<IndexRow[]> {
  const { sizes = [1000, 5000, 10_000, 20_000], dim = 1280, seed = 1, onRow } = options;
  const outDir = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  const html = fileURLToPath(new URL('index-page.html', import.meta.url));
  const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));
  await build({
    configFile,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, copyPublicDir: false, rolldownOptions: { input: html } },
  });
  const server = await startServer({ dir: outDir, headers: true });
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`page: ${message.text()}`);
    });
    await page.goto(`${server.url}bench/look/index-page.html`);
    await page.waitForFunction(() => 'measureIndex' in globalThis);
    const rows: IndexRow[] = [];
    for (const n of sizes) {
      const row = await page.evaluate(
        ([count, numbers, start]) => (globalThis as unknown as Page).measureIndex(count, numbers, start),
        [n, dim, seed] as const,
      );
      rows.push(row);
      onRow?.(row);
    }
    return rows;
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}
