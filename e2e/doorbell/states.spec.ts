/**
 * The page goes, or is not looked at, in every state of a visit; a recogniser that fails in every way; no network when it is
 * to be told. In each case the visit ends, the recording or the words so far are there, and the page says what happened.
 */
import { writeFileSync } from 'node:fs';
import { type BrowserContext, type Locator } from '@playwright/test';
import { SpeechService, whyNoService } from '../devices/speech-service.ts';
import { babble, DoorbellPage, RATE, withMicrophone } from '../support/doorbell.ts';
import { Profile } from '../support/faults.ts';
import { expect, test } from '../support/site.ts';
import { wavOf } from '../support/wav.ts';

const CLOSED = 'The page was closed or reloaded during this visit.';

async function opened(context: BrowserContext, url: string): Promise<DoorbellPage> {
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.open(url);
  return doorbell;
}

/** A greeting of a file: it takes its time, whatever voices the machine has. */
async function greetFor({ page }: DoorbellPage, seconds: number): Promise<void> {
  const buffer = Buffer.from(wavOf(babble(seconds, 101), RATE));
  await page.getByLabel('Open a sound file').setInputFiles({ name: 'g.wav', mimeType: 'audio/wav', buffer });
  await expect(page.getByLabel('Recorded greeting', { exact: true })).toBeVisible();
}

const reaches = ({ messages }: DoorbellPage, state: string): Promise<void> =>
  expect(messages.first()).toHaveAttribute('data-state', state, { timeout: 30_000 });

/** The next visit is as any other: nothing of the one before holds it up. */
async function anotherVisit(doorbell: DoorbellPage): Promise<void> {
  const before = await doorbell.messages.count();
  await doorbell.recordFor(3);
  await doorbell.ring();
  await expect(doorbell.messages).toHaveCount(before + 1);
  const message = await doorbell.newest();
  await expect(message).not.toContainText(CLOSED);
  expect((await doorbell.sound(message)).length / RATE).toBeGreaterThan(2);
}

const secondsOf = async (doorbell: DoorbellPage, message: Locator): Promise<number> =>
  (await doorbell.sound(message)).length / RATE;

test('reloaded when the visitor was seen and nothing more: the visit is in the list, and ended', async ({
  site,
}) => {
  await withMicrophone(babble(5, 102), async (context) => {
    const doorbell = await opened(context, site.url);
    const { page } = doorbell;
    // What comes after the first row of the visit does not reach the store any more: the page is about to go.
    await page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
      const { put } = IDBObjectStore.prototype;
      let isGone = false;
      IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: [unknown, IDBValidKey?]) {
        if (isGone) throw new DOMException('the page is going', 'AbortError');
        const [row] = args as [{ state?: string }];
        if (row.state === 'seen') isGone = true;
        return put.apply(this, args);
      };
    });
    await doorbell.ring();
    await expect(doorbell.status).toHaveText(/Greeting|Listening/);
    await page.reload();
    await doorbell.ready();
    const message = await doorbell.newest('failed');
    await expect(message).toContainText(CLOSED);
    await anotherVisit(doorbell);
  });
});

test('reloaded while greeting: the visit is in the list, and ended', async ({ site }) => {
  await withMicrophone(babble(5, 103), async (context) => {
    const doorbell = await opened(context, site.url);
    await greetFor(doorbell, 8);
    await doorbell.ring();
    await reaches(doorbell, 'greeting');
    await doorbell.page.reload();
    await doorbell.ready();
    await expect(await doorbell.newest('failed')).toContainText(CLOSED);
    await doorbell.page.getByRole('button', { name: 'Delete the recorded greeting' }).click();
    await anotherVisit(doorbell);
  });
});

test('reloaded while listening: what was said until then is there', async ({ site }) => {
  await withMicrophone(babble(5, 5), async (context) => {
    const doorbell = await opened(context, site.url);
    const { page } = doorbell;
    await doorbell.ring();
    await reaches(doorbell, 'listening');
    // Two parts are in the store by then.
    await expect
      .poll(async () => page.locator('.figures').filter({ hasText: / s$/ }).textContent())
      .toMatch(/^1[0-8] s$/);
    await page.reload();
    await doorbell.ready();
    const message = await doorbell.newest();
    await expect(message).toContainText(CLOSED);
    expect(await secondsOf(doorbell, message)).toBeGreaterThan(1);
    await anotherVisit(doorbell);
  });
});

