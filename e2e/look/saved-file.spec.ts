import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { readStore } from '../support/store.ts';

async function saved(page: Page): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save to a file' }).click();
  return readFile(await (await download).path());
}

const openFile = (page: Page, name: string, buffer: Buffer): Promise<void> =>
  page.getByLabel('Open a file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

test('everything goes into a file and comes back in another browser', async ({ browser, page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  await look.open(site.url);
  await look.add(files);
  await look.ready(files.length);
  const id = await look.searchByPicture(7);
  const hits = await look.hits();
  const file = await saved(page);

  const elsewhere = await browser.newContext();
  const other = new LookPage(await elsewhere.newPage());
  await other.open(site.url);
  await openFile(other.page, 'look.atelier', file);
  await other.ready(files.length);
  expect(await other.searchByPicture(7)).toBe(id);
  expect(await other.hits()).toEqual(hits);
  expect((await readStore(other.page))[0]?.pictures).toEqual((await readStore(page))[0]?.pictures);
  await elsewhere.close();
});

test('one’s own file opened beside the originals: what comes gets a number', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1));
  const file = await saved(page);
  const options = page.getByRole('combobox', { name: 'Collection' }).locator('option');
  await openFile(page, 'look.atelier', file);
  await expect(page.getByText('Added “My pictures (2)” with 10 pictures.')).toBeVisible();
  await openFile(page, 'look.atelier', file);
  await expect(options).toHaveText(['My pictures (10)', 'My pictures (2) (10)', 'My pictures (3) (10)']);
  await expect(options.nth(2)).toHaveJSProperty('selected', true);
});

test('a broken file is refused with a message, and nothing changes', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  await look.add(samplePictures(1));
  await look.ready(10);
  const file = await saved(page);
  const before = await readStore(page);

  const flipped = Buffer.from(file);
  flipped.writeUInt8(flipped.readUInt8(file.length - 100) ^ 4, file.length - 100);
  const newer = Buffer.from(file);
  newer.writeUInt32LE(99, 8);
  const broken: [string, Buffer, RegExp][] = [
    ['cut.atelier', file.subarray(0, file.length / 2), /shorter than it should be/],
    ['flipped.atelier', flipped, /damaged/],
    ['newer.atelier', newer, /version 99/],
    ['text.atelier', Buffer.from('hello '.repeat(100)), /no file of Atelier/],
    ['empty.atelier', Buffer.alloc(0), /too short/],
  ];
  for (const [name, bytes, message] of broken) {
    await openFile(page, name, bytes);
    await expect(page.getByRole('alert').filter({ hasText: message })).toBeVisible();
    expect(await readStore(page)).toEqual(before);
  }
  await look.searchByPicture(0);
  expect(await look.hits()).toHaveLength(9);
});
