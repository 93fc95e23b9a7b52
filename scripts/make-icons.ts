/** Draws the PNG icons of the web manifest from public/icons/atelier.svg, in the browser that the tests use. */
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.ts';

const FOLDER = 'public/icons';
const GROUND = '#1f4d43';
/** A maskable icon may be cut to a circle of 80 % of its width: the sign shrinks, the ground fills the square. */
const ICONS = [
  { file: 'atelier-192.png', size: 192, sign: 1, ground: 'transparent' },
  { file: 'atelier-512.png', size: 512, sign: 1, ground: 'transparent' },
  { file: 'atelier-maskable-512.png', size: 512, sign: 0.82, ground: GROUND },
  { file: 'apple-touch-180.png', size: 180, sign: 0.92, ground: GROUND },
];

const svg = readFileSync(`${FOLDER}/atelier.svg`).toString('base64');
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
const page = await browser.newPage();
for (const { file, size, sign, ground } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0;background:${ground};display:grid;place-items:center;height:100vh">
      <img src="data:image/svg+xml;base64,${svg}" width="${size * sign}" height="${size * sign}">`,
  );
  await page.locator('img').evaluate((image: HTMLImageElement) => image.decode());
  writeFileSync(`${FOLDER}/${file}`, await page.screenshot({ omitBackground: true }));
}
await browser.close();
