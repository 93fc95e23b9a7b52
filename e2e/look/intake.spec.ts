import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { dropFromDisk, pastePicture } from '../support/drop.ts';
import { LookPage, SAMPLE_DIR, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const KINDS = 'models/efficientnet-lite1/fixtures/pictures';

/** Names of all pictures in the list; it has to be short enough to be drawn whole. */
const names = (look: LookPage): Promise<string[]> =>
  look.pictures
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.name ?? ''));

test('files, a folder, a dropped folder and a pasted picture join one run', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(1);
  // High enough for the whole list to be drawn.
  await page.setViewportSize({ width: 1280, height: 4000 });
  await look.open(site.url);
  await look.add(files);
  await expect(page.getByRole('progressbar', { name: 'Indexing' })).toBeVisible();
  await page.getByLabel('Add a folder').setInputFiles(join(SAMPLE_DIR, 'skirt'));
  await dropFromDisk(page, [
    join(process.cwd(), SAMPLE_DIR, 'shorts'),
    join(process.cwd(), SAMPLE_DIR, 'index.json'),
  ]);
  await pastePicture(page, readFileSync(join(KINDS, 'alpha.png')), 'image.png', 'image/png');

  // Of each class one picture came by itself before: 15 of 16 of each folder are new, and the picture on the clipboard.
  await look.ready(10 + 15 + 15 + 1);
  await expect(look.status).toContainText('1 file failed');
  await expect(look.status).toContainText('2 already there');
  const shown = await names(look);
  expect(shown.filter((name) => name.startsWith('skirt/'))).toHaveLength(15);
  expect(shown.filter((name) => name.startsWith('shorts/'))).toHaveLength(15);
  expect(shown.filter((name) => /^pasted-[-\dT]+\.png$/.test(name))).toHaveLength(1);
  await page.getByText('Details', { exact: true }).click();
  const failed = page.getByRole('list', { name: 'Files that failed' }).getByRole('listitem');
  await expect(failed).toHaveCount(1);
  await expect(failed).toContainText('index.json');
  await expect(failed).toContainText('is not a picture');
  await expect(page.getByRole('list', { name: 'Files that were there already' })).toContainText(
    'is the same file as',
  );
});

test('every kind of picture is read, each embedded once, and the rest is named', async ({ page, site }) => {
  const look = new LookPage(page);
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(site.url)) foreign.push(request.url());
  });
  const svg =
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10" onload="window.ran = 1">
    <script>window.ran = 1</script><rect width="20" height="10" fill="teal"/>
    <image href="http://127.0.0.1:9/foreign.png" width="5" height="5"/></svg>`);
  const photograph = readFileSync(join(KINDS, 'baseline.jpg'));
  const heic = Buffer.from(
    // ftyp heic, and a meta box that says 64 × 48 pixels; there is no picture in it.
    '0000001866747970686569630000000068656963 6d696631'.replaceAll(' ', ''),
    'hex',
  );
  const kinds = [
    'alpha.png',
    'lossy.webp',
    'palette.gif',
    'photo.avif',
    'plain.bmp',
    'turned-6.jpg',
    'deep.png',
  ];
  await page.setViewportSize({ width: 1280, height: 2000 });
  await look.open(site.url);
  await page
    .getByLabel('Add pictures')
    .setInputFiles([
      ...kinds.map((name) => ({ name, mimeType: '', buffer: readFileSync(join(KINDS, name)) })),
      { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: svg },
      { name: 'one.jpg', mimeType: 'image/jpeg', buffer: photograph },
      { name: 'two.jpg', mimeType: 'image/jpeg', buffer: photograph },
      { name: 'phone.heic', mimeType: 'image/heic', buffer: heic },
    ]);
  await look.ready(kinds.length + 2);
  await expect(look.status).toContainText('1 file failed, 1 already there');
  expect((await names(look)).filter((name) => /^(one|two)\.jpg$/.test(name))).toHaveLength(1);
  await page.getByText('Details', { exact: true }).click();
  await expect(page.getByRole('list', { name: 'Files that failed' })).toContainText('phone.heic');
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  expect(foreign).toEqual([]);
  const thumbnails = look.pictures.locator('img');
  await expect(thumbnails).toHaveCount(kinds.length + 2);
  // Turned upright: wider than high in the file, higher than wide on the page.
  const turned = look.pictures.locator('[data-name="turned-6.jpg"] img');
  await expect
    .poll(() => turned.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
    .toEqual(await upright(page, join(KINDS, 'turned-6.jpg')));
});

/** Sides of a picture as an image element of the browser shows it, at most 320. */
function upright(page: Page, path: string): Promise<number[]> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([bytes]));
    await image.decode();
    const scale = Math.min(1, 320 / Math.max(image.naturalWidth, image.naturalHeight));
    return [Math.round(image.naturalWidth * scale), Math.round(image.naturalHeight * scale)];
  }, readFileSync(path).toString('base64'));
}
