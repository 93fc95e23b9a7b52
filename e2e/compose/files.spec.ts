import { bytesOf, ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test('broken MIDI files are named, and nothing is lost', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
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

test('a part of a file is chosen by its tracks and bars, and what is left out is said', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.set('Iterations', 40);
  await compose.compose();
  const download = await compose.saved('Export MIDI');
  await page.getByLabel('Open a MIDI file').setInputFiles({
    name: 'voices.mid',
    mimeType: 'audio/midi',
    buffer: await bytesOf(download),
  });
  await expect(page.getByText('is here as it was played.')).toBeVisible();
  await page.getByRole('button', { name: 'Choose tracks and bars' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tracks and bars of voices.mid' });
  for (const track of await dialog
    .getByRole('checkbox')
    .all()
    .then((all) => all.slice(1)))
    await track.uncheck();
  await dialog.getByLabel('How many bars').fill('2');
  await dialog.getByLabel('How many bars').press('Tab');
  await dialog.getByRole('button', { name: 'Take these' }).click();
  await expect(page.getByText(/in tracks that are not chosen/)).toBeVisible();
  await expect(page.getByText(/outside the chosen bars/)).toBeVisible();
  expect((await compose.notes()).every(({ start }) => /^bar [12],/.test(start))).toBe(true);
});

test('a link holds the composition, and opens as another one', async ({ page, context, site }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
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
