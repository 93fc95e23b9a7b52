/**
 * Draws the pictures of Look's card on the home page into one file: src/studios/look/ui/preview.webp, a row for each search of
 * preview.json. The similarities there are the reference network's, over the sample collection
 * (models/efficientnet-lite1/convert).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.ts';
import preview from '../src/studios/look/ui/preview.json' with { type: 'json' };

const { cellPx, rows } = preview;
const pictures = rows.map(({ query, alike }) => [query, ...alike.map(({ name }) => name)]);
const addresses = pictures.map((row) =>
  row.map(
    (name) => `data:image/jpeg;base64,${readFileSync(`public/samples/clothing/${name}`).toString('base64')}`,
  ),
);

const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
const page = await browser.newPage();
const drawn = await page.evaluate(
  async ({ addresses, cellPx }) => {
    const canvas = document.createElement('canvas');
    canvas.width = cellPx * (addresses[0]?.length ?? 0);
    canvas.height = cellPx * addresses.length;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.imageSmoothingQuality = 'high';
    for (const [y, row] of addresses.entries())
      for (const [x, address] of row.entries()) {
        const image = new Image();
        image.src = address;
        await image.decode();
        const side = Math.min(image.width, image.height);
        const [left, top] = [(image.width - side) / 2, (image.height - side) / 2];
        context.drawImage(image, left, top, side, side, x * cellPx, y * cellPx, cellPx, cellPx);
      }
    return canvas.toDataURL('image/webp', 0.78);
  },
  { addresses, cellPx },
);
writeFileSync('src/studios/look/ui/preview.webp', Buffer.from(drawn.slice(drawn.indexOf(',') + 1), 'base64'));
await browser.close();
