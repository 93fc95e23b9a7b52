import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

test('a stranger adds pictures, clicks one and sees its neighbours', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(3);
  await look.open(site.url);
  await look.add(files);
  await look.ready(files.length);
  await expect(look.pictures).toHaveAttribute('data-total', String(files.length));

  const id = await look.searchByPicture(0);
  const hits = await look.hits();
  expect(hits).toHaveLength(12);
  expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_, index) => index + 1));
  expect(hits.map((hit) => String(hit.id))).not.toContain(id);
  const similarities = hits.map(({ similarity }) => similarity);
  expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
  expect(similarities[0]).toBeLessThan(1);
  expect(similarities[0]).toBeGreaterThan(0.3);

  await expect(page.getByRole('list', { name: 'What it shows' }).getByRole('listitem')).toHaveCount(5);
});

test('the sample collection is one click away', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  await page.getByRole('button', { name: /Try it with/ }).click();
  await look.ready(160);
  await look.searchByPicture(5);
  expect(await look.hits()).toHaveLength(12);
});

test('k, measure and engine change the results at once', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  await look.open(site.url);
  await look.add(files);
  await look.ready(files.length);
  const id = await look.searchByPicture(4);

  await page.getByLabel('How many').fill('5');
  await page.getByLabel('How many').press('Enter');
  await expect(look.results.getByRole('listitem')).toHaveCount(5);

  await page.getByRole('radio', { name: 'Exact' }).check();
  await look.answered(id);
  await expect(look.results).toHaveAttribute('data-engine', 'exact');

  await page.getByRole('radio', { name: 'Euclidean' }).check();
  await expect(look.results.getByRole('listitem').first()).toHaveAttribute('data-distance', /\d\.\d+/);
  const distances = (await look.hits()).map(({ distance }) => distance);
  expect(distances).toEqual(distances.toSorted((a, b) => a - b));
});

test('Back is the previous query', async ({ page, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  await look.open(site.url);
  await look.add(files);
  await look.ready(files.length);
  const first = await look.searchByPicture(0);
  const second = await look.searchByPicture(3);
  expect(second).not.toBe(first);
  await page.goBack();
  await look.answered(first);
  await page.goForward();
  await look.answered(second);
});
