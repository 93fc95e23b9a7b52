import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { withFolder } from '../support/files.ts';
import { blackPng, htmlSvg, scriptedSvg } from '../support/hostile.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const LONG_NAME = `${'n'.repeat(4_000)}.jpg`;
const MARKUP = '<img src=x onerror="window.pwned=1">.jpg';

const isPwned = (page: Page): Promise<boolean> =>
  page.evaluate(() => 'pwned' in window || document.title.includes('pwned'));

test('hostile files are named with the reason, the others are indexed, and nothing of them runs', async ({
  page,
  site,
}) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url) && /^https?:/.test(request.url())) foreign.push(request.url());
  });
  const photograph = await readFile(samplePictures(1)[0] ?? '');
  const look = new LookPage(page);
  await look.open(site.url);
  await page.getByLabel('Add pictures').setInputFiles([
    { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) },
    { name: 'text.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('I am not a picture.\n'.repeat(50)) },
    { name: 'bomb.png', mimeType: 'image/png', buffer: blackPng(30_000, 30_000) },
    { name: 'half.jpg', mimeType: 'image/jpeg', buffer: photograph.subarray(0, 200) },
    { name: LONG_NAME, mimeType: 'image/jpeg', buffer: Buffer.from('x') },
    { name: MARKUP, mimeType: 'image/jpeg', buffer: Buffer.from('y') },
    { name: `good ${MARKUP}`, mimeType: 'image/jpeg', buffer: photograph },
    { name: 'script.svg', mimeType: 'image/svg+xml', buffer: scriptedSvg },
    { name: 'html.svg', mimeType: 'image/svg+xml', buffer: htmlSvg },
    { name: 'wide.png', mimeType: 'image/png', buffer: blackPng(9_000, 9_000) },
  ]);
  await expect(look.status).toContainText('3 pictures ready', { timeout: 60_000 });
  await expect(look.status).toContainText('7 files failed');

  await page.getByText('Details', { exact: true }).click();
  const failed = page.getByRole('list', { name: 'Files that failed' });
  for (const name of ['empty.jpg', 'text.jpg', 'bomb.png', 'half.jpg', 'html.svg', 'nnnnnnnn', MARKUP])
    await expect(failed.getByRole('listitem').filter({ hasText: name })).toHaveCount(1);
  await expect(failed.getByRole('listitem').filter({ hasText: 'half.jpg' })).toContainText(
    'begins like a JPEG picture, but is damaged or cut off.',
  );
  await expect(failed.getByRole('listitem').filter({ hasText: 'text.jpg' })).toContainText(
    'is not a picture of a kind that Look reads.',
  );
  await expect(failed).not.toContainText('Error');
  await expect(look.pictures.getByRole('listitem').first()).toBeVisible();
  await look.searchByPicture(0);
  expect(await look.hits()).toHaveLength(2);
  expect(await isPwned(page)).toBe(false);
  expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
  expect(foreign).toEqual([]);
});

test('5,000 files of which half are broken: each is accounted for', async ({ page, site }) => {
  test.setTimeout(240_000);
  const samples = samplePictures(2);
  await withFolder(async (folder) => {
    const photographs = await Promise.all(samples.map((path) => readFile(path)));
    const files = await Promise.all(
      Array.from({ length: 5_000 }, async (_, i) => {
        const good = photographs[(i >> 1) % photographs.length] ?? Buffer.alloc(0);
        // Every broken one is broken in a way of its own.
        const bytes =
          i % 2 === 0 ? good : Buffer.concat([good.subarray(0, i % 300), Buffer.from(`broken ${i}`)]);
        const path = join(folder, `${String(i).padStart(4, '0')}.jpg`);
        await writeFile(path, bytes);
        return path;
      }),
    );
    const look = new LookPage(page);
    await look.open(site.url);
    await look.add(files);
    await expect(look.status).toContainText(`${samples.length} pictures ready`, { timeout: 200_000 });
    await expect(look.status).toContainText('2,500 files failed');
    await expect(look.status).toContainText(`${(2_500 - samples.length).toLocaleString('en')} already there`);
    await look.searchByPicture(0);
    expect(await look.hits()).toHaveLength(12);
  });
});
