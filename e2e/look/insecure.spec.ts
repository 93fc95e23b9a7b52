import { LookPage, samplePictures } from '../support/look.ts';
import { expect, insecure, test } from '../support/site.ts';

for (const headers of [true, false]) {
  test(`Look works on an insecure origin, on a host ${headers ? 'with' : 'without'} headers`, async ({
    page,
    serve,
  }) => {
    const look = new LookPage(page);
    await look.open(insecure((await serve({ headers })).url));
    expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'caches' in window])).toEqual([
      false,
      false,
      false,
    ]);
    const files = samplePictures(1);
    await look.add(files);
    await look.ready(files.length);
    await look.searchByPicture(2);
    expect(await look.hits()).toHaveLength(files.length - 1);
    // There is no clipboard here: what cannot work is not offered.
    await expect(page.getByRole('button', { name: 'Save list' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Copy names' })).toHaveCount(0);
  });
}
