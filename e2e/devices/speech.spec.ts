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
