import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const chosen = (page: Page) => page.getByRole('combobox', { name: 'Collection' }).locator('option:checked');

const undoLast = (page: Page) => page.getByRole('button', { name: 'Undo the last deletion' });

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
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(chosen(page)).toHaveText('Holidays (4)');
  await look.ready(4);
  await look.searchByPicture(1);
  expect(await look.hits()).toHaveLength(3);
  await expect(undoLast(page)).toBeHidden();
});

/** Deletes one picture of the collection. */
async function deletePicture(look: LookPage, id: string): Promise<void> {
  await look.pictures.locator(`[data-id="${id}"]`).getByRole('checkbox').check();
  // By the keyboard: the message of an earlier deletion may lie over the button.
  await look.page.getByRole('button', { name: 'Delete from collection' }).press('Enter');
  await expect(look.pictures.locator(`[data-id="${id}"]`)).toHaveCount(0);
}

const ids = (look: LookPage): Promise<string[]> =>
  look.pictures
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.id ?? ''));

test('a message brings back its own deletion, and the query stays', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1).slice(0, 6));
  const query = await look.searchByPicture(0);
  const hits = await look.hits();
  await expect.poll(() => ids(look)).toHaveLength(6);
  const [, second = '', third = ''] = await ids(look);
  await deletePicture(look, second);
  await deletePicture(look, third);
  const messages = page.getByRole('status', { name: 'Messages of Atelier' });
  const undo = messages.getByRole('button', { name: 'Undo', exact: true });
  await expect(undo).toHaveCount(2);

  await undo.first().click();
  await look.ready(5);
  await expect.poll(() => ids(look)).toContain(second);
  expect(await ids(look)).not.toContain(third);
  await look.answered(query);
  await expect.poll(() => look.hits()).toHaveLength(4);

  // The other way back leads to the same, and its message goes.
  await expect(undo).toHaveCount(1);
  await undoLast(page).click();
  await look.ready(6);
  await expect(undo).toHaveCount(0);
  await expect(undoLast(page)).toBeHidden();
  await look.answered(query);
  await expect.poll(() => look.hits()).toEqual(hits);
  await look.searchByPicture(1);
});

test('a deletion can be undone after leaving the page, and after a restart', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1).slice(0, 4));
  await expect.poll(() => ids(look)).toHaveLength(4);
  const before = await ids(look);
  await deletePicture(look, before[1] ?? '');
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  await expect(undo).toBeVisible();

  // No message promises what no page can keep.
  const navigation = page.getByRole('navigation');
  await navigation.getByRole('link', { name: 'About' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('About');
  await expect(undo).toHaveCount(0);
  await navigation.getByRole('link', { name: 'Look' }).click();
  await look.ready(3);
  await undoLast(page).click();
  await look.ready(4);
  await expect.poll(() => ids(look)).toEqual(before);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await look.ready(0);
  await page.reload();
  await undoLast(page).click();
  await look.ready(4);
  await expect.poll(() => ids(look)).toEqual(before);
  await expect(page.getByRole('alert')).toHaveCount(0);
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
