import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

test('several pictures, less like one of them, and Back through it all', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(1);
  await look.start(site.url, files);
  const results = look.results.getByRole('listitem');
  const tick = (index: number): Promise<void> =>
    look.pictures.getByRole('listitem').nth(index).getByRole('checkbox').check();
  const ids = await look.pictures
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.id ?? ''));
  const [a = '', b = '', c = ''] = ids;

  await test.step('the mean of two: neither is a result', async () => {
    await tick(0);
    await tick(1);
    await page.getByRole('button', { name: 'Find like these' }).click();
    await look.answered(`${a},${b}`);
    await expect(results).toHaveCount(files.length - 2);
    for (const id of [a, b]) expect((await look.hits()).map((hit) => String(hit.id))).not.toContain(id);
    await expect(page.getByRole('region', { name: 'Selected pictures' })).toHaveCount(0);
  });

  const similarityOf = async (id: string): Promise<number> =>
    (await look.hits()).find((hit) => String(hit.id) === id)?.similarity ?? NaN;

  await test.step('less like the selected ones, both at once', async () => {
    await tick(3);
    await tick(4);
    await page.getByRole('button', { name: 'Less like these' }).click();
    await look.answered(`${a},${b}-${ids[3]},${ids[4]}`);
    await page.goBack();
    await look.answered(`${a},${b}`);
  });

  await test.step('less like a result: it is out, and figures change', async () => {
    const other = String((await look.hits()).find((hit) => String(hit.id) !== c)?.id);
    const before = await similarityOf(c);
    await look.results
      .locator(`[data-id="${other}"]`)
      .getByRole('button', { name: /^Less like/ })
      .click();
    await look.answered(`${a},${b}-${other}`);
    expect((await look.hits()).map((hit) => String(hit.id))).not.toContain(other);
    expect(await similarityOf(c)).not.toBe(before);
    await expect(look.box.getByRole('listitem')).toHaveCount(3);
    // The result that was pressed has gone; the focus has not.
    await expect(results.first().getByRole('button').first()).toBeFocused();
  });

  await test.step('dropping one of them', async () => {
    await look.box.getByRole('button', { name: /^No longer less like/ }).click();
    await look.answered(`${a},${b}`);
    await look.box
      .getByRole('button', { name: /^No longer like/ })
      .first()
      .click();
    await look.answered(b);
    await expect(look.box).toBeFocused();
    await results
      .first()
      .getByRole('button', { name: /^More like/ })
      .click();
    await expect(look.results).toHaveAttribute('data-query-id', new RegExp(`^${b},\\d+$`));
  });

  await test.step('Back and Forward walk through the queries, a reload keeps the present one', async () => {
    await page.getByRole('button', { name: 'Back' }).click();
    await look.answered(b);
    await page.goBack();
    await look.answered(`${a},${b}`);
    await page.goForward();
    await look.answered(b);
    await page.reload();
    await look.answered(b);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect(look.results).toHaveCount(0);
  });
});
