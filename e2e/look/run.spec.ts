import { dirname } from 'node:path';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const indexing = (page: Page) => page.getByRole('progressbar', { name: 'Indexing' });

/** Waits until the run has so many pictures behind it. */
async function doneAtLeast(page: Page, count: number): Promise<void> {
  await expect
    .poll(async () => Number(await indexing(page).getAttribute('data-done')), {
      intervals: [50],
      timeout: 60_000,
    })
    .toBeGreaterThanOrEqual(count);
}

test('Stop keeps what is done, Resume goes on', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(12);
  await look.open(site.url);
  await look.add(files);
  await doneAtLeast(page, 3);
  const group = page.getByRole('group', { name: 'Indexing' });
  await expect(indexing(page)).toHaveAttribute('data-total', String(files.length));
  await group.getByRole('button', { name: 'Stop' }).click();
  await expect(look.status).toContainText(/stopped, \d+ to go/);
  const [, ready, left] =
    /(\d+) pictures ready, stopped, (\d+) to go/.exec((await look.status.textContent()) ?? '') ?? [];
  expect(Number(ready) + Number(left)).toBe(files.length);
  expect(Number(ready)).toBeGreaterThanOrEqual(3);
  await expect(look.pictures).toHaveAttribute('data-total', String(ready));

  await page.getByRole('button', { name: 'Resume' }).click();
  await look.ready(files.length);
  await expect(look.status).toHaveText(`${files.length} pictures ready`);
});

test('a reload in the middle loses only what was in flight; the same files again finish the run', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(10);
  await look.open(site.url);
  await look.add(files);
  await doneAtLeast(page, 5);
  const acknowledged = Number(await indexing(page).getAttribute('data-done'));
  await page.reload();
  await expect(page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  const kept = Number(await look.pictures.getAttribute('data-total'));
  expect(kept).toBeGreaterThanOrEqual(acknowledged);
  await expect(
    page.getByText(`${files.length - kept} files of the last visit are not indexed yet.`),
  ).toBeVisible();
  await page.getByText('Which', { exact: true }).click();
  await expect(
    page.getByRole('list', { name: 'Files that are not indexed yet' }).getByRole('listitem'),
  ).toHaveCount(files.length - kept);

  await page.getByLabel('Add them again').setInputFiles(files);
  await look.ready(files.length);
  await expect(look.status).toContainText(`${kept} already there`);
  await expect(page.getByText('are not indexed yet')).toHaveCount(0);
});

test('a worker that dies takes no picture with it', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(12);
  await look.open(site.url);
  await look.add(files);
  await doneAtLeast(page, 2);
  const workers = page.workers().filter((worker) => worker.url().includes('embed.worker'));
  expect(workers.length).toBeGreaterThan(0);
  // As when the browser takes its memory back: no event tells the page.
  await workers[0]?.evaluate(() => (globalThis as unknown as Worker & { close(): void }).close());
  await look.ready(files.length);
  await expect(look.status).toHaveText(`${files.length} pictures ready`);
});

test('what is added to another collection waits for its turn', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  const bar = page.getByRole('combobox', { name: 'Collection' });
  await look.open(site.url);
  await look.add(files);
  await doneAtLeast(page, 1);
  await page.getByRole('button', { name: 'New collection' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Second');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(bar.locator('option:checked')).toContainText('Second');
  await look.add(files.slice(0, 5));
  await look.ready(5);
  await bar.selectOption({ label: `My pictures (${files.length})` });
  await look.ready(files.length);
});

test('the whole folder goes in at once', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  const folder = dirname(samplePictures(1)[0] ?? '');
  await page.getByLabel('Add a folder').setInputFiles(folder);
  await look.ready(16);
  const first = look.pictures.getByRole('listitem').first();
  await expect(first).toHaveAttribute('data-name', /^dress\//);
  await expect(first).toHaveAttribute('aria-setsize', '16');
  await expect(first).toHaveAttribute('aria-posinset', '1');
});