test('reloaded while it is told: it is told, with its recording', async ({ site }) => {
  await withMicrophone(
    babble(5, 104),
    async (context) => {
      await context.grantPermissions(['notifications'], { origin: new URL(site.url).origin });
      const doorbell = await opened(context, site.url);
      const { page } = doorbell;
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.getByRole('switch', { name: 'Notify me' }).click();
      await doorbell.recordFor(3);
      // A system that is slow to show it.
      await page.evaluate(() => {
        ServiceWorkerRegistration.prototype.showNotification = () => new Promise(() => undefined);
      });
      await doorbell.ring();
      await expect(doorbell.status).toHaveText(/Telling you/, { timeout: 30_000 });
      await page.reload();
      await doorbell.ready();
      const message = await doorbell.newest();
      expect(await secondsOf(doorbell, message)).toBeGreaterThan(2);
      await anotherVisit(doorbell);
    },
    { hasProfile: true },
  );
});

test('a tab that nobody looks at: the visit goes its way, and its recording is whole', async ({ site }) => {
  const voice = test.info().outputPath('voice.wav');
  writeFileSync(voice, wavOf(babble(7, 105), RATE));
  const profile = await Profile.create();
  try {
    const context = await profile.launch({
      args: ['--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${voice}`],
      isWatched: false,
    });
    const doorbell = await opened(context, site.url);
    const { page } = doorbell;
    await doorbell.recordFor(6);
    await doorbell.ring();
    await reaches(doorbell, 'listening');
    const other = await context.newPage();
    await other.bringToFront();
    await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
    await expect
      .poll(() => doorbell.messages.first().getAttribute('data-state'), { timeout: 40_000 })
      .toBe('told');
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    await page.bringToFront();
    const message = await doorbell.newest();
    const seconds = await secondsOf(doorbell, message);
    expect(seconds).toBeGreaterThan(5.5);
    // Timers of such a tab come once a second.
    expect(seconds).toBeLessThan(8.5);
    await anotherVisit(doorbell);
  } finally {
    await profile.remove();
  }
});

test('no network when it is to be told: it waits, and says so; the recording is there', async ({ site }) => {
  await withMicrophone(babble(5, 106), async (context) => {
    const doorbell = await opened(context, `${site.url}connected.html`);
    const { page } = doorbell;
    await doorbell.recordFor(3);
    await page.getByRole('combobox', { name: 'Send messages' }).selectOption('webhook');
    const address = page.getByRole('textbox', { name: 'Webhook address' });
    await address.fill(`${site.url}hook`);
    await address.blur();
    await page.getByRole('button', { name: 'Allow sending messages' }).click();
    await expect(page.getByText('You allowed sending messages')).toBeVisible();
    await context.setOffline(true);
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(message.locator('[data-relay]')).toHaveAttribute('data-relay', 'waiting');
    await expect(message).toContainText('no connection to it');
    expect(await secondsOf(doorbell, message)).toBeGreaterThan(2);
  });
});

test.describe('the recogniser', () => {
  const why = whyNoService();
  test.skip(why !== '', `no stand-in of the speech service on this machine: ${why}`);
  let service: SpeechService;
  test.beforeEach(async () => {
    service = await SpeechService.start();
  });
  test.afterEach(() => service.close());

  for (const [kind, words] of [
    ['nothing', 'No words were heard in the recording.'],
    ['error', 'The recording could not be transcribed.'],
    ['never', 'The recording could not be transcribed.'],
  ] as const)
    test(`that answers with ${kind}: the visit ends, the recording is there`, async ({ site }) => {
      service.answer = { kind };
      await withMicrophone(
        babble(7, 107),
        async (context) => {
          const doorbell = await opened(context, site.url);
          await doorbell.recordFor(4);
          await doorbell.ring('Allow');
          const message = await doorbell.newest();
          await expect(message).toContainText(words);
          expect(await secondsOf(doorbell, message)).toBeGreaterThan(3);
          await expect(doorbell.page.getByRole('button', { name: 'Ring now' })).toBeEnabled();
        },
        { args: service.args },
      );
    });

  test('that is at work when the page is reloaded: the recording is there, and is transcribed again', async ({
    site,
  }) => {
    service.answer = { kind: 'never' };
    await withMicrophone(
      babble(7, 108),
      async (context) => {
        const doorbell = await opened(context, site.url);
        await doorbell.recordFor(4);
        await doorbell.ring('Allow');
        await reaches(doorbell, 'transcribing');
        await doorbell.page.reload();
        await doorbell.ready();
        const message = await doorbell.newest();
        await expect(message).toContainText(CLOSED);
        expect(await secondsOf(doorbell, message)).toBeGreaterThan(3);
        service.answer = { kind: 'words', interim: 'hello', final: 'hello is anybody there' };
        await message.getByRole('button', { name: 'Transcribe again' }).click();
        await expect(message.getByRole('textbox', { name: 'Transcript' })).toHaveValue(
          'Hello is anybody there.',
          {
            timeout: 30_000,
          },
        );
      },
      { args: service.args },
    );
  });
});
