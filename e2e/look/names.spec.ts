import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const collections = (page: Page) => page.getByRole('combobox', { name: 'Collection' }).locator('option');
const network = (page: Page) => page.getByRole('combobox', { name: 'Network' }).locator('option:checked');

async function giveName(page: Page, button: string, name: string, confirm: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
}

test('no two collections have one name, and the sample stays out of a collection named like it', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1).slice(0, 2));
  await giveName(page, 'Rename', 'Clothes (sample)', 'Keep the name');
  await giveName(page, 'New collection', 'Shoes', 'Create');
  await giveName(page, 'New collection', 'Shoes', 'Create');
  await expect(collections(page)).toHaveText(['Clothes (sample) (2)', 'Shoes (0)', 'Shoes (2) (0)']);
  await giveName(page, 'Rename', 'Shoes', 'Keep the name');
  await expect(collections(page)).toHaveText(['Clothes (sample) (2)', 'Shoes (0)', 'Shoes (2) (0)']);

  const trySample = page.getByRole('button', { name: /Try it with/ });
  await trySample.click();
  await look.ready(160);
  const all = ['Clothes (sample) (2)', 'Shoes (0)', 'Shoes (2) (0)', 'Clothes (sample) (2) (160)'];
  await expect(collections(page)).toHaveText(all);

  // Asked for again, it goes where it is.
  await page.getByRole('combobox', { name: 'Collection' }).selectOption({ label: 'Shoes (0)' });
  await trySample.click();
  await look.ready(160);
  await expect(collections(page)).toHaveText(all);
});

test('the network of a collection is the one that made it', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1).slice(0, 2));
  await expect(network(page)).toHaveText('EfficientNet-Lite1');
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('atelier-look');
        opening.onerror = () => reject(opening.error ?? new Error('not opened'));
        opening.onsuccess = () => {
          const database = opening.result;
          const tx = database.transaction('collections', 'readwrite');
          const rows = tx.objectStore('collections');
          const cursor = rows.openCursor();
          // As earlier versions wrote them: by its hash alone.
          cursor.onsuccess = () => {
            const { networkTitle, ...row } = cursor.result?.value as { readonly networkTitle?: string };
            if (networkTitle === undefined) reject(new Error('the network has no name'));
            cursor.result?.update({ ...row, network: 'f'.repeat(64) });
          };
          tx.onerror = () => reject(tx.error ?? new Error('not written'));
          tx.oncomplete = () => {
            database.close();
            resolve();
          };
        };
      }),
  );
  await page.reload();
  await expect(network(page)).toHaveText('Another network');
});
