import { LookPage, samplePictures } from '../support/look.ts';
import { hostPictures } from '../support/pictures.ts';
import { expect, test } from '../support/site.ts';

test('a picture by its address, in connected mode only', async ({ page, site }) => {
  const look = new LookPage(page);
  const [outside = '', ...inside] = samplePictures(1).slice(0, 4);
  const host = await hostPictures(outside);
  const field = page.getByRole('textbox', { name: 'Picture address' });
  const search = page.getByRole('button', { name: 'Search', exact: true });
  await look.start(site.url, inside);
  await expect(look.box).toBeVisible();
  await expect(field).toHaveCount(0);

  await look.open(`${site.url}connected.html`);
  await look.ready(inside.length);
  await expect(page.getByText('Nothing leaves this tab')).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('another address is asked only for what you say');

  await test.step('one that may be read', async () => {
    await field.fill(`${host.url}/open/hat.jpg`);
    await look.asked(() => search.click());
    await expect(look.box.getByRole('img')).toHaveAttribute('alt', 'The query: hat.jpg');
    expect(await look.hits()).toHaveLength(inside.length);
  });

  const failures = [
    ['/missing.jpg', 'answered with 404'],
    ['/shut/hat.jpg', 'may not allow other sites'],
  ] as const;
  for (const [path, said] of failures)
    await test.step(`one that fails: ${said}`, async () => {
      await field.fill(`${host.url}${path}`);
      await field.press('Enter');
      await expect(look.box.getByRole('alert')).toContainText(`${host.url}${path}`);
      await expect(look.box.getByRole('alert')).toContainText(said);
    });

  await test.step('something that is no address', async () => {
    await field.fill('javascript:alert(1)');
    await search.click();
    await expect(look.box.getByRole('alert')).toContainText('is not the address of a picture');
  });
  await host.close();
});
