import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { readStore } from '../support/store.ts';

/** A narrow ResNet-50 with random weights: make.py beside it says how it was made. */
const WEIGHTS = readFileSync('src/studios/look/engine/testing/networks/resnet-torchvision.safetensors');
const OWN = 'EfficientNet-Lite1';
const OTHER = 'ResNet-50 of width 4 · w.safetensors';
const OWN_DIM = 1280;

const chosen = (page: Page): Locator =>
  page.getByRole('combobox', { name: 'Network' }).locator('option:checked');
const kept = (page: Page): Locator => page.getByRole('group', { name: 'Kept beside' });
const dialog = (page: Page): Locator => page.getByRole('dialog');

/** Chooses the files of the other network in the dialog that takes them. */
async function bring(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
  await dialog(page)
    .getByLabel('Choose the network’s files')
    .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer: WEIGHTS });
}

test('there is a way back from another network, at once and later', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(2));
  const id = await look.searchByPicture(3);
  const before = await look.hits();
  await bring(page);
  await dialog(page)
    .getByRole('button', { name: /look at this collection anew$/ })
    .click();
  await expect(chosen(page)).toHaveText(OTHER, { timeout: 60_000 });
  await expect(kept(page)).toContainText(`What ${OWN} saw in these pictures is kept beside`);
  await look.answered(id);
  await expect.poll(() => look.hits()).not.toEqual(before);
  const after = await look.hits();

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chosen(page)).toHaveText(OWN);
  await look.answered(id);
  await expect.poll(() => look.hits()).toEqual(before);
  await expect(kept(page)).toContainText(`What ${OTHER} saw`);
  expect((await new AxeBuilder({ page }).include('main').analyze()).violations).toEqual([]);

  await page.reload();
  await look.answered(id);
  await kept(page).getByRole('button', { name: 'Use it' }).click();
  await expect(chosen(page)).toHaveText(OTHER);
  await expect.poll(() => look.hits()).toEqual(after);
  await kept(page).getByRole('button', { name: 'Forget it' }).click();
  await expect(kept(page)).toBeHidden();
  expect(await look.hits()).toEqual(after);
});

test('two networks are compared on one collection, whose files are not at hand any more', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  await look.start(site.url, files);
  await expect(page.getByRole('button', { name: 'Compare networks' }), 'there is one network').toHaveCount(0);
  await bring(page);
  await dialog(page).getByRole('button', { name: 'Keep the network' }).click();
  await expect(dialog(page)).toBeHidden();
  await page.reload();
  await look.ready(files.length);
  const id = await look.searchByPicture(3);
  const before = await look.hits();

  await page.getByRole('button', { name: 'Compare networks' }).click();
  await dialog(page)
    .getByRole('button', { name: `Let ${OTHER} look too` })
    .click();
  const other = dialog(page).getByRole('list', { name: `Most alike by ${OTHER}` });
  await expect(other.getByRole('listitem')).toHaveCount(10, { timeout: 60_000 });
  await expect(other).toHaveAttribute('data-query-id', id);
  await expect(
    dialog(page)
      .getByRole('list', { name: `Most alike by ${OWN}` })
      .getByRole('listitem')
      .first(),
  ).toHaveAttribute('data-id', String(before[0]?.id));
  await expect(dialog(page).getByRole('status', { name: 'In common' })).toContainText('of 10 neighbours');
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
  await page.keyboard.press('Escape');

  await expect(chosen(page)).toHaveText(OWN);
  await expect(kept(page)).toContainText(`What ${OTHER} saw in these pictures`);
  expect(await look.hits()).toEqual(before);
  const [stored] = await readStore(page);
  expect(new Set(stored?.pictures.map(({ vector }) => vector?.length))).toEqual(new Set([OWN_DIM]));
});
