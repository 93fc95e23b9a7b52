import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

/** A small graph model with random weights, which names nothing: scripts/make-look-graph.ts writes it. */
const FOLDER = 'src/studios/look/engine/testing/networks/graph';
const NETWORK = ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin'].map(
  (name) => `${FOLDER}/${name}`,
);

const groups = (page: Page) => page.getByRole('list', { name: 'Groups of the map' }).locator('strong');

test('a network that names nothing: the map offers no labels, and words say why there are none', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  await look.start(site.url, files);
  await page.getByRole('radio', { name: 'Map', exact: true }).check({ force: true });
  const colour = page.getByLabel('Colour by');
  await colour.selectOption({ label: 'What it shows' });
  await expect(colour.locator('option:checked')).toHaveText('What it shows');
  await expect(groups(page).first()).not.toHaveText(/Cluster/);

  await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Choose the network’s files').setInputFiles(NETWORK);
  await dialog.getByRole('button', { name: 'Take this output' }).click();
  await dialog.getByRole('button', { name: /look at this collection anew$/ }).click();
  await expect(colour.locator('option')).toHaveText(['Nothing', 'Folder', 'Cluster'], { timeout: 60_000 });
  await expect(colour.locator('option:checked')).toHaveText('Cluster');
  await expect(groups(page).first()).toHaveText('Cluster 1');
  await expect(page.getByRole('status', { name: 'Map status' })).toContainText(
    `${files.length} pictures on the map`,
  );
  await expect(page.getByRole('alert')).toHaveCount(0);

  await page.getByRole('searchbox', { name: 'Search by words' }).fill('shoe');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The network of this collection has no classifier');
  await expect(look.box).not.toContainText('Looking for pictures');
});
