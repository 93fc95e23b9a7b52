import { type Page } from '@playwright/test';
import { randomBy } from '../support/random.ts';
import { expect, test } from '../support/site.ts';
import { speech } from '../support/speech.ts';
import { ARTICLE_PAUSE_SEC, follow, setUp, start } from './article.ts';
import { Hall, whyNoHall } from './hall.ts';
import { connected, SerialCable, whyNoSerial } from './serial-cable.ts';
import { SpeechService, whyNoService } from './speech-service.ts';

const why = whyNoSerial();
test.skip(why !== '', `no serial cable on this machine: ${why}`);

let cable: SerialCable;
let hall: Hall | undefined;
test.beforeEach(() => {
  cable = new SerialCable();
});
test.afterEach(async () => {
  await cable.close();
  // After the browser, which ends with its bus.
  await hall?.close();
  hall = undefined;
});

const distanceOf = async (page: Page): Promise<number> =>
  Number(await page.getByRole('meter', { name: 'Distance' }).getAttribute('aria-valuenow'));

test('a visitor comes nearer: seen by the sensor on the cable, greeted, recorded, written down by the browser’s service, told, kept', async ({
  site,
}) => {
  const whyNot = whyNoHall() || whyNoService();
  test.skip(whyNot !== '', `nobody to speak or to be told on this machine: ${whyNot}`);
  hall = new Hall();
  await hall.start();
  const service = await SpeechService.start();
  try {
    service.answer = { kind: 'words', interim: 'hello', final: 'hello this is ana miller with a parcel' };
    const voice = speech('parcel', 0, ARTICLE_PAUSE_SEC);
    const doorbell = await connected(cable, site.url, ['--simulate', 'empty', '--rate', '15'], {
      voice,
      args: [...hall.args, ...service.args],
      env: hall.env,
    });
    const { page } = doorbell;
    await setUp(doorbell, 'the service');
    await start(doorbell, 'Allow');
    // Nobody comes before the doorbell is on, however slow the machine is.
    await cable.unplug();
    await cable.plug(['--simulate', 'visit', '--rate', '15', '--name', 'Test door']);
    await expect.poll(() => distanceOf(page), { timeout: 60_000 }).toBeGreaterThan(240);
    await expect.poll(() => distanceOf(page), { timeout: 60_000 }).toBeLessThan(100);
    const message = await follow(
      doorbell,
      hall,
      voice,
      /^Hello this is Ana Miller with a parcel\.$/,
      async () => {
        // Who stays is announced once.
        await expect(page.getByText('the last visitor is still there')).toBeVisible();
        await expect(doorbell.messages).toHaveCount(1);
        await cable.unplug();
        await cable.plug(['--simulate', 'empty', '--rate', '15', '--name', 'Test door']);
      },
    );
    await expect(message).toContainText(/(7|8|9|1\d)\d cm/);
    expect(service.bytes).toBeGreaterThan(0);
    await expect(doorbell.status).toHaveText(/Connected by cable to Test door/);
  } finally {
    service.close();
  }
});

test('who comes before the doorbell was started sees the greeting, and is kept as not armed', async ({
  site,
}) => {
  const doorbell = await connected(cable, site.url, ['--simulate', 'visit', '--rate', '15']);
  await doorbell.page.getByRole('button', { name: 'Door view' }).click();
  await expect(doorbell.page.getByRole('dialog', { name: 'Door view' })).toContainText(
    'Nobody can come to the door',
    {
      timeout: 30_000,
    },
  );
  await doorbell.page.getByRole('button', { name: 'Leave the door view' }).click();
  await expect(await doorbell.newest('failed')).toContainText('Not armed');
});

/** Ports and readers that are open, counted where the browser gives them out. */
interface Held {
  ports: number;
  readers: number;
}

test('pulled out and plugged in again at any moment, it is always connected again, and nothing stays open', async ({
  site,
}) => {
  const rounds = process.env.ATELIER_LONG === undefined ? 5 : 50;
  test.setTimeout(60_000 + rounds * 30_000);
  const still = ['--simulate', 'empty', '--rate', '30'];
  const { page, status, messages } = await connected(cable, site.url, still, {
    prepare: (fresh) =>
      fresh.addInitScript(() => {
        const held = { ports: 0, readers: 0 };
        Reflect.set(window, 'held', held);
        const count = (owner: object, name: string, kind: keyof typeof held, by: number): void => {
          const own = Reflect.get(owner, name) as (this: unknown, ...args: unknown[]) => unknown;
          Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
            const result = own.apply(this, args);
            // Only what succeeds counts; a reader is given out at once, a port later.
            if (result instanceof Promise)
              result.then(
                () => (held[kind] += by),
                () => undefined,
              );
            else held[kind] += by;
            return result;
          });
        };
        count(SerialPort.prototype, 'open', 'ports', 1);
        count(SerialPort.prototype, 'close', 'ports', -1);
        count(ReadableStream.prototype, 'getReader', 'readers', 1);
        count(ReadableStreamDefaultReader.prototype, 'releaseLock', 'readers', -1);
      }),
  });
  const held = (): Promise<Held> => page.evaluate(() => Reflect.get(window, 'held') as Held);
  expect(await held()).toEqual({ ports: 1, readers: 1 });
  const random = randomBy(3);
  for (let round = 1; round <= rounds; round += 1) {
    // Anywhere between two readings, and between two tries of the page.
    await page.waitForTimeout(400 * random());
    await cable.unplug();
    await page.waitForTimeout(1500 * random());
    await cable.plug([...still, '--name', `Door ${round}`]);
    await expect(status).toHaveText(`Connected by cable to Door ${round}: nothing in range.`, {
      timeout: 60_000,
    });
  }
  expect(await held()).toEqual({ ports: 1, readers: 1 });
  await expect(messages).toHaveCount(0);
});
