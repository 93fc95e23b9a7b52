import { AxeBuilder } from '@axe-core/playwright';
import { mkdtempSync, readFileSync, rmSync, mkdirSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { mostAlike, readStore, type StoredCollection } from '../support/store.ts';

const WEIGHTS = readFileSync('src/studios/look/engine/testing/networks/resnet-torchvision.safetensors');
const TITLE = 'ResNet-50 of width 4 · w.safetensors';
const K = 10;

const dialog = (page: Page): Locator => page.getByRole('dialog');

/** The sample as a folder of class folders. */
function classFolder(perClass: number): { readonly path: string; readonly count: number } {
  const path = mkdtempSync(join(tmpdir(), 'atelier-classes-'));
  const files = samplePictures(perClass);
  for (const file of files) {
    const folder = join(path, basename(dirname(file)));
    mkdirSync(folder, { recursive: true });
    copyFileSync(file, join(folder, basename(file)));
  }
  return { path, count: files.length };
}

const hits = (page: Page, title: string): Promise<number[]> =>
  dialog(page)
    .getByRole('list', { name: `Most alike by ${title}` })
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => Number((item as HTMLElement).dataset.id)));

/** P@k of a collection by the schoolbook formula, with its folders as classes. */
function precisionAt(collection: StoredCollection, k: number): number {
  const classOf = new Map(collection.pictures.map(({ id, name }) => [id, name.split('/').at(-2)]));
  const shares = collection.pictures.map(
    ({ id }) =>
      mostAlike(collection, id, k).filter((each) => classOf.get(each.id) === classOf.get(id)).length / k,
  );
  return shares.reduce((sum, share) => sum + share / shares.length, 0);
}

test('two networks side by side on the same pictures', async ({ page, site }) => {
  const { path, count } = classFolder(2);
  try {
    const look = new LookPage(page);
    await look.open(site.url);
    await page.getByLabel('Add a folder', { exact: true }).setInputFiles(path);
    await look.ready(count);
    await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
    await dialog(page)
      .getByLabel('Choose the network’s files')
      .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer: WEIGHTS });
    await dialog(page).getByRole('button', { name: 'New collection with it' }).click();
    await look.ready(count);
    const query = Number(await look.searchByPicture(4));

    await page.getByRole('button', { name: 'Compare networks' }).click();
    const [first, second] = await readStore(page);
    if (first === undefined || second === undefined) throw new Error('two collections were expected');
    const hashes = new Map(second.pictures.map(({ id, hash }) => [hash, id]));
    const ofSecond = new Map(first.pictures.map(({ id, hash }) => [id, hashes.get(hash) ?? -1]));
    const toFirst = new Map([...ofSecond].map(([one, other]) => [other, one]));
    // The collection that is open comes first.
    const expectNeighbours = async (id: number): Promise<void> => {
      await expect.poll(() => hits(page, TITLE)).toEqual(mostAlike(second, id, K).map((each) => each.id));
      expect(await hits(page, 'EfficientNet-Lite1')).toEqual(
        mostAlike(first, toFirst.get(id) ?? -1, K).map((each) => ofSecond.get(each.id)),
      );
    };
    await expectNeighbours(query);
    expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);

    // By keyboard: the next picture, then one of its neighbours.
    await dialog(page).getByRole('button', { name: 'Next picture' }).press('Enter');
    const ids = second.pictures.map(({ id }) => id);
    await expectNeighbours(ids[(ids.indexOf(query) + 1) % ids.length] ?? -1);
    const neighbour = (await hits(page, 'EfficientNet-Lite1'))[2] ?? -1;
    const list = dialog(page).getByRole('list', { name: 'Most alike by EfficientNet-Lite1' });
    await list.getByRole('button').nth(2).press('Enter');
    await expectNeighbours(neighbour);

    await dialog(page).getByRole('button', { name: 'Measure P@k' }).click();
    const cells = (side: string): Locator => dialog(page).locator(`tr[data-side="${side}"] td`);
    await expect(cells('first')).toHaveCount(3);
    for (const [side, collection] of [
      ['first', second],
      ['second', first],
    ] as const)
      for (const [at, k] of [1, 5, 10].entries()) {
        const found = Number(await cells(side).nth(at).getAttribute('data-value'));
        expect(found).toBeCloseTo(precisionAt(collection, k), 6);
      }
  } finally {
    rmSync(path, { recursive: true });
  }
});
