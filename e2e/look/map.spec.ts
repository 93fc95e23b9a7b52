import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const mapOf = (page: Page): Locator => page.getByRole('application', { name: 'Map of the pictures' });
const status = (page: Page): Locator => page.getByRole('status', { name: 'Map status' });
const showMap = (page: Page): Promise<void> =>
  page.getByRole('radio', { name: 'Map', exact: true }).check({ force: true });
const current = async (page: Page): Promise<string> => (await mapOf(page).getAttribute('data-current')) ?? '';

/** Waits until the pictures are laid out and their thumbnails are drawn. */
async function drawn(page: Page, count: number): Promise<void> {
  await expect(status(page)).toContainText(`${count} pictures on the map`, { timeout: 60_000 });
  await expect(mapOf(page)).toHaveAttribute('data-loaded', String(count));
}

async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not drawn');
  return box;
}

/** The colour of the map's ground, as it is drawn: sum of red, green and blue near its lower left. */
async function groundOf(page: Page): Promise<number> {
  const { x, y, height } = await boxOf(mapOf(page));
  const clip = { x: x + 30, y: y + height - 30, width: 1, height: 1 };
  const png = await page.screenshot({ clip });
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return red + green + blue;
  }, png.toString('base64'));
}

/** Colours in what is drawn, in coarse steps: one is an empty map, pictures have many. */
async function coloursOf(page: Page): Promise<number> {
  const png = await mapOf(page).screenshot();
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const colours = new Set<number>();
    for (let at = 0; at < data.length; at += 4)
      colours.add(
        ((data[at] ?? 0) >> 4) * 256 + ((data[at + 1] ?? 0) >> 4) * 16 + ((data[at + 2] ?? 0) >> 4),
      );
    return colours.size;
  }, png.toString('base64'));
}

test('the map: laid out, clicked, selected with the lasso, kept, and grown', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(5);
  await look.start(site.url, files);
  await showMap(page);
  await drawn(page, files.length);
  expect(await coloursOf(page)).toBeGreaterThan(200);

  await test.step('a click searches by the picture under it', async () => {
    await mapOf(page).focus();
    await page.keyboard.press('ArrowRight');
    const id = await current(page);
    await page.keyboard.press('Enter');
    await look.answered(id);
    await expect(mapOf(page), 'the map stays').toBeVisible();
    const { x, y, width, height } = await boxOf(mapOf(page));
    // A step to the first picture begins in the middle: the nearest one to it is under the pointer or near.
    await look.asked(async () => {
      for (let ring = 0; (await look.queryId()) === id && ring < 12; ring += 1)
        await page.mouse.click(x + width / 2 + ring * 12, y + height / 2 + ring * 8);
    });
  });

  await test.step('the lasso selects what it goes round', async () => {
    await page.getByRole('button', { name: 'Whole map' }).click();
    const lasso = page.getByRole('button', { name: 'Lasso', exact: true });
    await lasso.click();
    await expect(lasso).toHaveAttribute('aria-pressed', 'true');
    const { x, y, width, height } = await boxOf(mapOf(page));
    // Not from the very corner, which is round.
    await page.mouse.move(x + 20, y + 20);
    await page.mouse.down();
    for (const [dx, dy] of [
      [width / 2, 20],
      [width / 2, height - 20],
      [20, height - 20],
    ] as const)
      await page.mouse.move(x + dx, y + dy, { steps: 6 });
    await page.mouse.up();
    const bar = page.getByRole('region', { name: 'Selected pictures' });
    await expect(bar).toBeVisible();
    const half = Number.parseInt(await bar.locator('strong').innerText(), 10);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(files.length);
    await page.getByRole('button', { name: 'Clear selection' }).click();
  });

  await test.step('after a reload the same map is there, without laying out', async () => {
    const where = await page.evaluate(() => indexedDB.databases());
    expect(where.map(({ name }) => name)).toContain('atelier-look-maps');
    await page.reload();
    await drawn(page, files.length);
    await expect(status(page)).not.toContainText('placed');
  });

  await test.step('new pictures are placed among the others', async () => {
    const more = samplePictures(6).filter((file) => !files.includes(file));
    await look.add(more);
    await look.ready(files.length + more.length);
    await drawn(page, files.length + more.length);
    await expect(status(page)).toContainText(`${more.length} of them placed since it was laid out`);
  });
});

