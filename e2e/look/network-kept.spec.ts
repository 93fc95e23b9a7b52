import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { readStore } from '../support/store.ts';

const WEIGHTS = readFileSync('src/studios/look/engine/testing/networks/resnet-torchvision.safetensors');
const TITLE = 'ResNet-50 of width 4 · w.safetensors';

const dialog = (page: Page): Locator => page.getByRole('dialog');

/** Pictures in a collection of a network that was brought. */
async function begin(look: LookPage, url: string, files: string[]): Promise<void> {
  const { page } = look;
  await look.open(url);
  await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
  await dialog(page)
    .getByLabel('Choose the network’s files')
    .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer: WEIGHTS });
  await dialog(page).getByRole('button', { name: 'New collection with it' }).click();
  await expect(dialog(page)).toBeHidden();
  await look.add(files);
  await look.ready(files.length);
}

test('the device page lists networks that were brought, and removes them', async ({ page, site }) => {
  const look = new LookPage(page);
  await begin(look, site.url, samplePictures(1).slice(0, 3));
  await page.getByRole('navigation').getByRole('link', { name: 'This device' }).click();
  const row = page.locator('tr[data-own-network]');
  await expect(row).toContainText(`The network ${TITLE}`);
  await expect(row).toHaveAttribute('data-bytes', /^\d{6}$/);
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  await page.getByRole('button', { name: `Remove the network ${TITLE}` }).click();
  await expect(row).toHaveCount(0);
  await undo.click();
  await expect(row).toHaveCount(1);

  await test.step('it goes and comes back with everything', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Delete everything in Look' }).click();
    await expect(row).toHaveCount(0);
    await undo.click();
    await expect(page.getByRole('status', { name: 'Device status' })).toHaveText(
      'Everything in Look is back.',
    );
    await page.reload();
    await expect(row).toHaveCount(1);
  });
});

test('a saved file says which network it needs, where that is not', async ({ page, site, browser }) => {
  const look = new LookPage(page);
  const files = samplePictures(1).slice(0, 6);
  await begin(look, site.url, files);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save to a file' }).click();
  const saved = readFileSync(await (await download).path());

  const elsewhere = await browser.newContext();
  const other = new LookPage(await elsewhere.newPage());
  await other.open(site.url);
  await other.page
    .getByLabel('Open a file', { exact: true })
    .setInputFiles({ name: 'look.atelier', mimeType: 'application/octet-stream', buffer: saved });
  await expect(
    other.page.getByText(`${TITLE} looked at “ResNet-50 of width 4” and is not on this device`),
  ).toBeVisible();
  await other.ready(files.length);
  await expect(other.page.getByRole('combobox', { name: 'Network' }).locator('option:checked')).toHaveText(
    TITLE,
  );
  // Searching works; what is new cannot be looked at, and the way out is offered.
  await other.searchByPicture(1);
  const note = other.page.getByRole('group', { name: 'The network is missing' });
  await other.add(samplePictures(1).slice(6, 8));
  await expect(other.page.getByRole('alert')).toContainText(
    'The network of this collection is not on this device',
  );
  await note.getByRole('button', { name: 'Let EfficientNet-Lite1 look at this collection anew' }).click();
  await expect(
    other.page.getByText(
      `${files.length} of ${files.length + 2} pictures were looked at by their thumbnails`,
    ),
  ).toBeVisible({ timeout: 60_000 });
  // What waited was added by the new network.
  await other.ready(files.length + 2);
  const [stored] = await readStore(other.page);
  expect(new Set(stored?.pictures.map(({ vector }) => vector?.length))).toEqual(new Set([1280]));
  await elsewhere.close();
});
