import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test('broken MIDI files are named, and nothing is lost', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await compose.melody(/Ode to Joy/);
  const before = await compose.notes();
  for (const [name, buffer] of [
    ['empty.mid', Buffer.alloc(0)],
    ['text.mid', Buffer.from('this is no music')],
    ['cut.mid', Buffer.from('4d546864000000060001000201e04d54726b', 'hex')],
  ] as const) {
    await page.getByLabel('Open a MIDI file').setInputFiles({ name, mimeType: 'audio/midi', buffer });
    await expect(page.getByRole('alert')).toContainText(name);
  }
  expect(await compose.notes()).toEqual(before);
});

test('a link holds the composition, and opens as another one', async ({ page, context, site }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await compose.melody(/Frère Jacques/);
  const notes = await compose.notes();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText(/A link that holds this composition/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2_048);
  await page.goto('about:blank');
  await page.goto(link);
  await compose.ready();
  await expect(page.getByRole('list', { name: 'Compositions' }).getByRole('listitem')).toHaveCount(2);
  expect(await compose.notes()).toEqual(notes);
  await page.goto('about:blank');
  await compose.open(site.url, '#/compose?share=AAAA%22%3Cimg%20src=x%3E');
  await expect(page.getByText(/The link is broken/)).toBeVisible();
  expect(await compose.notes()).toEqual(notes);
});