test('the map by keyboard, and its groups as a list', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(4));
  await showMap(page);
  await drawn(page, samplePictures(4).length);
  const map = mapOf(page);
  await map.focus();

  await test.step('arrows move, and what they reach is said', async () => {
    const seen = new Set<string>();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
      await page.keyboard.press(key);
      seen.add(await current(page));
    }
    expect(seen.size).toBeGreaterThan(2);
    await expect(page.getByRole('status', { name: 'On the map' })).toHaveText(/\.jpg$/);
  });

  await test.step('plus, minus and 0 zoom; Space selects', async () => {
    const zoom = async (): Promise<number> => Number(await map.getAttribute('data-zoom'));
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    expect(await zoom()).toBeGreaterThan(2);
    await page.keyboard.press('-');
    expect(await zoom()).toBeLessThan(2);
    await page.keyboard.press('0');
    expect(await zoom()).toBe(1);
    await page.keyboard.press('Space');
    await expect(page.getByRole('region', { name: 'Selected pictures' })).toContainText('1 selected');
    await page.getByRole('button', { name: 'Clear selection' }).click();
  });

  await test.step('groups by folder, label and cluster', async () => {
    const groups = page.getByRole('list', { name: 'Groups of the map' });
    await expect(groups.getByText('Cluster 1', { exact: true })).toBeVisible();
    const colour = page.getByRole('combobox', { name: 'Colour by' });
    await colour.selectOption('What it shows');
    await expect(groups.getByText('Cluster 1', { exact: true })).toHaveCount(0, { timeout: 30_000 });
    const sizes = await groups.locator('.title .small').allInnerTexts();
    expect(sizes.map(Number).reduce((sum, size) => sum + size, 0)).toBe(samplePictures(4).length);
    await colour.selectOption('Folder');
    await expect(groups.getByText('No folder', { exact: true })).toBeVisible();
    await groups.getByRole('button', { name: 'Select No folder' }).click();
    await expect(page.getByRole('region', { name: 'Selected pictures' })).toContainText(
      `${samplePictures(4).length} selected`,
    );
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await look.asked(() =>
      groups
        .getByRole('button', { name: /^Find pictures like/ })
        .first()
        .click(),
    );
  });
});

test('a map that is stopped says so, and can be laid out', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(16));
  // Pressed in the moment that it appears: so few pictures are laid out in a second or two.
  const stopped = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          const group = document.querySelector('[role="group"][aria-label="Laying out the map"]');
          const stop = group?.querySelector<HTMLButtonElement>('button.stop');
          if (stop === undefined || stop === null) return;
          observer.disconnect();
          stop.click();
          resolve();
        });
        observer.observe(document.body, { subtree: true, childList: true });
      }),
  );
  await showMap(page);
  await stopped;
  await expect(status(page)).toContainText('Stopped');
  await page.getByRole('button', { name: 'Lay out the map' }).click();
  await drawn(page, samplePictures(16).length);
});

test('without WebGL the groups stand for the map', async ({ page, site }) => {
  // As a browser does that has it switched off.
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(2));
  await showMap(page);
  await expect(page.getByText('The map cannot be drawn here.')).toBeVisible();
  await expect(mapOf(page)).toHaveCount(0);
  const groups = page.getByRole('list', { name: 'Groups of the map' });
  await look.asked(() =>
    groups
      .getByRole('button', { name: /^Find pictures like/ })
      .first()
      .click(),
  );
});

test('the graphics are lost and come back', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(3);
  await look.start(site.url, files);
  await showMap(page);
  await drawn(page, files.length);
  const extension = await page.evaluateHandle(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[aria-label="Map of the pictures"] canvas');
    return canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context');
  });
  await extension.evaluate((lose) => lose?.loseContext());
  await expect(page.getByRole('alert')).toContainText('took the graphics away');
  await extension.evaluate((lose) => lose?.restoreContext());
  await expect(page.getByRole('alert')).toHaveCount(0);
  await drawn(page, files.length);
  expect(await coloursOf(page)).toBeGreaterThan(200);
});

test('axe finds nothing on the map', async ({ page, site }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const look = new LookPage(page);
  const files = samplePictures(3);
  await look.start(site.url, files);
  await showMap(page);
  await drawn(page, files.length);
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('Cluster');
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      await test.step(`${colorScheme}, ${width} px`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
        const ground = expect.poll(() => groundOf(page), 'the drawn ground follows the theme');
        await (colorScheme === 'dark' ? ground.toBeLessThan(150) : ground.toBeGreaterThan(600));
      });
});
