import { readFileSync } from 'node:fs';
import { ComposePage, storedPiece } from '../support/compose.ts';
import { limitRoom, Profile } from '../support/faults.ts';
import { expect, test } from '../support/site.ts';

test('what was drawn by keyboard survives a reload and a crash, and can be undone', async ({
  page,
  context,
  site,
}) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await compose.roll.focus();
  await page.keyboard.press('Enter');
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(compose.roll).toHaveAttribute('data-notes', '2');
  const drawn = await compose.notes();
  expect(drawn.map(({ pitch, start }) => [pitch, start])).toEqual([
    [60, 'bar 1, beat 1'],
    [61, 'bar 1, beat 2'],
  ]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(compose.roll).toHaveAttribute('data-notes', '1');
  await page.getByRole('button', { name: 'Redo' }).click();

  await page.reload();
  await compose.ready();
  await expect(compose.roll).toHaveAttribute('data-notes', '2');
  expect(await compose.notes()).toEqual(drawn);

  await page.getByRole('textbox', { name: 'Title' }).fill('Kept');
  await page.getByRole('textbox', { name: 'Title' }).press('Enter');
  await expect(page.getByRole('list', { name: 'Compositions' }).getByText('Kept')).toBeVisible();
  // Written at once, which is not yet on the disk.
  await expect.poll(async () => (await storedPiece(page)).title).toBe('Kept');
  const session = await context.newCDPSession(page);
  session.send('Page.crash').catch(() => undefined);
  await page.waitForEvent('crash');
  const fresh = new ComposePage(await context.newPage());
  await fresh.open(site.url);
  await expect(fresh.roll).toHaveAttribute('data-notes', '2');
  await expect(fresh.page.getByRole('textbox', { name: 'Title' })).toHaveValue('Kept');
});

test('a second tab only reads and takes over when the first closes', async ({ page, context, site }) => {
  const first = new ComposePage(page);
  await first.open(site.url);
  await first.melody(/Ode to Joy/);
  const notes = await first.count();
  const second = new ComposePage(await context.newPage());
  await second.open(site.url);
  await expect(second.page.getByText('Read only.')).toBeVisible();
  await expect(second.roll).toHaveAttribute('data-notes', String(notes));
  await expect(second.page.getByRole('button', { name: 'Compose', exact: true })).toBeDisabled();
  await page.close();
  await expect(second.page.getByText('Read only.')).toBeHidden();
  await expect(second.page.getByRole('button', { name: 'Compose', exact: true })).toBeEnabled();
});

test('a tab that was opened beside an empty shelf shows what the other tab has made, once it may write', async ({
  page,
  context,
  site,
}) => {
  const first = new ComposePage(page);
  await first.open(site.url);
  const second = new ComposePage(await context.newPage());
  await second.open(site.url);
  await expect(second.page.getByText('Read only.')).toBeVisible();
  await first.melody(/Ode to Joy/);
  const notes = await first.count();
  await expect(page.getByRole('list', { name: 'Compositions' }).getByText('Ode to Joy')).toBeVisible();
  await page.close();
  await expect(second.page.getByText('Read only.')).toBeHidden();
  await expect(second.roll).toHaveAttribute('data-notes', String(notes));
});

test('a saved file is read back, a damaged one is refused, and a deleted composition comes back', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const notes = await compose.notes();
  const download = await compose.saved('Save to a file');
  const path = await download.path();
  const shelf = page.getByRole('list', { name: 'Compositions' }).getByRole('listitem');
  await page.getByRole('button', { name: 'Delete Ode to Joy' }).click();
  await expect(shelf).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await expect(shelf).toHaveCount(1);

  const bytes = readFileSync(path);
  const input = page.getByLabel('Open a file');
  const broken = Buffer.from(bytes);
  broken[broken.length - 40] = (broken[broken.length - 40] ?? 0) ^ 1;
  await input.setInputFiles({ name: 'broken.atelier', mimeType: 'application/octet-stream', buffer: broken });
  await expect(page.getByRole('alert')).toContainText('broken.atelier cannot be opened');
  await expect(shelf).toHaveCount(1);
  await input.setInputFiles({ name: 'whole.atelier', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(shelf).toHaveCount(2);
  expect(await compose.notes()).toEqual(notes);
});

test('what was deleted and read back from a file is kept like any other', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const path = await (await compose.saved('Save to a file')).path();
  const shelf = page.getByRole('list', { name: 'Compositions' }).getByRole('listitem');
  await page.getByRole('button', { name: 'Delete Ode to Joy' }).click();
  await expect(shelf).toHaveCount(0);
  await page.getByLabel('Open a file').setInputFiles(path);
  await expect(shelf).toHaveCount(1);
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect(compose.roll).toHaveAttribute('data-notes', '0');
  await expect.poll(async () => (await storedPiece(page)).notes).toBe(0);
});

test('undo is still there after a visit to another composition; another tab deletes nothing past this one', async ({
  page,
  context,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const count = await compose.count();
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'New', exact: true }).click();
  const shelf = page.getByRole('list', { name: 'Compositions' });
  await expect(shelf.getByRole('listitem')).toHaveCount(2);
  await shelf.getByRole('button', { name: 'Ode to Joy', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(compose.roll).toHaveAttribute('data-notes', String(count));

  const other = await context.newPage();
  await other.goto(`${site.url}#/device`);
  await other.getByRole('button', { name: 'Delete everything in Compose' }).click();
  await expect(other.getByRole('alert')).toContainText('Compose is open in another tab');
  await page.reload();
  await compose.ready();
  await expect(shelf.getByRole('listitem')).toHaveCount(2);
});

test('no room on the disk: it says so, nothing is lost, and it is kept once there is room', async ({
  site,
}) => {
  const profile = await Profile.create();
  try {
    const before = new ComposePage(await (await profile.launch()).newPage());
    await before.open(site.url);
    await before.melody(/Ode to Joy/);
    const notes = await before.count();
    await expect(
      before.page.getByRole('list', { name: 'Compositions' }).getByText('Ode to Joy'),
    ).toBeVisible();
    await profile.close();

    // A new process: the old one remembers for half a minute how much room there was.
    const page = await (await profile.launch()).newPage();
    const { usage = 0 } = await page
      .goto(site.url)
      .then(() => page.evaluate(() => navigator.storage.estimate()));
    const room = await limitRoom(page, new URL(site.url).origin, Math.max(1, usage - 1));
    const compose = new ComposePage(page);
    await compose.open(site.url);
    await expect(compose.roll).toHaveAttribute('data-notes', String(notes));
    await compose.roll.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('no more room');
    await expect(compose.roll).toHaveAttribute('data-notes', String(notes + 1));
    await room.free();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('alert')).toBeHidden();
    await page.reload();
    await compose.ready();
    await expect(compose.roll).toHaveAttribute('data-notes', String(notes + 1));
    await profile.close();
  } finally {
    await profile.remove();
  }
});
