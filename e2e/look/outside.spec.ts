import { join } from 'node:path';
import { dropFromDisk } from '../support/drop.ts';
import { LookPage, SAMPLE_DIR, samplePictures } from '../support/look.ts';
import { dropData } from '../support/pictures.ts';
import { expect, test } from '../support/site.ts';

test('a picture from outside comes by file, drop, paste or camera', async ({ page, context, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(2);
  const inside = files.filter((_, index) => index % 2 === 0);
  const [outside = ''] = files.filter((_, index) => index % 2 === 1);
  await look.start(site.url, inside);
  const input = page.getByLabel('Search by picture');

  await test.step('by file', async () => {
    await look.asked(() => input.setInputFiles(outside));
    expect(await look.hits()).toHaveLength(inside.length);
  });

  await test.step('by file, one that the collection has too: it is found', async () => {
    await look.asked(() => input.setInputFiles(inside[2] ?? ''));
    const [best] = await look.hits();
    expect(inside[2]).toContain(best?.name);
    expect(best?.similarity).toBeGreaterThan(0.9999);
  });

  await test.step('by a drop on the search box; the collection stays as it is', async () => {
    const dataTransfer = await dropData(page, outside);
    await look.asked(async () => {
      await look.box.dispatchEvent('dragover', { dataTransfer });
      await expect(look.box).toContainText('Drop here');
      await look.box.dispatchEvent('drop', { dataTransfer });
    });
    await expect(look.box.getByRole('img')).toHaveAttribute('alt', new RegExp(outside.slice(-12)));
    await expect(look.pictures).toHaveAttribute('data-total', String(inside.length));
  });

  await test.step('a folder on the search box: the page says what it is, and nothing changes', async () => {
    const { x = 0, y = 0 } = (await look.box.boundingBox()) ?? {};
    await dropFromDisk(page, [join(process.cwd(), SAMPLE_DIR, 'hat')], { x: x + 40, y: y + 40 });
    await expect(page.getByRole('status', { name: 'Messages of Atelier' })).toContainText(
      '“hat” is a folder',
    );
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(look.pictures).toHaveAttribute('data-total', String(inside.length));
  });

  await test.step('by pasting into the search box', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 64);
      const brush = canvas.getContext('2d');
      if (brush === null) throw new Error('no canvas');
      brush.fillStyle = '#36c';
      brush.fillRect(8, 8, 48, 48);
      const png = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    });
    await look.box.getByRole('img').click();
    await look.asked(() => page.keyboard.press('Control+V'));
    await expect(look.pictures).toHaveAttribute('data-total', String(inside.length));
  });

  await test.step('a camera that may not be used is explained', async () => {
    await context.clearPermissions();
    await page.getByRole('button', { name: 'Use camera' }).click();
    await expect(page.getByRole('alert')).toContainText('allow the camera');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('by camera', async () => {
    await context.grantPermissions(['camera']);
    await page.getByRole('button', { name: 'Use camera' }).click();
    await look.asked(() => page.getByRole('button', { name: 'Search by this picture' }).click());
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await look.hits()).toHaveLength(inside.length);
  });

  await test.step('a broken file is named, and the results stay', async () => {
    const before = await look.queryId();
    await input.setInputFiles({
      name: 'torn.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('no picture'),
    });
    await expect(page.getByRole('alert')).toContainText('torn.jpg');
    await look.answered(before);
    await look.searchByPicture(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  await test.step('Back leads to it, but after a reload it is gone, and the page says so', async () => {
    await page.goBack();
    await expect(look.box.getByRole('img')).toHaveAttribute('alt', /camera picture/);
    await page.reload();
    await expect(page.getByRole('note')).toContainText('was not kept');
    await expect(look.results).toHaveCount(0);
  });
});
