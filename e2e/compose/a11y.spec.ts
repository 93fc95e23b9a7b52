import AxeBuilder from '@axe-core/playwright';
import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const)
  test(`axe finds nothing while Compose is at work and all of it is open: ${colorScheme}, ${width} px`, async ({
    page,
    site,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const check = async (what: string): Promise<void> => {
      expect((await new AxeBuilder({ page }).analyze()).violations, what).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${what}: wider than the window`).toBeLessThanOrEqual(0);
    };
    const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
    await compose.set('Iterations', 60);
    await compose.compose();
    await page.getByRole('button', { name: 'See what it thinks' }).click();
    await expect(page.getByText('Warm cells are those')).toBeVisible();
    await page.locator('summary').filter({ hasText: 'Mixer' }).click();
    await compose.notes();
    await page.getByText('Sheet music', { exact: true }).click();
    await expect(page.getByRole('img', { name: /^Sheet music of/ })).toBeVisible({ timeout: 60_000 });
    await check('everything open');

    await page.getByRole('button', { name: 'Hum or sing' }).click();
    await expect(page.getByRole('dialog', { name: 'Hum or sing' })).toBeVisible();
    await check('the dialog to hum');
    await page.keyboard.press('Escape');

    const buffer = Buffer.from('no MIDI at all');
    await page
      .getByLabel('Open a MIDI file')
      .setInputFiles({ name: 'broken.mid', mimeType: 'audio/midi', buffer });
    await expect(page.getByRole('alert').filter({ hasText: 'broken.mid' })).toBeVisible();
    await check('an error');

    const file = await (await compose.saved('Export MIDI')).path();
    await page.getByLabel('Open a MIDI file').setInputFiles(file);
    await page.getByRole('button', { name: 'Choose tracks and bars' }).click();
    await expect(page.getByRole('dialog', { name: /^Tracks and bars/ })).toBeVisible();
    await check('tracks and bars');
  });
