import { type Page } from '@playwright/test';
import { babble, DoorbellPage, RATE, withMicrophone } from '../support/doorbell.ts';
import { expect, recordRequests, test } from '../support/site.ts';
import { speech } from '../support/speech.ts';

const hearing = (page: Page) => page.getByRole('status', { name: 'Voice at the microphone' });
const hearsVoice = (page: Page) => page.getByRole('switch', { name: 'Voice at the microphone' });
const endsEarlier = (page: Page) =>
  page.getByRole('switch', { name: 'End earlier when the visitor is silent' });

/** Arms sound and microphone; a question about sending sound is answered with no. */
async function start({ page }: DoorbellPage): Promise<void> {
  await page.getByRole('button', { name: 'Start the doorbell' }).click();
  const question = page.getByRole('dialog', { name: 'Allow sending audio' });
  await expect(page.getByRole('heading', { name: 'The doorbell is on' }).or(question).first()).toBeVisible();
  if (await question.isVisible()) await question.getByRole('button', { name: 'Not now' }).click();
}

/** What is said, once a quarter of a minute. */
const SAID = speech('parcel', 2, 14);

test('somebody who speaks begins a visit, the recording ends when they have said all; also without a network', async ({
  site,
}) => {
  await withMicrophone(SAID, async (context) => {
    const requested = recordRequests(context);
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await doorbell.recordFor(30);
    // Nothing of it is fetched before somebody wants it.
    expect(requested.filter((address) => /silero|ort-wasm/.test(address))).toEqual([]);
    await hearsVoice(page).click();
    await endsEarlier(page).click();
    await expect(page.locator('[data-silence-by="network"]')).toBeVisible({ timeout: 30_000 });
    await expect(hearing(page)).toContainText('once the doorbell was started');
    await start(doorbell);
    await expect(hearing(page)).toContainText('It listens');
    const message = await doorbell.newest();
    await expect(doorbell.messages).toHaveCount(1);
    const sec = (await doorbell.sound(message)).length / RATE;
    // Said in 2.5 seconds, after two of silence; three more end it. Without that it lasts 30.
    expect(sec).toBeGreaterThan(4);
    expect(sec).toBeLessThan(20);
    // The pause after a visit holds.
    await expect(hearing(page)).toContainText('the pause after the last visit', { timeout: 20_000 });

    // It is kept: everything goes on without the site.
    await page.evaluate(() =>
      localStorage.setItem('atelier-doorbell-trigger', JSON.stringify({ holdOffSec: 0 })),
    );
    await context.setOffline(true);
    await page.reload();
    await doorbell.ready();
    await start(doorbell);
    await expect(doorbell.messages).toHaveCount(2, { timeout: 40_000 });
    await doorbell.newest();
    expect(
      requested.filter((address) => !address.startsWith(site.url) && !address.startsWith('blob:')),
    ).toEqual([]);
  });
});

test('noise is no visitor, and does not keep a recording from ending', async ({ site }) => {
  const noise = speech('parcel', 30, 1);
  // A fan that grows louder by and by: by its level alone it would be a voice.
  let state = 1;
  for (let i = 0; i < 30 * RATE; i += 1) {
    state = (1_664_525 * state + 1_013_904_223) >>> 0;
    const loud = i % (4 * RATE) < 2 * RATE ? 0.01 : 0.1;
    noise[i] = loud * (state / 2 ** 31 - 1);
  }
  await withMicrophone(noise, async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await hearsVoice(page).click();
    await expect(hearing(page)).not.toContainText('is not here yet', { timeout: 30_000 });
    await start(doorbell);
    await expect(hearing(page)).toContainText('Nobody speaks');
    const meter = page.getByRole('meter', { name: 'Voice' });
    const from = Date.now();
    // Louder and softer, three times over.
    await expect
      .poll(
        async () => {
          expect(Number(await meter.getAttribute('aria-valuenow'))).toBeLessThan(50);
          return Date.now() - from;
        },
        { intervals: [200], timeout: 30_000 },
      )
      .toBeGreaterThan(12_000);
    await expect(doorbell.messages).toHaveCount(0);
    // Then somebody speaks.
    await expect(doorbell.messages).toHaveCount(1, { timeout: 40_000 });
  });
});

test('in the quiet hours nobody is announced; switched off, the microphone is given back', async ({
  site,
}) => {
  await withMicrophone(speech('parcel', 1, 2), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await page.addInitScript(() => {
      localStorage.setItem(
        'atelier-doorbell-trigger',
        JSON.stringify({ quiet: { fromMinute: 0, toMinute: 1439 } }),
      );
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        Reflect.set(window, 'lastStream', stream);
        return stream;
      };
    });
    await doorbell.open(site.url);
    await hearsVoice(page).click();
    await start(doorbell);
    await expect(hearing(page)).toContainText('quiet hours', { timeout: 30_000 });
    const meter = page.getByRole('meter', { name: 'Voice' });
    await expect(meter).toHaveAttribute('aria-valuetext', 'somebody speaks', { timeout: 20_000 });
    await expect(doorbell.messages).toHaveCount(0);
    await hearsVoice(page).click();
    await expect
      .poll(() =>
        page.evaluate(() =>
          (Reflect.get(window, 'lastStream') as MediaStream).getTracks().map((track) => track.readyState),
        ),
      )
      .toEqual(['ended']);
  });
});

test('without the network’s file the level decides, and the page says so', async ({ site }) => {
  const said = babble(4, 71);
  const all = new Float32Array(said.length + 12 * RATE);
  all.set(said, RATE);
  await withMicrophone(all, async (context) => {
    await context.route(/silero-vad\//, (route) => route.abort());
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(30);
    await endsEarlier(page).click();
    await expect(page.locator('[data-silence-by="level"]')).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('silero-vad');
    await doorbell.ring();
    const sec = (await doorbell.sound(await doorbell.newest())).length / RATE;
    expect(sec).toBeGreaterThan(4);
    expect(sec).toBeLessThan(20);
  });
});
