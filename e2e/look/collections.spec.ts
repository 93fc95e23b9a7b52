import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const chosen = (page: Page) => page.getByRole('combobox', { name: 'Collection' }).locator('option:checked');

async function giveName(page: Page, button: string, name: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Name', { exact: true }).press('Enter');
}

test('collections are made, renamed, deleted, brought back, and kept', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  await look.add(samplePictures(1).slice(0, 4));
  await look.ready(4);
  await giveName(page, 'Rename', 'Holidays');
  await expect(chosen(page)).toHaveText('Holidays (4)');

  await giveName(page, 'New collection', 'Empty one');
  await expect(chosen(page)).toHaveText('Empty one (0)');
  await expect(look.status).toHaveText('0 pictures ready');
  await expect(page.getByRole('button', { name: /Try it with/ })).toBeVisible();

  await page.reload();
  await expect(chosen(page)).toHaveText('Empty one (0)');
  await page.getByRole('combobox', { name: 'Collection' }).selectOption({ label: 'Holidays (4)' });
  await look.ready(4);
  await expect(look.pictures.getByRole('listitem')).toHaveCount(4);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(chosen(page)).toHaveText('Empty one (0)');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chosen(page)).toHaveText('Holidays (4)');
  await look.ready(4);
  await look.searchByPicture(1);
  expect(await look.hits()).toHaveLength(3);
});

test('the sample has a collection of its own, and its list is right wherever it is scrolled', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  await look.open(site.url);
  await giveName(page, 'New collection', 'Mine');
  await page.getByRole('button', { name: /Try it with/ }).click();
  await look.ready(160);
  await expect(chosen(page)).toHaveText('Clothes (sample) (160)');
  await expect(page.getByRole('combobox', { name: 'Collection' }).locator('option')).toHaveText([
    'Mine (0)',
    'Clothes (sample) (160)',
  ]);

  await expect(look.pictures).toHaveAttribute('data-total', '160');
  const places = (): Promise<number[]> =>
    look.pictures
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => Number(item.getAttribute('aria-posinset'))));
  expect((await places()).length).toBeLessThan(160);
  await page.keyboard.press('End');
  await page.mouse.wheel(0, 100_000);
  const last = look.pictures.locator('[aria-posinset="160"]');
  await expect(last).toBeInViewport();
  await expect(last.getByRole('button')).toHaveCount(1);
  await expect(last.locator('img')).toBeVisible();
  const shown = await places();
  expect(shown).not.toContain(40);
  expect(new Set(shown).size).toBe(shown.length);
  await expect(last).toHaveAttribute('aria-setsize', '160');
});
