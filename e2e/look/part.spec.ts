import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

// A dialog that is still rising into its place would be measured where it does not stay.
test.use({ hasTouch: true, contextOptions: { reducedMotion: 'reduce' } });

test('a part of a picture: by mouse, by touch, by keys', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1));
  const whole = await look.searchByPicture(2);
  const wholeHits = await look.hits();
  const dialog = page.getByRole('dialog', { name: 'Search by a part' });
  const canvas = dialog.getByRole('application');
  const search = dialog.getByRole('button', { name: 'Search by this part' });
  const open = async (): Promise<{ x: number; y: number; width: number; height: number }> => {
    await look.box.getByRole('button', { name: 'Part of it' }).click();
    await expect(canvas.getByRole('img')).toHaveJSProperty('complete', true);
    const box = await canvas.boundingBox();
    if (box === null) throw new Error('the picture has no size');
    return box;
  };

  await test.step('dragged with the mouse; the picture itself is no result', async () => {
    const { x, y, width, height } = await open();
    await page.mouse.move(x + width * 0.1, y + height * 0.2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.4, y + height * 0.5, { steps: 3 });
    await page.mouse.up();
    await expect(canvas).toHaveAccessibleName('The part: from 10, 20 percent, 30 by 30 percent');
    await look.asked(() => search.click());
    const hits = await look.hits();
    expect(hits.map(({ id }) => String(id))).not.toContain(whole);
    expect(hits.map(({ similarity }) => similarity)).not.toEqual(
      wholeHits.map(({ similarity }) => similarity),
    );
    await expect(look.box.getByRole('img')).toHaveAttribute('alt', /a part of/);
  });

  await test.step('by keys, and Cancel asks nothing', async () => {
    const before = await look.queryId();
    await open();
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(canvas).toHaveAccessibleName('The part: from 12, 22 percent, 32 by 32 percent');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    expect(await look.queryId()).toBe(before);
  });

  await test.step('dragged with a finger', async () => {
    const { x, y, width, height } = await open();
    const session = await page.context().newCDPSession(page);
    const touch = (type: string, shares?: readonly [number, number]): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: shares === undefined ? [] : [{ x: x + width * shares[0], y: y + height * shares[1] }],
      });
    await touch('touchStart', [0.5, 0.5]);
    await touch('touchMove', [0.7, 0.8]);
    await touch('touchMove', [0.9, 0.9]);
    await touch('touchEnd');
    await expect(canvas).toHaveAccessibleName('The part: from 50, 50 percent, 40 by 40 percent');
    await look.asked(() => search.click());
  });

  await test.step('the whole picture as a part is nearly the picture', async () => {
    await look.searchByPicture(2);
    const { x, y, width, height } = await open();
    await page.mouse.move(x + 1, y + 1);
    await page.mouse.down();
    await page.mouse.move(x + width - 1, y + height - 1, { steps: 3 });
    await page.mouse.up();
    await look.asked(() => search.click());
    const [best] = await look.hits();
    const same = wholeHits.find(({ id }) => id === best?.id);
    expect(Math.abs((same?.similarity ?? 0) - (best?.similarity ?? 1))).toBeLessThan(0.15);
  });
});

test('a part is about the part', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.open(site.url);
  // Two photographs side by side in one picture; its halves should find their own photograph.
  const [left = '', right = ''] = samplePictures(1).filter((_, index) => index === 2 || index === 7);
  await look.add([left, right, ...samplePictures(1).slice(3, 6)]);
  await look.ready(5);
  const bytes = await page.evaluate(async () => {
    const shown = [...document.querySelectorAll<HTMLImageElement>('[aria-label="Pictures"] img')].slice(0, 2);
    await Promise.all(shown.map((image) => image.decode()));
    const canvas = new OffscreenCanvas(640, 320);
    const brush = canvas.getContext('2d');
    shown.forEach((image, index) => brush?.drawImage(image, index * 320, 0, 320, 320));
    const png = await canvas.convertToBlob({ type: 'image/png' });
    return [...new Uint8Array(await png.arrayBuffer())];
  });
  const pair = { name: 'pair.png', mimeType: 'image/png', buffer: Buffer.from(bytes) };
  const names = await look.pictures
    .getByRole('listitem')
    .evaluateAll((items) => items.slice(0, 2).map((item) => (item as HTMLElement).dataset.name ?? ''));

  for (const side of [0, 1]) {
    await look.asked(() => page.getByLabel('Search by picture').setInputFiles(pair));
    await look.box.getByRole('button', { name: 'Part of it' }).click();
    const canvas = page.getByRole('application');
    await expect(canvas.getByRole('img')).toHaveJSProperty('complete', true);
    const box = await canvas.boundingBox();
    if (box === null) throw new Error('the picture has no size');
    await page.mouse.move(box.x + box.width * (side * 0.5 + 0.01), box.y + box.height * 0.02);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * (side * 0.5 + 0.49), box.y + box.height * 0.98, { steps: 3 });
    await page.mouse.up();
    await look.asked(() => page.getByRole('button', { name: 'Search by this part' }).click());
    expect((await look.hits())[0]?.name).toBe(names[side]);
  }
});
