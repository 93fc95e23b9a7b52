import { babble, DoorbellPage, RATE, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';
import { wavOf } from '../support/wav.ts';

const NOT_SPOKEN = 'this browser could not speak it';
const FILE_SEC = 3;

test('a greeting is recorded by the microphone, kept by language, played to a visitor, deleted and brought back', async ({
  site,
}) => {
  await withMicrophone(babble(5, 41), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(3);
    const language = page.getByRole('combobox', { name: 'Language', exact: true });
    await language.selectOption('en-GB');
    const own = page.getByLabel('Recorded greeting', { exact: true });
    await page.getByRole('button', { name: 'Record a greeting' }).click();
    await expect(page.getByText(/^2\.\d s$/)).toBeVisible();
    await page.getByRole('button', { name: 'Stop recording the greeting' }).click();
    await expect(own).toHaveAttribute('src', /^blob:/);
    await expect
      .poll(() =>
        own.evaluate((audio: HTMLAudioElement) => audio.buffered.length > 0 || audio.readyState > 0),
      )
      .toBe(true);

    await page.reload();
    await doorbell.ready();
    await expect(own).toBeVisible();
    await doorbell.ring();
    await expect(await doorbell.newest()).not.toContainText(NOT_SPOKEN);

    await language.selectOption('fr-CA');
    await expect(own).toBeHidden();
    await language.selectOption('en-GB');
    await expect(own).toBeVisible();
    await page.getByRole('button', { name: 'Delete the recorded greeting' }).click();
    await expect(own).toBeHidden();
    await page
      .getByRole('status', { name: 'Messages of Atelier' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(own).toBeVisible();
  });
});

test('a sound file is a greeting: played to its end, carried by the saved file; anything else is refused by name', async ({
  site,
}) => {
  let saved = '';
  await withMicrophone(babble(5, 42), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(3);
    const open = page.getByLabel('Open a sound file');
    await open.setInputFiles({ name: 'notes.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') });
    await expect(page.getByRole('alert')).toContainText('notes.wav is no sound');
    const sound = { mimeType: 'audio/wav', name: 'long.wav' };
    await open.setInputFiles({ ...sound, buffer: Buffer.from(wavOf(babble(26, 43), RATE)) });
    await expect(page.getByRole('alert')).toContainText('long.wav lasts 26 seconds');
    await open.setInputFiles({ ...sound, buffer: Buffer.from(wavOf(babble(FILE_SEC, 44), RATE)) });
    await expect(page.getByLabel('Recorded greeting', { exact: true })).toBeVisible();
    await expect(page.getByRole('alert')).toBeHidden();

    await doorbell.ring();
    await expect(doorbell.status).toHaveText(/Greeting/);
    const from = Date.now();
    await expect(doorbell.status).toHaveText(/Listening/);
    expect(Date.now() - from).toBeGreaterThan((FILE_SEC - 1) * 1000);
    await expect(await doorbell.newest()).not.toContainText(NOT_SPOKEN);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ]);
    saved = test.info().outputPath('messages.zip');
    await download.saveAs(saved);
  });
  await withMicrophone(babble(5, 42), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    await doorbell.open(site.url);
    await doorbell.page.getByLabel('Open a file').setInputFiles(saved);
    await expect(doorbell.messages).toHaveCount(1);
    await expect(doorbell.page.getByLabel('Recorded greeting', { exact: true })).toBeVisible();
  });
});

test('what one visitor said is not read out to the next one', async ({ site }) => {
  await withMicrophone(babble(5, 45), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    // A voice that goes on until it is told to stop; a real one writes to a file at once.
    await page.addInitScript(() => {
      const log: string[] = [];
      const voice = { name: 'Slow', lang: 'en-GB', default: true, localService: true, voiceURI: 'slow' };
      const slow = Object.assign(new EventTarget(), {
        getVoices: () => [voice],
        speak: (said: SpeechSynthesisUtterance) => {
          log.push('speaks');
          said.dispatchEvent(new Event('start'));
        },
        cancel: () => log.push('is silent'),
      });
      Object.defineProperty(globalThis, 'speechSynthesis', { value: slow });
      Object.defineProperty(SpeechSynthesisUtterance.prototype, 'voice', { value: null, writable: true });
      Object.assign(globalThis, { log });
    });
    const log = (): Promise<string[]> =>
      page.evaluate(() => (globalThis as unknown as { log: string[] }).log);
    await doorbell.open(site.url);
    await doorbell.recordFor(3);
    await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('en-GB');
    await page.getByLabel('Open a sound file').setInputFiles({
      mimeType: 'audio/wav',
      name: 'greeting.wav',
      buffer: Buffer.from(wavOf(babble(1, 46), RATE)),
    });
    await expect(page.getByLabel('Recorded greeting', { exact: true })).toBeVisible();
    await page.getByRole('switch', { name: 'Read out what was said' }).click();
    await doorbell.ring();
    await doorbell.newest();
    await expect.poll(async () => (await log()).at(-1)).toBe('speaks');
    await doorbell.ring();
    await expect(doorbell.status).toHaveText(/Listening/);
    expect((await log()).at(-1)).toBe('is silent');
  });
});
