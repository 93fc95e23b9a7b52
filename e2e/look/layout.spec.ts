import type { Locator } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const PHONE = { width: 390, height: 844 };

async function edges(locator: Locator): Promise<{ top: number; bottom: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not drawn');
  return { top: box.y, bottom: box.y + box.height };
}

test('on a phone the query and the first results share a screen, and every setting is at hand', async ({
  page,
  site,
}) => {
  await page.setViewportSize(PHONE);
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(2));
  await look.searchByPicture(3);
  await expect(page.getByRole('list', { name: 'What it shows' }).getByRole('listitem')).toHaveCount(5);
  const query = await edges(look.box);
  const first = await edges(look.results.getByRole('listitem').first());
  expect(first.bottom - query.top).toBeLessThan(PHONE.height);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

  const trash = await edges(page.getByRole('button', { name: 'Delete', exact: true }));
  const collection = await edges(page.getByRole('combobox', { name: 'Collection' }));
  expect(Math.abs(trash.top - collection.top)).toBeLessThan(10);

  await page.getByText('How to search').click();
  await page.getByLabel('How many').fill('5');
  await page.getByLabel('How many').press('Enter');
  await expect(look.results.getByRole('listitem')).toHaveCount(5);
});

test('messages stand clear of the selection bar, wherever the page is scrolled', async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 700 });
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(6));
  await look.pictures.getByRole('listitem').first().getByRole('checkbox').check();
  const bar = page.getByRole('region', { name: 'Selected pictures' });
  await bar.getByRole('button', { name: 'Download' }).click();
  const message = page.getByRole('status', { name: 'Messages of Atelier' });
  await expect(message).toContainText('The zip holds');
  for (const place of [0, 100_000]) {
    await page.evaluate((top) => window.scrollTo(0, top), place);
    await expect
      .poll(async () => (await edges(bar)).top - (await edges(message)).bottom)
      .toBeGreaterThanOrEqual(0);
  }
});

test('a long name keeps to the width of a phone', async ({ page, site }) => {
  await page.setViewportSize(PHONE);
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1));
  await look.pictures.getByRole('checkbox').first().check({ force: true });
  await page.getByRole('button', { name: 'Name this' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('W'.repeat(200));
  await page.getByRole('dialog').getByRole('button', { name: 'Name and find the rest' }).click();
  await look.answered('name:1');
  await expect(page.getByRole('list', { name: 'Your names' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
});
