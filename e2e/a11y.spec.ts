import AxeBuilder from '@axe-core/playwright';
import { expect, overflowOf, test } from './support/site.ts';

const PLACES = [
  '#/',
  '#/look',
  '#/compose',
  '#/doorbell',
  '#/device',
  '#/about',
  '#/nothing-here',
  'connected.html#/device',
];
const WIDTHS = [1280, 390];

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of WIDTHS)
    test(`axe finds nothing on any page: ${colorScheme}, ${width} px`, async ({ page, serve }) => {
      const site = await serve();
      await page.setViewportSize({ width, height: 844 });
      // Axe reads colours as they are at one moment: nothing may be fading in.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const place of PLACES) {
        await page.goto(`${site.url}${place}`);
        await page.locator('main h1').waitFor();
        await page.waitForLoadState('networkidle');
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations, place).toEqual([]);
        expect(await overflowOf(page), `${place} is wider than the window`).toBeLessThanOrEqual(0);
        // Each width and each colour scheme once.
        if ((colorScheme === 'light') !== (width === 1280)) continue;
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        expect((await new AxeBuilder({ page }).analyze()).violations, `the keys of ${place}`).toEqual([]);
        await page.keyboard.press('Escape');
      }
    });
