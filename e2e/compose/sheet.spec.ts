import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test.use({ isKept: true });

/** Share of a picture that is ink. */
function inkOf(element: SVGElement | HTMLElement): number {
  if (!(element instanceof HTMLImageElement)) throw new TypeError('no picture');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [element.naturalWidth, element.naturalHeight];
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.drawImage(element, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let dark = 0;
  for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 128) dark += 1;
  return dark / (data.length / 4);
}

test('the roll is shown as sheet music, follows changes, and is printed on A4', async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'print', {
      value: () => document.body.setAttribute('data-printed', ''),
    });
  });
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByText('Sheet music', { exact: true }).click();
  const sheet = page.getByRole('img', { name: /^Sheet music of “Ode to Joy”/ });
  await expect(sheet).toBeVisible({ timeout: 60_000 });
  const first = (await sheet.getAttribute('src')) ?? '';
  const ink = await sheet.evaluate(inkOf);
  expect(ink).toBeGreaterThan(0.005);
  expect(ink).toBeLessThan(0.3);
  // A change of the notes is a change of the sheet.
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(sheet).not.toHaveAttribute('src', first, { timeout: 30_000 });

  await page.getByRole('button', { name: 'Print', exact: true }).click();
  await expect(page.locator('body')).toHaveAttribute('data-printed', '', { timeout: 30_000 });
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  // A4 in points.
  const [, width = '', height = ''] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/.exec(pdf) ?? [];
  expect(Number(width)).toBeCloseTo(595, -1);
  expect(Number(height)).toBeCloseTo(842, -1);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await expect(page.locator('.paper')).toHaveCount(0);
});

test('sheet music that was shown once is there without the host', async ({ page, serve }) => {
  const site = await serve({ headers: false });
  await ComposePage.with(page, site.url, /Ode to Joy/);
  const sheet = page.getByRole('img', { name: /^Sheet music of/ });
  await page.getByText('Sheet music', { exact: true }).click();
  await expect(sheet).toBeVisible({ timeout: 60_000 });
  await site.close();
  await page.reload();
  await new ComposePage(page).ready();
  await page.getByText('Sheet music', { exact: true }).click();
  await expect(sheet).toBeVisible({ timeout: 60_000 });
});
