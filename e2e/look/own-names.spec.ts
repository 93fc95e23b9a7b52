import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { basename, dirname } from 'node:path';
import type { Download, Locator, Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

/** Many shoes and hats, and some of everything else. */
const FILES = samplePictures(8).filter(
  (file, at) => ['shoes', 'hat'].includes(basename(dirname(file))) || at % 4 === 0,
);
const classOf = (name: string): string =>
  basename(dirname(FILES.find((file) => basename(file) === basename(name)) ?? ''));
const ofClass = (name: string): string[] => FILES.filter((file) => classOf(file) === name);

/** Ticks pictures of the collection; those that are not drawn are scrolled to, as a person would. */
async function select(page: Page, list: Locator, files: readonly string[]): Promise<void> {
  await page.mouse.move(900, 500);
  for (const file of files) {
    const tile = list.locator(`[data-name="${basename(file)}"]`);
    await page.evaluate(() => scrollTo(0, 0));
    await expect(async () => {
      if ((await tile.count()) === 0) await page.mouse.wheel(0, 400);
      expect(await tile.count()).toBe(1);
    }).toPass({ timeout: 20_000 });
    await tile.getByRole('checkbox').check({ force: true });
  }
}

const foundNames = (look: LookPage): Promise<string[]> =>
  look.hits().then((hits) => hits.map(({ name }) => name));

async function download(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const [file]: [Download, void] = await Promise.all([page.waitForEvent('download'), act()]);
  return readFileSync(await file.path());
}

test('people name pictures, and the rest of them is found', async ({ browser, page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, FILES);
  const selected = page.getByRole('region', { name: 'Selected pictures' });
  const box = look.box;
  const names = page.getByRole('list', { name: 'Your names' });
  const give = async (text: string): Promise<void> => {
    await selected.getByRole('button', { name: /^Name th/ }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(text);
    await page.getByRole('dialog').getByRole('button', { name: 'Name and find the rest' }).click();
  };
  const [shoes, hats] = [ofClass('shoes'), ofClass('hat')];

  await test.step('four shoes are named, and the other shoes come first', async () => {
    await select(page, look.pictures, shoes.slice(0, 4));
    await give('Footwear');
    await look.answered('name:1');
    await page.getByRole('slider', { name: 'Threshold' }).fill('0.05');
    await expect(look.results).toHaveAttribute('aria-busy', 'false');
    await expect.poll(async () => (await foundNames(look)).length).toBeGreaterThanOrEqual(2);
    const rest = await foundNames(look);
    expect(rest.slice(0, 2).map(classOf)).toEqual(['shoes', 'shoes']);
    for (const file of shoes.slice(0, 4)) expect(rest).not.toContain(basename(file));
    await expect(box).toContainText('For the precision, mark pictures that are not “Footwear”');
  });

  await test.step('the threshold decides what is found', async () => {
    const slider = page.getByRole('slider', { name: 'Threshold' });
    const many = Number(await box.locator('[data-found]').getAttribute('data-found'));
    await slider.fill('0.99');
    await expect(box.locator('[data-found]')).toHaveAttribute('data-found', '0');
    await expect(page.getByText('No other picture is above the threshold.')).toBeVisible();
    await slider.fill('0.05');
    await expect(box.locator('[data-found]')).toHaveAttribute('data-found', String(many));
  });

  await test.step('what is wrong is said so, and the precision is told', async () => {
    await page.getByRole('spinbutton', { name: 'How many' }).fill('60');
    await expect.poll(() => look.results.getByRole('listitem').count()).toBeGreaterThan(1);
    await select(page, look.pictures, hats.slice(0, 4));
    await selected.getByRole('button', { name: 'Is not “Footwear”' }).click();
    const quality = box.locator('[data-recall]');
    await expect(quality).toHaveAttribute('data-precision', /^[01](\.\d+)?$/);
    await expect(quality).toContainText(/precision \d+ %|precision \d+%/);
    for (const file of hats.slice(0, 4)) expect(await foundNames(look)).not.toContain(basename(file));
    const [wrong] = (await foundNames(look)).filter((name) => classOf(name) !== 'shoes');
    if (wrong !== undefined) {
      await look.results.getByRole('button', { name: `${wrong} is not “Footwear”` }).click();
      await expect.poll(() => foundNames(look)).not.toContain(wrong);
    }
    await select(page, look.pictures, shoes.slice(4, 5));
    await selected.getByRole('button', { name: 'Is “Footwear”', exact: true }).click();
    await expect(names.getByRole('button')).toHaveText(/Footwear\s*5/);
  });

  await test.step('a second name, and everything over a reload', async () => {
    await select(page, look.pictures, hats.slice(0, 3));
    await give('Hat');
    await look.answered('name:2');
    await page.getByRole('slider', { name: 'Threshold' }).fill('0.2');
    await page.reload();
    await look.answered('name:2');
    await expect(page.getByRole('slider', { name: 'Threshold' })).toHaveValue('0.2');
    await expect(names.getByRole('listitem')).toHaveText([/Footwear\s*5/, /Hat\s*3/]);
    expect(classOf((await foundNames(look))[0] ?? '')).toBe('hat');
  });

  await test.step('labels go out as a list, and as folders', async () => {
    const all = await download(page, () => page.getByRole('button', { name: 'Save all labels' }).click());
    const lines = all.toString('utf8').split('\r\n');
    expect(lines[0]).toBe('name,label,by,probability');
    for (const file of shoes.slice(0, 5)) expect(lines).toContain(`${basename(file)},Footwear,marked,`);
    expect(lines.some((line) => /,Hat,found,0?\.\d+$/.test(line))).toBe(true);
    const count = lines.filter((line) => line.includes(',Hat,')).length;
    const zip = unzipSync(
      await download(page, () => box.getByRole('button', { name: 'Download in a folder' }).click()),
    );
    expect(Object.keys(zip)).toHaveLength(count);
    for (const path of Object.keys(zip)) expect(path).toMatch(/^Hat\/[^/]+$/);
  });

  await test.step('a saved file carries the names', async () => {
    const file = await download(page, () => page.getByRole('button', { name: 'Save to a file' }).click());
    const elsewhere = await browser.newContext();
    const other = new LookPage(await elsewhere.newPage());
    await other.open(site.url);
    await other.page
      .getByLabel('Open a file')
      .setInputFiles({ name: 'look.atelier', mimeType: 'application/octet-stream', buffer: file });
    await other.ready(FILES.length);
    const there = other.page.getByRole('list', { name: 'Your names' });
    await expect(there.getByRole('listitem')).toHaveText([/Footwear\s*5/, /Hat\s*3/]);
    await there.getByRole('button', { name: /Hat/ }).click();
    await other.answered('name:2');
    expect(await foundNames(other)).toEqual(await foundNames(look));
    await elsewhere.close();
  });

  await test.step('axe finds nothing, and nothing is wider than a phone', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await look.results.getByRole('checkbox').first().check({ force: true });
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        await look.answered('name:2');
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('button', { name: 'Clear selection' }).click();
  });

  await test.step('a deleted name comes back', async () => {
    await box.getByRole('button', { name: 'Delete the name' }).click();
    await expect(names.getByRole('listitem')).toHaveCount(1);
    await expect(look.results).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await look.answered('name:2');
    await expect(names.getByRole('listitem')).toHaveText([/Footwear\s*5/, /Hat\s*3/]);
  });
});
