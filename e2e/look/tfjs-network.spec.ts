import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { mostAlike, readStore } from '../support/store.ts';

/** A small graph model with random weights: scripts/make-look-graph.ts writes it. */
const FOLDER = 'src/studios/look/engine/testing/networks/graph';
const FILES = ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin'].map(
  (name) => `${FOLDER}/${name}`,
);
const CHANNELS = 24;
const CLASSES = 7;

const dialog = (page: Page): Locator => page.getByRole('dialog');
const choice = (page: Page): Locator => page.getByRole('form', { name: 'What its embedding is' });

test('a person chooses the output and the preprocessing of a graph model of tfjs', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
  const files = dialog(page).getByLabel('Choose the network’s files');
  await files.setInputFiles(FILES.slice(0, 2));
  await expect(dialog(page).getByRole('alert')).toContainText(
    'shard group1-shard2of2.bin: expected it among the files',
  );
  await files.setInputFiles(FILES);
  await expect(choice(page)).toContainText('[any, 16, 16, 3]', { timeout: 30_000 });
  const output = choice(page).getByLabel('Output');
  await expect(output.locator('option')).toHaveText([
    `[1, 8, 8, ${CHANNELS}] conv`,
    `[1, 8, 8, ${CHANNELS}] features/map`,
    `[1, ${CHANNELS}] features/pool`,
    `[1, ${CLASSES}] logits`,
  ]);
  await expect(output).toHaveValue('features/map');
  await expect(choice(page)).toContainText('the mean over 8 × 8 places');
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
  const begin = dialog(page).getByRole('button', { name: 'New collection with it' });
  await expect(begin).toBeDisabled();

  await choice(page).getByLabel('Range of the pixels').selectOption('zero-to-one');
  await choice(page).getByRole('button', { name: 'Take this output' }).click();
  const facts = dialog(page).getByRole('status', { name: 'Network that was recognised' });
  await expect(facts).toContainText('features/map', { timeout: 30_000 });
  await expect(facts).toContainText('RGB from 0 to 1');
  await expect(begin).toBeEnabled();
  // Another choice is another network.
  await output.selectOption('features/pool');
  await expect(begin).toBeDisabled();
  await choice(page).getByRole('button', { name: 'Take this output' }).click();
  await expect(facts).toContainText('features/pool', { timeout: 30_000 });
  await begin.click();
  await expect(dialog(page)).toBeHidden();

  const some = samplePictures(1);
  await look.add(some);
  await look.ready(some.length);
  const id = await look.searchByPicture(2);
  const [stored] = await readStore(page);
  if (stored === undefined) throw new Error('no collection was stored');
  expect(new Set(stored.pictures.map(({ vector }) => vector?.length))).toEqual(new Set([CHANNELS]));
  expect((await look.hits()).map((hit) => hit.id)).toEqual(
    mostAlike(stored, Number(id), 12).map((each) => each.id),
  );
  // It goes on after a reload, from what was kept.
  await page.reload();
  await look.ready(some.length);
  const more = samplePictures(2).filter((path) => !some.includes(path));
  await look.add(more);
  await look.ready(some.length + more.length);
});
