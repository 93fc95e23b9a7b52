import type { CDPSession, Locator, Page } from '@playwright/test';
import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

type Point = readonly [x: number, y: number];

/** A finger that goes down, over some points, and up again; `held` looks while it is down. */
async function drag(cdp: CDPSession, points: readonly Point[], held?: () => Promise<void>): Promise<void> {
  for (const [at, [x, y]] of points.entries())
    await cdp.send('Input.dispatchTouchEvent', {
      type: at === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x, y }],
    });
  await held?.();
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

const line = ([x0, y0]: Point, [x1, y1]: Point, count = 12): Point[] =>
  Array.from({ length: count + 1 }, (_, i) => [x0 + ((x1 - x0) * i) / count, y0 + ((y1 - y0) * i) / count]);

async function bounds(part: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await part.scrollIntoViewIfNeeded();
  const box = await part.boundingBox();
  if (box === null) throw new Error('it is not in view');
  return box;
}

const choose = (page: Page, tool: string): Promise<void> =>
  page.getByRole('radio', { name: tool, exact: true }).check({ force: true });

test('under a finger the roll scrolls, draws and selects, as it is told to', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.count();
  const cdp = await page.context().newCDPSession(page);
  const canvas = compose.roll.locator('canvas');
  const scroller = page.locator('[data-tour=roll]');
  await compose.roll.evaluate((roll) => roll.scrollIntoView({ block: 'center' }));
  const { x, y, width, height } = await bounds(scroller);
  const middle = y + height / 2;

  // As the page comes: a finger scrolls, and nothing is drawn.
  await expect(page.getByRole('radio', { name: 'Scroll', exact: true })).toBeChecked();
  await drag(cdp, line([x + width * 0.9, middle], [x + width * 0.3, middle]));
  await expect.poll(() => scroller.evaluate((part) => part.scrollLeft)).toBeGreaterThan(50);
  expect(await compose.count()).toBe(before);

  await choose(page, 'Draw');
  const low = y + height - 14;
  await drag(cdp, line([x + width * 0.4, low], [x + width * 0.7, low]));
  await expect(compose.roll).toHaveAttribute('data-notes', String(before + 1));
  const scrolled = await scroller.evaluate((part) => part.scrollLeft);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(compose.roll).toHaveAttribute('data-notes', String(before));

  await choose(page, 'Select');
  await canvas.evaluate((part) => part.scrollIntoView({ block: 'center' }));
  const box = await bounds(scroller);
  await drag(cdp, line([box.x + 60, box.y + 4], [box.x + box.width - 4, box.y + box.height - 20]));
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect.poll(() => compose.count()).toBeLessThan(before);
  expect(await scroller.evaluate((part) => part.scrollLeft)).toBe(scrolled);
});

test('a finger that glides over the keys plays one after the other, and lets go of each', async ({
  page,
  site,
}) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  const cdp = await page.context().newCDPSession(page);
  const key = (name: string): Locator =>
    page.getByRole('group', { name: 'Piano keys' }).getByRole('button', { name, exact: true });
  // Two octaves from middle C on are in view.
  await page.locator('.strip').scrollIntoViewIfNeeded();
  for (const name of ['C4', 'B5']) await expect(key(name)).toBeInViewport({ ratio: 0.9 });
  const lit = page.locator('[data-midi].lit');
  const [from, to] = [await bounds(key('C4')), await bounds(key('G4'))];
  const row = from.y + from.height - 10;
  const seen = new Set<string>();
  for (const [at, point] of line([from.x + 5, row], [to.x + 5, row], 16).entries()) {
    await cdp.send('Input.dispatchTouchEvent', {
      type: at === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x: point[0], y: point[1] }],
    });
    await expect(lit).toHaveCount(1);
    seen.add((await lit.getAttribute('data-midi')) ?? '');
  }
  await expect(lit).toHaveAttribute('data-midi', '67');
  seen.add('67');
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(lit).toHaveCount(0);
  expect([...seen]).toEqual(['60', '62', '64', '65', '67']);

  // The rail above them scrolls.
  const strip = page.locator('.strip');
  const scrolled = await strip.evaluate((part) => part.scrollLeft);
  const rail = await bounds(strip);
  await drag(cdp, line([rail.x + 300, rail.y + 12], [rail.x + 60, rail.y + 12]));
  await expect.poll(() => strip.evaluate((part) => part.scrollLeft)).toBeGreaterThan(scrolled + 50);
  await expect(lit).toHaveCount(0);
});

test('with a finger all is selected, copied, cut, pasted and duplicated', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.count();
  const clips = page.getByRole('group', { name: 'Clipboard' });
  const tap = async (name: string): Promise<void> => {
    const button = clips.getByRole('button', { name, exact: true });
    const { x, width, height } = await bounds(button);
    expect(x >= 0 && x + width <= 390 && height >= 24).toBe(true);
    await button.tap();
  };
  await expect(clips.getByRole('button', { name: 'Paste', exact: true })).toBeDisabled();
  await tap('Select all');
  await expect(page.getByRole('group', { name: 'Selected notes' })).toContainText(`${before} notes`);
  await tap('Cut');
  await expect(compose.roll).toHaveAttribute('data-notes', '0');
  await expect(clips).toContainText('Paste goes to bar 1, beat 1.');
  await tap('Paste');
  await expect(compose.roll).toHaveAttribute('data-notes', String(before));
  // It fills the piece: behind it there is no room, and that is said.
  await tap('Duplicate');
  await expect(page.getByText(`${before} notes have no room before the end`)).toBeVisible();
  await expect(compose.roll).toHaveAttribute('data-notes', String(before));
  await tap('Copy');
  const bars = page.getByRole('spinbutton', { name: 'Bars', exact: true });
  await bars.fill('16');
  await bars.press('Enter');
  await tap('Duplicate');
  await expect(compose.roll).toHaveAttribute('data-notes', String(2 * before));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
