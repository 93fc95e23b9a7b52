import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, open, test } from './support/site.ts';

test.use({ isKept: true });

const NEXT_VERSION = '99.0.0';
let next: string;

test.beforeAll(() => {
  next = mkdtempSync(join(tmpdir(), 'atelier-next-'));
  execFileSync('npx', ['vite', 'build', '--logLevel', 'error', '--outDir', next, '--emptyOutDir'], {
    env: { ...process.env, ATELIER_VERSION: NEXT_VERSION },
    stdio: 'inherit',
  });
});

test.afterAll(() => rmSync(next, { recursive: true }));

const controlled = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);

/** Coming back to the tab is when the site asks for a new version; the test only fires what the browser would. */
const comeBack = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

test('a new version waits behind Update now, in every tab, and under no running work', async ({
  context,
  serve,
}) => {
  const first = await serve();
  const page = await context.newPage();
  await open(page, first, '/about');
  await controlled(page);
  await expect(page.getByText(`Version ${NEXT_VERSION}`)).toHaveCount(0);
  const { port } = new URL(first.url);
  await first.close();
  await serve({ dir: next, port: Number(port) });

  await comeBack(page);
  const button = page.getByRole('button', { name: 'Update now' });
  await expect(button).toBeVisible();
  // It waits: the page still is the old version, also after a reload.
  await page.reload();
  await expect(page.getByText('Version', { exact: false }).first()).toBeVisible();
  await expect(page.getByText(`Version ${NEXT_VERSION}`)).toHaveCount(0);
  await expect(button).toBeVisible();

  // Work in another tab: begun as every studio begins it, by a shared lock of this site.
  const other = await context.newPage();
  await open(other, first, '/about');
  await other.evaluate(() => {
    const name = `atelier-busy ${new URL('.', document.baseURI).pathname}`;
    void navigator.locks.request(
      name,
      { mode: 'shared' },
      () => new Promise<void>((resolve) => addEventListener('end-of-work', () => resolve(), { once: true })),
    );
  });
  await expect
    .poll(() =>
      other.evaluate(async () => ((await navigator.locks.query()).held ?? []).map(({ name }) => name)),
    )
    .toContain('atelier-busy /');
  const marks = await other.evaluate(() => Object.assign(window, { mark: 1 }).mark);
  expect(marks).toBe(1);
  await button.click();
  await expect(page.getByText('Work is still running')).toBeVisible();

  await other.evaluate(() => dispatchEvent(new Event('end-of-work')));
  await button.click();
  await expect(page.getByText(`Version ${NEXT_VERSION}`)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Update now' })).toHaveCount(0);

  // The other tab was not reloaded under the person's hands; it offers to follow.
  expect(await other.evaluate(() => 'mark' in window)).toBe(true);
  await other.getByRole('button', { name: 'Update now' }).click();
  await expect(other.getByText(`Version ${NEXT_VERSION}`)).toBeVisible();
});
