import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { mostAlike, readStore } from '../support/store.ts';

/** A narrow ResNet-50 with random weights: make.py beside it says how it was made. */
const WEIGHTS = readFileSync('src/studios/look/engine/testing/networks/resnet-torchvision.safetensors');
const DIM = 128;
const OWN_DIM = 1280;
const TITLE = 'ResNet-50 of width 4';

const chooser = (page: Page): Locator => page.getByRole('combobox', { name: 'Network' });
const dialog = (page: Page): Locator => page.getByRole('dialog');
const bar = (page: Page): Locator => page.getByRole('progressbar', { name: 'Looking anew' });
const unfinished = (page: Page): Locator => page.getByRole('group', { name: 'Looking anew, unfinished' });
const byThumbnails = (page: Page): Locator => page.getByRole('group', { name: 'Looked at by thumbnails' });

async function dims(page: Page): Promise<Set<number | undefined>[]> {
  return (await readStore(page)).map(({ pictures }) => new Set(pictures.map(({ vector }) => vector?.length)));
}

test('another network looks at a collection anew: searches stay as they are until it is through', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(4);
  await look.start(site.url, files);
  const id = await look.searchByPicture(3);
  const before = await look.hits();

  await chooser(page).selectOption({ label: 'Bring your own…' });
  await dialog(page)
    .getByLabel('Choose the network’s files')
    .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer: WEIGHTS });
  const button = dialog(page).getByRole('button', { name: `Let ${TITLE} look at this collection anew` });
  await expect(button).toBeEnabled();
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
  await button.click();
  await expect(chooser(page).locator('option:checked')).toHaveText(`${TITLE} · w.safetensors`, {
    timeout: 60_000,
  });
  await expect(bar(page)).toBeHidden();
  // The files were given in this visit, so none was looked at by its thumbnail.
  await expect(byThumbnails(page)).toBeHidden();
  expect(await dims(page)).toEqual([new Set([DIM])]);
  // The query in the address is answered by the new vectors.
  await look.answered(id);
  const [stored] = await readStore(page);
  if (stored === undefined) throw new Error('no collection was stored');
  await expect
    .poll(async () => (await look.hits()).map((hit) => hit.id))
    .toEqual(mostAlike(stored, Number(id), 12).map((each) => each.id));
  expect(await look.hits()).not.toEqual(before);

  // New pictures come by the new network.
  const more = samplePictures(5).filter((path) => !files.includes(path));
  await look.add(more);
  await look.ready(files.length + more.length);
  expect(await dims(page)).toEqual([new Set([DIM])]);
});

test('stopped and reloaded it goes on, and says which pictures it saw only by their thumbnails', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(8);
  await look.open(site.url);
  await chooser(page).selectOption({ label: 'Bring your own…' });
  await dialog(page)
    .getByLabel('Choose the network’s files')
    .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer: WEIGHTS });
  await dialog(page).getByRole('button', { name: 'New collection with it' }).click();
  await look.add(files);
  await look.ready(files.length);
  await page.reload();
  await look.ready(files.length);
  const id = await look.searchByPicture(3);
  const before = await look.hits();

  await chooser(page).selectOption({ label: 'EfficientNet-Lite1' });
  await dialog(page)
    .getByRole('button', { name: 'Let EfficientNet-Lite1 look at this collection anew' })
    .click();
  await expect(bar(page)).toHaveAttribute('data-done', /^[1-9]/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(unfinished(page)).toContainText('EfficientNet-Lite1 has looked at');
  await expect(unfinished(page)).toContainText(`of ${files.length} pictures`);
  expect(await look.hits()).toEqual(before);
  expect(await dims(page)).toEqual([new Set([DIM])]);

  await page.reload();
  await look.ready(files.length);
  await look.answered(id);
  expect(await look.hits()).toEqual(before);
  expect((await new AxeBuilder({ page }).include('main').analyze()).violations).toEqual([]);
  // A picture that is deleted meanwhile is not waited for.
  await page
    .getByRole('checkbox', { name: /^Select / })
    .first()
    .check();
  await page.getByRole('button', { name: 'Delete from collection' }).click();
  await look.ready(files.length - 1);
  await unfinished(page).getByRole('button', { name: 'Go on' }).click();
  await expect(byThumbnails(page)).toContainText(
    `${files.length - 1} of ${files.length - 1} pictures were looked at by their thumbnails`,
    { timeout: 60_000 },
  );
  await expect(chooser(page).locator('option:checked')).toHaveText('EfficientNet-Lite1');
  expect(await dims(page)).toEqual([new Set([OWN_DIM])]);
  const [ofThumbnails] = await readStore(page);

  // Their files given again are recognised, and looked at.
  await byThumbnails(page).getByLabel('Give the files again').setInputFiles(files);
  await expect(
    page.getByText(`The files of ${files.length - 1} of ${files.length - 1} pictures are at hand.`),
  ).toBeVisible();
  await byThumbnails(page).getByRole('button', { name: 'Look again' }).click();
  await expect(byThumbnails(page)).toBeHidden();
  await expect(bar(page)).toBeHidden({ timeout: 60_000 });
  await expect(byThumbnails(page)).toBeHidden();
  const [ofFiles] = await readStore(page);
  expect(ofFiles?.pictures[0]?.vector).not.toEqual(ofThumbnails?.pictures[0]?.vector);
});
