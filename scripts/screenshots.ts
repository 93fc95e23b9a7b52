/** Takes the pictures of the README from the built site: `npm run screenshots` after `npm run build`. */
import { mkdirSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import { findBrowser } from './find-browser.ts';
import { startServer } from './static-server.ts';

const OUT = 'docs/images';
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

async function fill(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/look`);
  await page.getByRole('button', { name: /Try it with/ }).click();
  await page.getByText(/^160 pictures ready/).waitFor({ timeout: 120_000 });
}

async function search(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('list', { name: 'Pictures' }).getByRole('button', { name }).first().click();
  await page.locator('[aria-label="Most alike"][aria-busy="false"] img').nth(11).waitFor();
  await page.getByRole('list', { name: 'What it shows' }).getByRole('listitem').first().waitFor();
}

mkdirSync(OUT, { recursive: true });
const server = await startServer({ dir: 'dist', headers: true });
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: DESKTOP, deviceScaleFactor: 1.5 });
await fill(page, server.url);
await search(page, /like dress\//);
await page.screenshot({ path: `${OUT}/look.png` });
await page.emulateMedia({ colorScheme: 'dark' });
await page.setViewportSize(PHONE);
await page.getByRole('heading', { name: 'Most alike' }).scrollIntoViewIfNeeded();
await page.screenshot({ path: `${OUT}/look-phone.png` });
const composer = await browser.newPage({ viewport: DESKTOP, deviceScaleFactor: 1.5 });
await composer.goto(`${server.url}#/compose`);
await composer.getByRole('button', { name: /Try it with/ }).click();
await composer.getByRole('button', { name: 'Compose', exact: true }).click();
await composer.getByText('Compose again to go on').waitFor({ timeout: 120_000 });
await composer.getByRole('group', { name: 'Transport' }).scrollIntoViewIfNeeded();
await composer.screenshot({ path: `${OUT}/compose.png` });
await composer.emulateMedia({ colorScheme: 'dark' });
await composer.getByRole('button', { name: 'See what it thinks' }).click();
await composer.getByText(/Warm cells are those it would flip next/).waitFor({ timeout: 60_000 });
await composer
  .getByRole('region', { name: 'Roll', exact: true })
  .screenshot({ path: `${OUT}/compose-thinks.png` });
await composer.emulateMedia({ colorScheme: 'light' });
await composer.locator('summary').filter({ hasText: 'Sheet music' }).click();
const sheet = composer.locator('details').filter({ hasText: 'Sheet music' });
await sheet.getByRole('img').last().waitFor({ timeout: 60_000 });
await sheet.screenshot({ path: `${OUT}/compose-sheet.png` });
await browser.close();
// The microphone of this browser hears a test tone.
const atDoor = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
const doorbell = await atDoor.newPage({ viewport: DESKTOP, deviceScaleFactor: 1.5 });
await doorbell.goto(`${server.url}#/doorbell`);
await doorbell.getByRole('spinbutton', { name: 'Record for' }).fill('3');
await doorbell.getByRole('button', { name: 'Ring now' }).click();
await doorbell.getByRole('button', { name: 'Not now' }).click();
await doorbell.locator('[data-state="told"]').waitFor();
await doorbell
  .getByRole('textbox', { name: 'Transcript' })
  .fill('It is Ana Müller from number twelve. I have a parcel for you, and will come again at six.');
await doorbell.evaluate(() => scrollTo(0, 0));
await doorbell.screenshot({ path: `${OUT}/doorbell.png` });
await doorbell.setViewportSize({ width: 800, height: 1280 });
await doorbell.getByRole('button', { name: 'Door view' }).click();
await doorbell.getByRole('button', { name: 'Ring', exact: true }).click();
await doorbell.getByRole('dialog', { name: 'Door view' }).getByRole('img').waitFor();
await doorbell.screenshot({ path: `${OUT}/doorbell-door.png`, scale: 'css' });
await atDoor.close();
await server.close();
console.log(`Pictures are in ${OUT}`);
