import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const FOLDER = 'wardrobe';

/**
 * The chooser is the browser's own window, which no script can drive: here it answers with a folder of the site's private
 * file system. Everything behind it is real: the handle, its place in the store, its permission, walking it, its files.
 */
async function chooseWithoutWindow(page: Page): Promise<void> {
  await page.addInitScript((name) => {
    window.showDirectoryPicker = async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  }, FOLDER);
}

/** Writes files into the folder, by their paths below it. */
async function write(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, source] of Object.entries(files)) {
    await page.evaluate(
      async ({ root, steps, bytes }) => {
        let folder = await (
          await navigator.storage.getDirectory()
        ).getDirectoryHandle(root, { create: true });
        for (const step of steps.slice(0, -1))
          folder = await folder.getDirectoryHandle(step, { create: true });
        const file = await folder.getFileHandle(steps.at(-1) ?? '', { create: true });
        const stream = await file.createWritable();
        await stream.write(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
        await stream.close();
      },
      { root: FOLDER, steps: path.split('/'), bytes: readFileSync(source).toString('base64') },
    );
  }
}

const names = (look: LookPage): Promise<string[]> =>
  look.pictures
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.name ?? '').toSorted());

test('a kept folder: full pictures from the disk after a reload, and what changed in it by Rescan', async ({
  page,
  site,
}) => {
  const [a = '', b = '', c = '', d = ''] = samplePictures(1);
  const look = new LookPage(page);
  await chooseWithoutWindow(page);
  await look.open(site.url);
  await write(page, { 'one/a.jpg': a, 'one/b.jpg': b, 'c.jpg': c });
  await page.getByRole('button', { name: 'Keep a folder' }).click();
  await look.ready(3);
  expect(await names(look)).toEqual([`${FOLDER}/c.jpg`, `${FOLDER}/one/a.jpg`, `${FOLDER}/one/b.jpg`]);
  await expect(page.getByText(`Linked to the folder ${FOLDER}`)).toBeVisible();

  await test.step('the next visit shows the picture of the disk, not the thumbnail', async () => {
    await page.reload();
    await look.ready(3);
    await look.searchByPicture(0);
    await look.results.getByRole('button', { name: /^View/ }).first().click();
    const shown = page.getByRole('dialog').getByRole('img', { name: /\.jpg$/ });
    await expect
      .poll(() =>
        shown.evaluate((image: HTMLImageElement) => Math.max(image.naturalWidth, image.naturalHeight)),
      )
      .toBe(400);
    await page.keyboard.press('Escape');
  });

  await test.step('new files are added, missing ones are listed and deleted only when asked for', async () => {
    await write(page, { 'two/d.jpg': d });
    await page.evaluate(async (root) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(root);
      await folder.removeEntry('c.jpg');
    }, FOLDER);
    await page.getByRole('button', { name: 'Rescan' }).click();
    await look.ready(4);
    const note = page.getByText('1 picture of the collection is not in the folder any more.');
    await expect(note).toBeVisible();
    expect(await names(look)).toContain(`${FOLDER}/two/d.jpg`);
    await page.getByRole('button', { name: 'Delete it from the collection' }).click();
    await look.ready(3);
    expect(await names(look)).not.toContain(`${FOLDER}/c.jpg`);
  });

  await test.step('a picture of another name is still the file that it was', async () => {
    const tile = look.pictures.locator(`[data-name="${FOLDER}/one/a.jpg"]`);
    await tile.getByRole('checkbox').check({ force: true });
    const selected = page.getByRole('region', { name: 'Selected pictures' });
    await selected.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('My dress.jpg');
    await page.getByRole('dialog').getByRole('button', { name: 'Keep the name' }).click();
    await expect.poll(() => names(look)).toContain('My dress.jpg');
    await page.getByRole('button', { name: 'Rescan' }).click();
    await expect(look.status).toHaveText('3 pictures ready');
    await expect(page.getByText('not in the folder any more')).toBeHidden();
    expect(await names(look)).toContain('My dress.jpg');
  });

  await test.step('a file that was moved is the same picture under its new name', async () => {
    await write(page, { 'three/b.jpg': b });
    await page.evaluate(async (root) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(root);
      await (await folder.getDirectoryHandle('one')).removeEntry('b.jpg');
    }, FOLDER);
    await page.getByRole('button', { name: 'Rescan' }).click();
    await expect.poll(() => names(look)).toContain(`${FOLDER}/three/b.jpg`);
    expect(await names(look)).not.toContain(`${FOLDER}/one/b.jpg`);
    await look.ready(3);
    await expect(page.getByText('not in the folder any more')).toBeHidden();
  });
});
