import { DoorbellPage } from '../support/doorbell.ts';
import { doorbellFile } from '../support/doorbell-file.ts';
import { LONGEST_MS, longestTask } from '../support/long-task.ts';
import { expect, test } from '../support/site.ts';
import { wavOf } from '../support/wav.ts';

const openFile = ({ page }: DoorbellPage, buffer: Buffer): Promise<void> =>
  page.getByLabel('Open a file').setInputFiles({ name: 'saved.zip', mimeType: 'application/zip', buffer });

test('among 1,500 messages a search holds nothing up, and finds what it should', async ({ page, site }) => {
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  const bytes = wavOf(new Float32Array(800), 8000);
  const words = (i: number): string => `A parcel for Ana, no${i}, from the Müllers at the corner`;
  await openFile(
    doorbell,
    doorbellFile(Array.from({ length: 1500 }, (_, i) => ({ id: `m${i}`, transcript: words(i), bytes }))),
  );
  await expect(page.getByText('1500 messages were added')).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await doorbell.ready();
  await expect(doorbell.messages).toHaveCount(50);
  await expect(page.getByRole('group', { name: 'Room for messages' })).toContainText('MB');

  const search = page.getByRole('searchbox');
  await search.focus();
  const longestMs = await longestTask(page, 'of the search', async () => {
    for (const [query, total] of [
      ['muller no1499', 1],
      ['parcel', 1500],
      ['no13', 111],
      ['', 1500],
    ] as const) {
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Delete');
      await page.keyboard.type(query, { delay: 25 });
      // By the simplest selectors: to look for roles among so many takes the page itself longer than the search.
      await page.waitForFunction(
        ([all, shown]) =>
          document.querySelector(`ul[data-total="${all}"]`) !== null &&
          document.querySelectorAll('li[data-id]').length === shown,
        [total, Math.min(50, total)] as const,
      );
    }
  });
  expect(longestMs).toBeLessThanOrEqual(LONGEST_MS);
});

test('the focus goes to the next message when one is deleted, and back to the button after a question', async ({
  page,
  site,
}) => {
  const warnings: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'warning') warnings.push(line.text());
  });
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  const long = 'A long message that goes on and on. '.repeat(20);
  await openFile(
    doorbell,
    doorbellFile(
      ['oldest', 'مرحبا، أنا هنا مع طرد', long].map((transcript, i) => ({ id: `m${i}`, transcript })),
    ),
  );
  await expect(doorbell.messages).toHaveCount(3);
  const boxes = doorbell.messages.getByRole('textbox', { name: 'Transcript' });
  // As high as its text, written from the side on which it begins.
  const overflow = (i: number): Promise<number> =>
    boxes.nth(i).evaluate((box) => box.scrollHeight - box.clientHeight);
  expect(await overflow(0)).toBe(0);
  expect(await boxes.nth(1).evaluate((box) => getComputedStyle(box).direction)).toBe('rtl');

  const remove = (i: number): Promise<void> =>
    doorbell.messages.nth(i).getByRole('button', { name: 'Delete' }).press('Enter');
  await remove(0);
  await expect(doorbell.messages).toHaveCount(2);
  await expect(doorbell.messages.nth(0)).toBeFocused();
  await remove(1);
  await expect(doorbell.messages).toHaveCount(1);
  await expect(doorbell.messages.nth(0)).toBeFocused();
  await remove(0);
  await expect(page.getByRole('heading', { name: 'Messages' })).toBeFocused();

  const ring = page.getByRole('button', { name: 'Ring now' });
  await ring.press('Enter');
  const asked = page.getByRole('dialog', { name: 'Allow sending audio' });
  await expect(asked.or(page.getByRole('list', { name: 'Steps of the visit' })).first()).toBeVisible();
  if (await asked.isVisible()) await page.keyboard.press('Escape');
  await expect(ring).toBeFocused();
  await doorbell.newest('failed');
  await expect(ring).toBeFocused();
  expect(warnings.filter((text) => text.includes('derived_inert'))).toEqual([]);
});
