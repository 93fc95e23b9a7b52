import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

test('a link to a search: the graph, Back, doubled pictures, and a collection that is gone', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(2));
  const id = await look.searchByPicture(3);
  const link = page.url();
  // Another document: the same address would only be a change of the hash.
  const visit = async (address: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(address);
    await expect(page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  };

  await test.step('is answered by the graph, whose recall is measured', async () => {
    await visit(link);
    await look.answered(id);
    await expect(look.results).toHaveAttribute('data-engine', 'hnsw');
    await expect(page.getByRole('status', { name: 'Index quality' })).toContainText(/recall@12 [01]\.\d+/);
  });

  await test.step('Back stays on the site', async () => {
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await expect(look.results).toHaveCount(0);
    expect(page.url()).toContain(site.url);
  });

  await test.step('a picture that stands in it twice counts once', async () => {
    await visit(link.replace(`like=${id}`, `like=${id},${id}`));
    await look.answered(id);
  });

  await test.step('without a query the graph is loaded and measured too', async () => {
    await visit(link.replace(`&like=${id}`, ''));
    await expect(page.getByRole('status', { name: 'Index quality' })).toContainText(/recall@12 [01]\.\d+/);
  });

  await test.step('another collection is not searched in its place', async () => {
    await visit(link.replace(/collection=\d+/, 'collection=99'));
    await expect(page.getByRole('alert')).toContainText('collection of this address is not here any more');
    await expect(look.results).toHaveCount(0);
  });
});
