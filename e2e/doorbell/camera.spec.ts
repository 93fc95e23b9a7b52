import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, recordRequests, test } from '../support/site.ts';

const WIDTH = 320;
const HEIGHT = 240;
const FRAMES_A_SECOND = 10;

/** A video without colours; `level` gives the grey of a point of a frame, 0 … 255. */
function y4m(seconds: number, level: (x: number, y: number, sec: number) => number): Buffer {
  const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n`)];
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  for (let frame = 0; frame < seconds * FRAMES_A_SECOND; frame += 1) {
    const grey = Buffer.alloc(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y += 1)
      for (let x = 0; x < WIDTH; x += 1)
        grey[y * WIDTH + x] = Math.max(0, Math.min(255, Math.round(level(x, y, frame / FRAMES_A_SECOND))));
    parts.push(Buffer.from('FRAME\n'), grey, colour);
  }
  return Buffer.concat(parts);
}

/** A wall with a door, and the noise of a cheap camera. */
const place = (x: number, y: number): number =>
  (x > 100 && x < 200 && y > 40 ? 80 : 150) + 6 * (Math.random() - 0.5);

/** The page before a camera that sees a video over and over. */
async function beforeCamera(
  video: Buffer,
  url: string,
  use: (doorbell: DoorbellPage, requested: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-camera-'));
  const file = join(folder, 'door.y4m');
  writeFileSync(file, video);
  try {
    await withMicrophone(
      babble(5, 81),
      async (context) => {
        const requested = recordRequests(context);
        const doorbell = new DoorbellPage(await context.newPage());
        await doorbell.open(url);
        await doorbell.recordFor(3);
        await use(doorbell, requested);
      },
      { args: [`--use-file-for-fake-video-capture=${file}`] },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const looking = ({ page }: DoorbellPage) => page.getByRole('status', { name: 'Movement at the camera' });
const seesMovement = ({ page }: DoorbellPage) => page.getByRole('switch', { name: 'Movement at the camera' });

test('somebody who walks in begins one visit; nothing of the picture is kept or sent; switched off, the camera is off', async ({
  site,
}) => {
  test.slow();
  // Six seconds of nobody, then somebody who stays about.
  const video = y4m(30, (x, y, sec) => {
    const at = 40 + 120 * Math.abs(Math.sin((sec - 6) / 2));
    return sec > 6 && x > at && x < at + 60 && y > 60 ? 30 : place(x, y);
  });
  await beforeCamera(video, site.url, async (doorbell, requested) => {
    const { page } = doorbell;
    await page.getByRole('button', { name: 'Start the doorbell' }).click();
    const question = page.getByRole('dialog', { name: 'Allow sending audio' });
    await expect(
      page.getByRole('heading', { name: 'The doorbell is on' }).or(question).first(),
    ).toBeVisible();
    if (await question.isVisible()) await question.getByRole('button', { name: 'Not now' }).click();
    await expect(seesMovement(doorbell)).not.toBeChecked();
    await seesMovement(doorbell).click();
    await expect(looking(doorbell)).toContainText('Nothing moves', { timeout: 20_000 });
    await expect(page.getByRole('img', { name: 'The camera’s picture: nothing moves' })).toBeVisible();
    await expect(doorbell.messages).toHaveCount(1, { timeout: 30_000 });
    await expect(page.getByRole('img', { name: 'The camera’s picture: something moves' })).toBeVisible();
    const message = await doorbell.newest();
    await expect(message.locator('audio')).toHaveCount(1);
    await message.locator('[data-player]').scrollIntoViewIfNeeded();
    await expect(message.locator('[data-player="waveform"]')).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
    // Who stays is announced once.
    await expect(looking(doorbell)).toContainText(/still there|the pause after the last visit/);
    await expect(doorbell.messages).toHaveCount(1);
    const kept = await page.evaluate(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name);
      return { names, caches: await caches.keys() };
    });
    expect(kept.names).not.toContain(expect.stringMatching(/camera|motion|video/));
    expect(
      requested.filter((address) => !address.startsWith(site.url) && !address.startsWith('blob:')),
    ).toEqual([]);
    await page.reload();
    await doorbell.ready();
    await expect(seesMovement(doorbell)).toBeChecked();
    await expect(looking(doorbell)).toHaveAttribute('data-looking', 'true');
    await seesMovement(doorbell).click();
    await expect(looking(doorbell)).toBeHidden();
    await expect(page.getByRole('img', { name: /The camera’s picture/ })).toBeHidden();
  });
});

test('nobody, with a light that is switched on and off, begins no visit', async ({ site }) => {
  test.slow();
  const video = y4m(12, (x, y, sec) => (sec > 4 && sec < 8 ? 1.3 : 1) * place(x, y));
  await beforeCamera(video, site.url, async (doorbell) => {
    await seesMovement(doorbell).click();
    await expect(looking(doorbell)).toContainText('Nothing moves', { timeout: 20_000 });
    const from = Date.now();
    // The light has been on and off twice by then.
    await expect
      .poll(
        async () => {
          await expect(looking(doorbell)).toHaveText('It looks. Nothing moves.');
          return Date.now() - from;
        },
        { intervals: [150], timeout: 60_000 },
      )
      .toBeGreaterThan(24_000);
    await expect(doorbell.messages).toHaveCount(0);
  });
});

test('a camera that is refused is said, with what to do', async ({ page, site }) => {
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  await seesMovement(doorbell).click();
  await expect(page.getByRole('alert')).toContainText('not allowed to use the camera');
});
