import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

test('the large view: figures, the query beside, arrows, and the focus comes back', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1));
  await look.searchByPicture(0);
  const hits = await look.hits();
  const dialog = page.getByRole('dialog');
  const opener = look.results.getByRole('listitem').nth(1).getByRole('button', { name: /^View/ });
  const shown = dialog.getByRole('img', { name: /\.jpg$/ });

  await opener.click();
  await expect(dialog).toHaveAccessibleName(`2 of ${hits.length}`);
  await expect(dialog).toContainText(`similarity ${hits[1]?.similarity.toPrecision(6)}`);
  await expect(dialog.getByRole('img', { name: 'The query' })).toBeVisible();
  // 400 px is the sample's size; the stored thumbnail has 320.
  await expect
    .poll(() =>
      shown.evaluate((image: HTMLImageElement) => Math.max(image.naturalWidth, image.naturalHeight)),
    )
    .toBe(400);
  await expect(dialog).not.toContainText('thumbnail');

  await page.keyboard.press('ArrowRight');
  await expect(dialog).toHaveAccessibleName(`3 of ${hits.length}`);
  await expect(shown).toHaveAttribute('alt', hits[2]?.name ?? '');
  await page.keyboard.press('End');
  await expect(dialog.getByRole('button', { name: 'Next result' })).toBeDisabled();
  await page.keyboard.press('Home');
  await expect(dialog.getByRole('button', { name: 'Previous result' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();
  await expect(look.results).toHaveAttribute('data-query-id', /\d/);

  await test.step('searching from it closes it', async () => {
    await opener.click();
    await dialog.getByRole('button', { name: 'Find pictures like this' }).click();
    await look.answered(String(hits[1]?.id));
    await expect(dialog).toHaveCount(0);
    await expect(look.results.getByRole('listitem').first().getByRole('button').first()).toBeFocused();
  });

  await test.step('after a reload there is the thumbnail, and it says so', async () => {
    await page.reload();
    await look.answered(String(hits[1]?.id));
    await look.results.getByRole('listitem').first().getByRole('button', { name: /^View/ }).click();
    await expect(dialog).toContainText('shown from its thumbnail');
  });
});
