import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';
import { SpeechService, whyNoService } from './speech-service.ts';

const why = whyNoService();
test.skip(why !== '', `no stand-in of the speech service on this machine: ${why}`);

let service: SpeechService;
test.beforeEach(async () => {
  service = await SpeechService.start();
});
test.afterEach(() => service.close());

/** The page in a browser whose recogniser speaks to the stand-in. */
const withService = (url: string, use: (doorbell: DoorbellPage) => Promise<void>): Promise<void> =>
  withMicrophone(
    babble(7, 9),
    async (context) => {
      const doorbell = new DoorbellPage(await context.newPage());
      await doorbell.open(url);
      await doorbell.recordFor(4);
      await use(doorbell);
    },
    { args: service.args },
  );

test('no sound leaves before the answer nor after “Not now”; after “Allow” it does, and the words come', async ({
  site,
}) => {
  service.answer = {
    kind: 'words',
    interim: 'it is anna',
    final: 'it is anna miller with a bloody parcel',
  };
  await withService(site.url, async (doorbell) => {
    const { page } = doorbell;
    await page.getByRole('textbox', { name: 'Words to know' }).fill('Ana Müller');
    await page.getByRole('textbox', { name: 'Words to hide' }).fill('bloody');
    await page.getByRole('textbox', { name: 'Words to hide' }).blur();
    const question = page.getByRole('dialog', { name: 'Allow sending audio' });

    // Nobody answers: the visit goes on without.
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(question).toBeVisible();
    await doorbell.newest();
    await page.keyboard.press('Escape');
    await expect(question).toBeHidden();
    expect(service.asked).toEqual([]);

    await doorbell.ring('Not now');
    await expect(doorbell.messages).toHaveCount(2);
    await doorbell.newest();
    // It is remembered: nobody is asked again.
    await page.reload();
    await doorbell.ready();
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(doorbell.messages).toHaveCount(3);
    const unheard = await doorbell.newest();
    await expect(unheard).toContainText('Nothing in the list “Transcribe with” can write this down');
    await expect(question).toBeHidden();
    expect(service.asked).toEqual([]);
    expect(service.bytes).toBe(0);

    await page.getByRole('button', { name: 'Allow sending audio' }).click();
    await question.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(page.getByText('It is anna.')).toBeVisible();
    await expect(doorbell.messages).toHaveCount(4);
    const message = await doorbell.newest();
    const transcript = message.getByRole('textbox', { name: 'Transcript' });
    await expect(transcript).toHaveValue('It is Ana Müller with a *** parcel.');
    expect(service.bytes).toBeGreaterThan(0);

    // Taken back, nothing leaves any more.
    await page.getByRole('button', { name: 'Do not send audio any more' }).click();
    const before = service.asked.length;
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(doorbell.messages).toHaveCount(5);
    await doorbell.newest();
    expect(service.asked).toHaveLength(before);
  });
});

test('a recording is transcribed again by an engine that was allowed later', async ({ site }) => {
  service.answer = { kind: 'words', interim: 'hello', final: 'hello is anybody there' };
  await withService(site.url, async (doorbell) => {
    await doorbell.ring('Not now');
    const message = await doorbell.newest();
    await doorbell.page.getByRole('button', { name: 'Allow sending audio' }).click();
    await doorbell.page.getByRole('dialog').getByRole('button', { name: 'Allow', exact: true }).click();
    await message.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(message.getByRole('textbox', { name: 'Transcript' })).toHaveValue(
      'Hello is anybody there.',
      {
        timeout: 30_000,
      },
    );
  });
});

test('consent that is taken back while somebody speaks ends the sending at once; the visit goes on', async ({
  site,
}) => {
  service.answer = { kind: 'words', interim: 'it is anna', final: 'it is anna miller' };
  await withService(site.url, async (doorbell) => {
    const { page } = doorbell;
    await doorbell.recordFor(60);
    await page.getByRole('button', { name: 'Allow sending audio' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Allow', exact: true }).click();
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(page.getByText('It is anna.')).toBeVisible({ timeout: 20_000 });
    expect(service.uploads).toBe(1);
    await page.getByRole('button', { name: 'Do not send audio any more' }).click();
    await expect.poll(() => service.uploads).toBe(0);
    const before = service.bytes;
    // Words that came by what may not be used any more are gone.
    await expect(page.getByText('It is anna.')).toBeHidden();
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const message = await doorbell.newest();
    expect(service.bytes).toBe(before);
    await expect(message).toContainText('Nothing in the list');
    await expect(message.locator('audio')).toHaveCount(1);
  });
});

test('a browser whose recogniser hears the microphone only is never given a recording', async ({ site }) => {
  service.answer = { kind: 'words', interim: 'hello', final: 'hello is anybody there' };
  await withService(site.url, async (doorbell) => {
    const { page } = doorbell;
    // As it is where `start` knows no track: in Safari, and in Chrome before 135.
    await page.addInitScript(() => {
      for (const name of ['SpeechRecognition', 'webkitSpeechRecognition'] as const)
        Reflect.deleteProperty((globalThis as unknown as Record<string, object>)[name] ?? {}, 'available');
    });
    await page.reload();
    await doorbell.ready();
    await doorbell.ring('Not now');
    const message = await doorbell.newest();
    await page.getByRole('button', { name: 'Allow sending audio' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Allow', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Do not send audio any more' })).toBeVisible();
    await message.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(page.getByText('No engine in the list')).toBeVisible();
    expect(service.asked).toEqual([]);
    // Who speaks at the microphone is heard.
    await page.getByRole('button', { name: 'Ring now' }).click();
    await expect(doorbell.messages).toHaveCount(2);
    const second = await doorbell.newest();
    await expect(second.getByRole('textbox', { name: 'Transcript' })).toHaveValue('Hello is anybody there.');
  });
});
