import AxeBuilder from '@axe-core/playwright';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { unzipSync, zipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const FILES = samplePictures(1);

async function saved(page: Page, format: string): Promise<string> {
  await page.getByRole('button', { name: 'Export vectors' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export vectors' });
  await dialog.getByRole('radio', { name: format }).check();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save the vectors' }).click(),
  ]);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  return file.path();
}

const open = (page: Page, path: string | string[]) => page.getByLabel('Open vectors').setInputFiles(path);

test('vectors go out as files that others read, and come back as a collection', async ({
  page,
  site,
  requested,
}, info) => {
  const look = new LookPage(page);
  await look.start(site.url, FILES);
  await look.searchByPicture(2);
  const [hits, names] = [
    await look.hits(),
    await look.pictures
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.name)),
  ];

  const npy = unzipSync(readFileSync(await saved(page, 'NumPy')));
  const lines = Buffer.from(npy['metadata.jsonl'] ?? [])
    .toString()
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(names);
  expect(npy['vectors.npy']?.length).toBe(128 + FILES.length * 5_120);

  const parquet = await saved(page, 'Parquet');
  const bytes = readFileSync(parquet);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file });
  const vectors = rows.flatMap((row) => row.embedding as number[]);
  const numbers = new Uint8Array(npy['vectors.npy']?.subarray(128) ?? []);
  expect(Float32Array.from(vectors)).toEqual(new Float32Array(numbers.buffer));

  for (const [format, entry] of [
    ['TensorBoard projector', 'vectors.tsv'],
    ['OpenSearch', 'bulk-0001.ndjson'],
    ['Elasticsearch', 'index.json'],
  ] as const)
    expect(Object.keys(unzipSync(readFileSync(await saved(page, format))))).toContain(entry);

  const zip = info.outputPath('mine.zip');
  writeFileSync(zip, zipSync(npy));
  for (const [at, path] of [zip, parquet].entries()) {
    await page.getByRole('button', { name: 'Export vectors' }).click();
    await open(page, path);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await look.ready(FILES.length);
    await expect(page.getByLabel('Collection', { exact: true }).locator('option:checked')).toContainText(
      `(${at + 2})`,
    );
    // The same pictures with the same thumbnails, and the same figures to the last digit.
    const image = look.pictures.getByRole('listitem').first().locator('img');
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(1);
    await look.searchByPicture(2);
    const again = await look.hits();
    expect(again.map(({ name, similarity }) => [name, similarity])).toEqual(
      hits.map(({ name, similarity }) => [name, similarity]),
    );
  }
  const own = new URL(site.url).origin;
  expect(requested.filter((address) => !address.startsWith(own) && !address.startsWith('blob:'))).toEqual([]);
});

test('a broken file is named, and nothing of it stays', async ({ page, site }, info) => {
  const look = new LookPage(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await look.open(site.url);
  await page.getByRole('button', { name: 'Export vectors' }).click();
  await expect(page.getByRole('dialog').getByText('There are no vectors in this collection')).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  const path = info.outputPath('mine.npy');
  writeFileSync(path, Buffer.from('\x93NUMPY\x01\x00 cut', 'latin1'));
  await open(page, path);
  await expect(page.getByRole('alert')).toContainText('mine.npy cannot be read: its header is cut off.');
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Collection', { exact: true })).toHaveCount(0);
});
