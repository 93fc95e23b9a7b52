import { limitRoom, Profile } from '../support/faults.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';
import { readStore } from '../support/store.ts';

const FIRST = 10;
const ROOM_LEFT = 600_000;

test('a full disk stops the run with a message, keeps what was stored, and the run goes on later', async ({
  site,
}) => {
  const files = samplePictures(16);
  const profile = await Profile.create();
  try {
    const before = new LookPage(await (await profile.launch()).newPage());
    await before.open(site.url);
    await before.add(files.slice(0, FIRST));
    await before.ready(FIRST);
    const kept = await readStore(before.page);
    await profile.close();

    // A new process: the old one remembers for half a minute how much room there was.
    const page = await (await profile.launch()).newPage();
    const used = await page.goto(site.url).then(() => page.evaluate(() => navigator.storage.estimate()));
    const room = await limitRoom(page, new URL(site.url).origin, (used.usage ?? 0) + ROOM_LEFT);
    const look = new LookPage(page);
    await look.open(site.url);
    await look.add(files);
    await expect(page.getByRole('alert')).toContainText('no more room', { timeout: 60_000 });
    await expect(look.status).toContainText('to go');

    const [stored] = await readStore(page);
    const names = stored?.pictures.map(({ name }) => name) ?? [];
    expect(names.slice(0, FIRST)).toEqual(kept[0]?.pictures.map(({ name }) => name));
    expect(names.length).toBeLessThan(files.length);
    expect(stored?.pictures.every(({ hasThumb, vector }) => hasThumb && vector !== undefined)).toBe(true);
    expect(stored?.pictures.slice(0, FIRST)).toEqual(kept[0]?.pictures);
    await look.searchByPicture(0);
    expect((await look.hits()).length).toBeGreaterThan(0);

    await room.free();
    await page.getByRole('button', { name: 'Resume' }).click();
    await look.ready(files.length);
    const [whole] = await readStore(page);
    expect(new Set(whole?.pictures.map(({ hash }) => hash)).size).toBe(files.length);
    await profile.close();
  } finally {
    await profile.remove();
  }
});

test('a collection can be deleted when the disk is full', async ({ site }) => {
  const profile = await Profile.create();
  try {
    const before = new LookPage(await (await profile.launch()).newPage());
    await before.open(site.url);
    await before.add(samplePictures(1));
    await before.ready(10);
    await before.pictures.getByRole('checkbox').first().check();
    await before.page.getByRole('button', { name: 'Delete from collection' }).click();
    await before.ready(9);
    await profile.close();

    const page = await (await profile.launch()).newPage();
    const room = await limitRoom(page, new URL(site.url).origin, 1);
    const look = new LookPage(page);
    await look.open(site.url);
    await expect(page.getByText('Read only.')).toBeHidden();
    // What was deleted before is kept while there is room for it, and no message promises more than that.
    const undoLast = page.getByRole('button', { name: 'Undo the last deletion' });
    await expect(undoLast).toBeVisible();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => readStore(page)).toEqual([]);
    await expect(page.getByRole('status', { name: 'Messages of Atelier' })).toContainText('gone for good');
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toHaveCount(0);
    await expect(undoLast).toBeHidden();
    await room.free();

    await look.add(samplePictures(1));
    await look.ready(10);
    await profile.close();
  } finally {
    await profile.remove();
  }
});
