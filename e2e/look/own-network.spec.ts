import { AxeBuilder } from '@axe-core/playwright';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Locator, type Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { mostAlike, readStore } from '../support/store.ts';

/** Narrow ResNet-50s with random weights: their make.py says how they were made. */
const NETWORKS = 'src/studios/look/engine/testing/networks';
const TORCHVISION = readFileSync(join(NETWORKS, 'resnet-torchvision.safetensors'));
const KERAS = readFileSync(join(NETWORKS, 'resnet-keras.h5'));
const DIM = 128;

const given = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
const chooser = (page: Page): Locator => page.getByRole('combobox', { name: 'Network' });
const dialog = (page: Page): Locator => page.getByRole('dialog');

async function bring(page: Page, name: string, buffer: Buffer): Promise<void> {
  if (!(await dialog(page).isVisible())) await chooser(page).selectOption({ label: 'Bring your own…' });
  await dialog(page).getByLabel('Choose the network’s files').setInputFiles(given(name, buffer));
}

async function begin(page: Page): Promise<void> {
  await dialog(page).getByRole('button', { name: 'New collection with it' }).click();
  await expect(dialog(page)).toBeHidden();
}

test('a network of one’s own makes a collection, which goes on without the host', async ({ serve }) => {
  const site = await serve({});
  const profile = mkdtempSync(join(tmpdir(), 'atelier-networks-'));
  const launch = () => chromium.launchPersistentContext(profile, test.info().project.use.launchOptions);
  try {
    const before = await launch();
    const page = before.pages()[0] ?? (await before.newPage());
    const look = new LookPage(page);
    const some = samplePictures(1);
    const more = samplePictures(2).filter((path) => !some.includes(path));
    await look.open(site.url);
    await bring(page, 'my-weights.bin', TORCHVISION);
    const facts = dialog(page).getByRole('status', { name: 'Network that was recognised' });
    await expect(facts).toContainText('ResNet-50 of width 4');
    await expect(facts).toContainText('torchvision or timm');
    await expect(facts).toContainText(`${DIM} numbers, average-pooled`);
    expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
    await begin(page);
    await expect(chooser(page).locator('option:checked')).toHaveText('ResNet-50 of width 4 · my-weights.bin');
    await look.add(some);
    await look.ready(some.length);
    const id = await look.searchByPicture(2);
    const hits = await look.hits();
    const stored = (await readStore(page))[0];
    expect(stored?.pictures.every(({ vector }) => vector?.length === DIM)).toBe(true);
    if (stored === undefined) throw new Error('no collection was stored');
    expect(hits.map((hit) => hit.id)).toEqual(mostAlike(stored, Number(id), 12).map((each) => each.id));
    await before.close();
    await site.close();

    const after = await launch();
    const again = new LookPage(after.pages()[0] ?? (await after.newPage()));
    await again.open(site.url);
    await again.ready(some.length);
    expect(await again.searchByPicture(2)).toBe(id);
    expect(await again.hits()).toEqual(hits);
    await again.add(more);
    await again.ready(some.length + more.length);
    const all = (await readStore(again.page))[0];
    expect(all?.pictures.every(({ vector }) => vector?.length === DIM)).toBe(true);
    await after.close();
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
});

test('a collection stays with its network, whatever else is there', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(1);
  await look.start(site.url, files.slice(0, 5));
  await bring(page, 'keras.safetensors', KERAS);
  await expect(dialog(page)).toContainText('Keras: BGR');
  // The other network may look at the same pictures, in a collection of its own.
  await expect(dialog(page).getByRole('switch', { name: /Look at the 5 pictures/ })).toBeChecked();
  await begin(page);
  await look.ready(5);
  await look.add(files.slice(5));
  await look.ready(10);
  // Back in the first collection its own network goes on.
  await page.getByRole('combobox', { name: 'Collection' }).selectOption({ label: 'My pictures (5)' });
  await expect(chooser(page).locator('option:checked')).toHaveText('EfficientNet-Lite1');
  await look.add(files.slice(5, 7));
  await look.ready(7);
  const dims = (await readStore(page)).map(({ pictures }) => pictures.map(({ vector }) => vector?.length));
  expect(dims).toEqual([Array.from({ length: 7 }, () => 1280), Array.from({ length: 10 }, () => DIM)]);

  // Another network cannot be put in its place: it says why, and what can be done.
  await chooser(page).selectOption({ label: 'ResNet-50 of width 4 · keras.safetensors' });
  await expect(dialog(page)).toContainText('Vectors of two networks cannot be compared');
  await expect(dialog(page)).toContainText('Needed by ResNet-50 of width 4');
  await expect(dialog(page).getByRole('button', { name: 'Forget this network' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(chooser(page).locator('option:checked')).toHaveText('EfficientNet-Lite1');

  // After a restart the files are not at hand any more: thumbnails are, and it says so.
  await page.reload();
  await look.ready(7);
  await chooser(page).selectOption({ label: 'ResNet-50 of width 4 · keras.safetensors' });
  await begin(page);
  await expect(page.getByText('7 of 7 pictures are looked at by their thumbnails')).toBeVisible();
  await look.ready(7);
  const last = (await readStore(page)).at(-1);
  expect(last?.pictures.map(({ vector }) => vector?.length)).toEqual(Array.from({ length: 7 }, () => DIM));
});

test('files that are no such network are refused by name, tensor and shape', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  const cut = TORCHVISION.subarray(0, 300_000);
  const misshapen = Buffer.from(TORCHVISION);
  const at = misshapen.indexOf('"shape": [4, 4, 1, 1]');
  misshapen.write('"shape": [4, 2, 2, 1]', at);
  const refusals: [string, Buffer, RegExp][] = [
    ['cut.safetensors', cut, /cut\.safetensors: tensor layer\S+: expected data up to byte \d+, found/],
    ['half.h5', KERAS.subarray(0, 300_000), /half\.h5: HDF5: expected a file of \d+ bytes, found 300000/],
    [
      'other.safetensors',
      misshapen,
      /tensor layer1\.0\.conv1\.weight: expected shape .* found \[4, 2, 2, 1\]/,
    ],
    ['resnet.pth', Buffer.from('PK\u0003\u0004'), /resnet\.pth is a zip archive/],
    ['cat.jpg', readFileSync(samplePictures(1)[0] ?? ''), /cat\.jpg is no file of weights/],
  ];
  for (const [name, buffer, message] of refusals) {
    await bring(page, name, buffer);
    await expect(dialog(page).getByRole('alert')).toContainText(message);
    await expect(dialog(page).getByRole('button', { name: 'New collection with it' })).toBeDisabled();
  }
  await bring(page, 'sound', TORCHVISION);
  await expect(dialog(page).getByRole('alert')).toBeHidden();
  await expect(dialog(page).getByRole('button', { name: 'New collection with it' })).toBeEnabled();
});
