import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { type FilePayload } from '../support/pictures.ts';
import { expect, test } from '../support/site.ts';

interface Change {
  readonly name: string;
  readonly scale?: number;
  readonly flip?: boolean;
  /** Share of each side that is kept, of the lower right part. */
  readonly keep?: number;
}

/** Another file of the same picture, made by a browser's canvas. */
async function variant(page: Page, path: string, change: Change): Promise<FilePayload> {
  const source = readFileSync(path).toString('base64');
  const made = await page.evaluate(
    async ({ text, scale = 1, flip = false, keep = 1 }) => {
      const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const [left, top] = [bitmap.width * (1 - keep), bitmap.height * (1 - keep)];
      const canvas = new OffscreenCanvas(
        Math.round(bitmap.width * keep * scale),
        Math.round(bitmap.height * keep * scale),
      );
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      if (flip) context.transform(-1, 0, 0, 1, canvas.width, 0);
      const { width, height } = canvas;
      context.drawImage(bitmap, left, top, bitmap.width - left, bitmap.height - top, 0, 0, width, height);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    { text: source, ...change },
  );
  return { name: `${change.name}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(made) };
}

const groupsOf = (page: Page): Locator =>
  page.getByRole('list', { name: 'Groups of twins' }).locator('> [role=listitem]');
const namesOf = (group: Locator): Promise<string[]> =>
  group.locator('li').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.name ?? ''));

async function saved(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return readFileSync(await file.path(), 'utf8');
}

test('copies of a picture are found, the best is kept, and it can be undone', async ({ page, site }) => {
  const files = samplePictures(1).slice(0, 6);
  const [first = '', second = ''] = files;
  const variants = [
    await variant(page, first, { name: 'half', scale: 0.5 }),
    await variant(page, first, { name: 'flipped', flip: true }),
    await variant(page, second, { name: 'cropped', keep: 0.9 }),
  ];
  const look = new LookPage(page);
  await look.start(site.url, files);
  await page.getByLabel('Add pictures').setInputFiles(variants);
  await look.ready(9);
  // The same bytes under another name are not stored, but remembered.
  const again = { name: 'again.jpg', mimeType: 'image/jpeg', buffer: readFileSync(second) };
  await page.getByLabel('Add pictures').setInputFiles([again]);
  await expect(look.status).toContainText('1 already there');

  await page.getByRole('button', { name: 'Twins' }).click();
  const status = page.getByRole('status', { name: 'Twins status' });
  await expect(status).toHaveText('Not compared yet');
  await expect(page.getByText('1 exact copy was not stored')).toBeVisible();
  await page.getByRole('button', { name: 'Find twins' }).click();
  await expect(status).toContainText('4 pairs in 2 groups; 3 of 5 pictures are not the best of theirs');
  const groups = groupsOf(page);

  await test.step('groups hold the variants, the largest first', async () => {
    const sorted = (await Promise.all([namesOf(groups.nth(0)), namesOf(groups.nth(1))])).toSorted(
      (a, b) => b.length - a.length,
    );
    expect(sorted[0]?.slice().sort()).toEqual([basename(first), 'flipped.jpg', 'half.jpg'].sort());
    expect(sorted[0]?.at(-1)).toBe('half.jpg');
    expect(sorted[1]).toEqual([basename(second), 'cropped.jpg']);
  });

  await test.step('the threshold shows at once what it lets in', async () => {
    const border = page.getByRole('list', { name: 'Pairs at this threshold' }).getByRole('listitem');
    await expect(border).toHaveCount(4);
    const figures = await border.evaluateAll((items) =>
      items.map((item) => Number((item as HTMLElement).dataset.likeness)),
    );
    expect(figures).toEqual(figures.toSorted((a, b) => a - b));
    expect(figures[0]).toBeGreaterThanOrEqual(0.75);
    const slider = page.getByRole('slider', { name: 'Alike, at least' });
    await slider.fill('100');
    await expect(status).toHaveText('No two of 9 pictures are that alike');
    await expect(groups).toHaveCount(0);
    await slider.focus();
    await page.keyboard.press('Home');
    await expect(slider).toHaveValue('60');
    await slider.fill('75');
    await expect(groups).toHaveCount(2);
  });

  await test.step('the list goes out as CSV and as JSON', async () => {
    const lines = (await saved(page, 'Save as CSV')).trim().split('\r\n');
    expect(lines[0]).toBe('group,kind,keep,name,width,height,bytes,sharpness');
    expect(lines).toHaveLength(1 + 5 + 1);
    expect(lines.filter((line) => line.includes(',near,yes,'))).toHaveLength(2);
    expect(lines.at(-1)).toContain(`same bytes as ${basename(second)},no,again.jpg`);
    const list = JSON.parse(await saved(page, 'Save as JSON')) as {
      pairs: unknown[];
      exactCopies: unknown[];
    };
    expect(list.pairs).toHaveLength(4);
    expect(list.exactCopies).toEqual([{ name: 'again.jpg', sameBytesAs: basename(second) }]);
  });

  await test.step('axe finds nothing, and it fits a phone', async () => {
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    const before = page.viewportSize() ?? { width: 1280, height: 720 };
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize(before);
  });

  await test.step('Keep best in one group, and back', async () => {
    await page.getByRole('button', { name: `Keep best, ${basename(second)}` }).click();
    await expect(groups).toHaveCount(1);
    await expect(look.status).toContainText('8 pictures ready');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(groups).toHaveCount(2);
    await expect(look.status).toContainText('9 pictures ready');
  });

  await test.step('Keep best in all groups', async () => {
    await page.getByRole('button', { name: 'Keep best in all groups' }).click();
    await expect(status).toHaveText('No two of 9 pictures are that alike');
    await expect(look.status).toContainText('6 pictures ready');
    await page.getByRole('button', { name: 'All pictures' }).click();
    const left = await look.pictures
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.name ?? ''));
    expect(left).toHaveLength(6);
    expect(left).not.toContain('half.jpg');
    expect(left).not.toContain('cropped.jpg');
  });

  await test.step('its address leads to it, and copies are remembered over a reload', async () => {
    await page.goBack();
    await page.reload();
    await expect(page.getByText('1 exact copy was not stored')).toBeVisible();
    await page.getByRole('button', { name: 'Find twins' }).click();
    await expect(status).toHaveText('No two of 6 pictures are that alike');
  });
});

test('pictures that come later are compared when asked, and the work can be stopped', async ({
  page,
  site,
}) => {
  const files = samplePictures(4);
  const look = new LookPage(page);
  await look.start(site.url, files);
  await page.getByRole('button', { name: 'Twins' }).click();
  const status = page.getByRole('status', { name: 'Twins status' });
  // Stop is clicked in the task in which it appears: a person may be as quick, and what is done by then does not matter.
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const stop = document.querySelector<HTMLElement>('[role=group][aria-label="Finding twins"] button');
      if (stop === null) return;
      observer.disconnect();
      stop.click();
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Find twins' }).click();
  const compare = page.getByRole('button', { name: 'Compare them' });
  await expect(compare).toBeVisible();
  await compare.click();
  await expect(status).toContainText(/of 40 pictures|pairs? in/);
  await expect(compare).toBeHidden();

  await page
    .getByLabel('Add pictures')
    .setInputFiles([await variant(page, files[0] ?? '', { name: 'late', scale: 0.7 })]);
  await look.ready(41);
  await expect(page.getByText('1 picture is not compared with all others yet.')).toBeVisible();
  await compare.click();
  await expect(groupsOf(page).locator('li[data-name="late.jpg"]')).toHaveCount(1);
});
