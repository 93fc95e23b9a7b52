import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const countHeld = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
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
    // No pause after a visit: who would be announced twice is.
    localStorage.setItem('atelier-doorbell-trigger', JSON.stringify({ holdOffSec: 0 }));
  });

const UNPLUGS_A_ROUND = 4;

test('pulled out and plugged in at any moment while visitors come, stay and go: always connected again, none lost, none doubled, nothing stays open', async ({
  site,
}) => {
  const rounds = process.env.ATELIER_LONG === undefined ? 2 : Math.ceil(50 / UNPLUGS_A_ROUND);
  test.setTimeout(60_000 + rounds * 90_000);
  const folder = mkdtempSync(join(tmpdir(), 'atelier-curves-'));
  const curve = (name: string, lines: string): readonly string[] => {
    const file = join(folder, name);
    writeFileSync(file, lines);
    return ['--simulate', file, '--rate', '15'];
  };
  // Somebody comes after a second, and stays; was there already; nobody is there.
  const comes = curve('comes.csv', '0,250\n1,250\n1.8,80\n3600,80\n');
  const stays = curve('stays.csv', '0,80\n3600,80\n');
  const empty = curve('empty.csv', '0,250\n3600,250\n');
  const random = randomBy(3);
  try {
    const { page, status, messages } = await connected(cable, site.url, empty, { prepare: countHeld });
    const held = (): Promise<Held> => page.evaluate(() => Reflect.get(window, 'held') as Held);
    const isConnected = async (name: string): Promise<void> => {
      await expect(status).toHaveText(new RegExp(`Connected by cable to ${name}: \\d+ cm`), {
        timeout: 60_000,
      });
      expect(await held()).toEqual({ ports: 1, readers: 1 });
    };
    let plugs = 0;
    const replug = async (what: readonly string[], darkMs: number): Promise<string> => {
      await cable.unplug();
      await page.waitForTimeout(darkMs);
      plugs += 1;
      await cable.plug([...what, '--name', `Door ${plugs}`]);
      return `Door ${plugs}`;
    };
    await isConnected('Test door');
    for (let round = 1; round <= rounds; round += 1) {
      // Pulled out before somebody comes, while they come, before or after they are announced.
      await replug(comes, 1500 * random());
      await page.waitForTimeout(4500 * random());
      // Dark for longer or shorter than the trigger bears in mind what was there.
      await isConnected(await replug(stays, 4500 * random()));
      await expect(messages).toHaveCount(round, { timeout: 30_000 });
      // Once more during the visit or after it: who stays is the same visitor.
      await page.waitForTimeout(12_000 * random());
      await isConnected(await replug(stays, 4500 * random()));
      await expect(page.getByText('the last visitor is still there')).toBeVisible({ timeout: 60_000 });
      await isConnected(await replug(empty, 1500 * random()));
      await expect(page.getByText('Nobody is there.')).toBeVisible({ timeout: 60_000 });
      await expect(messages).toHaveCount(round);
    }
    await expect(messages.first()).toHaveAttribute('data-state', 'failed');
    console.log(
      `${plugs} times pulled out and plugged in, ${rounds} visitors: ${await messages.count()} visits`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
