import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

/** The accessible name of what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : '';
    return element?.getAttribute('aria-label') ?? (label === '' ? element?.textContent : label)?.trim() ?? '';
  });

/** Presses Tab until the thing of that name has the focus; fails when it is not reached. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (name.test(at)) return;
    passed.push(at);
  }
  throw new Error(`Tab does not reach ${name}; it passed ${passed.join(' | ')}`);
}

test('everything by keyboard alone', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1));
  const dialog = page.getByRole('dialog');
  await page.getByRole('heading', { level: 1 }).focus();

  await test.step('a picture of the collection, then one of its results', async () => {
    await tabTo(page, /^Find pictures like/);
    await page.keyboard.press('ArrowRight');
    await look.asked(() => page.keyboard.press('Enter'));
    await tabTo(page, /similarity/, 'Shift+Tab');
    await page.keyboard.press('ArrowRight');
    const second = String((await look.hits())[1]?.id);
    await page.keyboard.press('Enter');
    await look.answered(second);
    await expect.poll(() => focused(page)).toMatch(/similarity/);
  });

  await test.step('the large view, and back to where it was', async () => {
    await tabTo(page, /^View .* large$/);
    const opener = await focused(page);
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveAccessibleName(/^1 of/);
    await page.keyboard.press('ArrowRight');
    await expect(dialog).toHaveAccessibleName(/^2 of/);
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe(opener);
  });

  await test.step('more like, less like, selecting', async () => {
    await tabTo(page, /^More like/);
    await look.asked(() => page.keyboard.press('Enter'));
    await tabTo(page, /^Less like/);
    await look.asked(() => page.keyboard.press('Enter'));
    await tabTo(page, /^Select /);
    await page.keyboard.press('Space');
    await tabTo(page, /^Find like this$/);
    await look.asked(() => page.keyboard.press('Enter'));
  });

  await test.step('a part of the picture', async () => {
    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(page, /^Part of it$/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^The part:/);
    await page.keyboard.press('Shift+ArrowRight');
    await tabTo(page, /^Search by this part$/);
    await look.asked(() => page.keyboard.press('Enter'));
  });

  await test.step('settings', async () => {
    await tabTo(page, /^How many$/);
    await page.keyboard.press('ArrowDown');
    await expect(page.getByLabel('How many')).toHaveValue('11');
    await tabTo(page, /Cosine/);
    await page.keyboard.press('ArrowRight');
    await expect(look.results.getByRole('listitem').first()).toHaveAttribute('data-distance', /\d/);
    await tabTo(page, /Graph/);
    await page.keyboard.press('ArrowRight');
    await expect(look.results).toHaveAttribute('data-engine', 'exact');
  });

  await test.step('Escape clears the query', async () => {
    await page.getByRole('heading', { level: 1 }).focus();
    await page.keyboard.press('Escape');
    await expect(look.results).toHaveCount(0);
  });
});

test('axe finds nothing while searching', async ({ page, site }) => {
  const look = new LookPage(page);
  // Axe reads colours as they are at one moment: nothing may be fading in.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await look.start(site.url, samplePictures(1));
  const id = await look.searchByPicture(1);
  const violations = async (): Promise<unknown[]> =>
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id: rule, nodes }) => [
      rule,
      nodes.map(({ html }) => html),
    ]);

  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const)
    await test.step(`${colorScheme}, ${width} px`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      await look.answered(id);
      expect(await violations(), 'results').toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);

      await look.results.getByRole('button', { name: /^View/ }).first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await violations(), 'the large view').toEqual([]);
      await page.keyboard.press('Escape');

      await look.box.getByRole('button', { name: 'Part of it' }).click();
      await expect(page.getByRole('application')).toBeVisible();
      expect(await violations(), 'a part').toEqual([]);
      await page.keyboard.press('Escape');

      await look.results
        .getByRole('listitem')
        .nth(0)
        .getByRole('button', { name: /^Less like/ })
        .click();
      await look.results.getByRole('checkbox').first().check();
      await expect(look.box.getByRole('listitem')).toHaveCount(2);
      expect(await violations(), 'several pictures, some selected').toEqual([]);
      await page.getByRole('button', { name: 'Clear selection' }).click();
      await page.goBack();
    });
});
