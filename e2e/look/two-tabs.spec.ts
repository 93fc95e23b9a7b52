import { crash } from '../support/faults.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, insecure, test } from '../support/site.ts';

/** Browsers have Web Locks on secure origins only; elsewhere the tabs elect their writer. */
const CASES = [
  ['closes', 'a secure origin'],
  ['crashes', 'a secure origin'],
  ['closes', 'an insecure origin'],
  ['crashes', 'an insecure origin'],
] as const;

for (const [how, where] of CASES)
  test(`a second tab only reads and says so, and takes over when the first ${how}: ${where}`, async ({
    context,
    page,
    site,
  }) => {
    const url = where === 'a secure origin' ? site.url : insecure(site.url);
    const files = samplePictures(2);
    const first = new LookPage(page);
    await first.open(url);
    await first.add(files.slice(0, 10));
    await first.ready(10);

    const second = new LookPage(await context.newPage());
    await second.open(url);
    const note = second.page.getByText('Read only.');
    await expect(note).toBeVisible();
    await expect(second.pictures).toHaveAttribute('data-total', '10');
    for (const name of ['Add pictures', 'Add a folder', 'Open a file']) {
      const input = second.page.getByLabel(name);
      await expect(input).toBeDisabled();
      await expect(input.locator('..'), 'it looks as it is').toHaveCSS('cursor', 'not-allowed');
    }
    await expect(second.page.getByRole('button', { name: 'New collection' })).toBeDisabled();
    await second.searchByPicture(1);
    expect(await second.hits()).toHaveLength(9);

    await first.add(files.slice(10));
    await first.ready(files.length);

    if (how === 'closes') await page.close();
    else await crash(page);
    await expect(note).toBeHidden({ timeout: 15_000 });
    await expect(second.pictures).toHaveAttribute('data-total', String(files.length));
    await second.add(samplePictures(3));
    await second.ready(30);
  });
