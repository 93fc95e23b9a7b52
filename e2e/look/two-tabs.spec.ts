import { crash } from '../support/faults.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

for (const how of ['closes', 'crashes'] as const)
  test(`a second tab only reads and says so, and takes over when the first ${how}`, async ({
    context,
    page,
    site,
  }) => {
    const files = samplePictures(2);
    const first = new LookPage(page);
    await first.open(site.url);
    await first.add(files.slice(0, 10));
    await first.ready(10);

    const second = new LookPage(await context.newPage());
    await second.open(site.url);
    const note = second.page.getByText('Read only.');
    await expect(note).toBeVisible();
    await expect(second.pictures).toHaveAttribute('data-total', '10');
    await expect(second.page.getByLabel('Add pictures')).toBeDisabled();
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
