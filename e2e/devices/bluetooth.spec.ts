import { babble, DoorbellPage, likeness } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';
import { chooseDevices, Radio, whyNoRadio } from './radio.ts';

const why = whyNoRadio();
test.skip(why !== '', `no Bluetooth on this machine: ${why}`);

const EMPTY = ['--simulate', 'empty', '--rate', '15'];

let radio: Radio;
test.beforeEach(async () => {
  radio = new Radio();
  await radio.start();
});
test.afterEach(() => radio.close());

async function opened(url: string, remembers: boolean, voice = babble(7, 51)): Promise<DoorbellPage> {
  const context = await radio.browser(voice, remembers, test.info().project.use.launchOptions ?? {});
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.open(url);
  await chooseDevices(doorbell.page);
  return doorbell;
}

const connect = ({ page }: DoorbellPage): Promise<void> =>
  page.getByRole('button', { name: 'Connect by Bluetooth' }).click();
const isConnected = ({ status }: DoorbellPage, name: string): Promise<void> =>
  expect(status).toHaveText(new RegExp(`Connected by Bluetooth to ${name}`), { timeout: 60_000 });

test('a visitor comes nearer: seen by the script over Bluetooth, recorded, kept', async ({ site }) => {
  const voice = babble(9, 52);
  const doorbell = await opened(site.url, true, voice);
  const { page } = doorbell;
  await doorbell.recordFor(4);
  await page.getByRole('button', { name: 'Start the doorbell' }).click();
  const question = page.getByRole('dialog', { name: 'Allow sending audio' });
  await expect(page.getByRole('heading', { name: 'The doorbell is on' }).or(question).first()).toBeVisible();
  if (await question.isVisible()) await question.getByRole('button', { name: 'Not now' }).click();
  await radio.switchOn('Radio door', ['--simulate', 'visit', '--rate', '15']);
  await connect(doorbell);
  await isConnected(doorbell, 'Radio door');
  const message = await doorbell.newest();
  await expect(message).toContainText(/(7|8|9|1\d)\d cm/);
  expect(likeness(voice, await doorbell.sound(message))).toBeGreaterThanOrEqual(0.95);
});

test('out of reach, switched off, reloaded: it is always connected again, by itself', async ({ site }) => {
  await radio.switchOn('Radio door', EMPTY);
  const doorbell = await opened(site.url, true);
  await connect(doorbell);
  await isConnected(doorbell, 'Radio door');

  await radio.air.say('drop');
  await radio.air.until('connected', 2);
  await isConnected(doorbell, 'Radio door');

  await radio.air.say('away');
  // It is tried again and again, and the page says what to do.
  await radio.air.until('refused', 2);
  await expect(doorbell.page.getByText('Radio door is not in reach.')).toBeVisible();
  await radio.air.say('back');
  await radio.air.until('connected', 3);
  await isConnected(doorbell, 'Radio door');

  await radio.switchOff();
  await radio.air.until('switched-off');
  await radio.switchOn('Radio door 2', EMPTY);
  await isConnected(doorbell, 'Radio door 2');

  await doorbell.page.reload();
  await doorbell.ready();
  await isConnected(doorbell, 'Radio door 2');
  await expect(doorbell.messages).toHaveCount(0);
});

test('a browser that remembers no devices has one button after a reload: Reconnect, with the name', async ({
  site,
}) => {
  await radio.switchOn('Radio door', EMPTY);
  const doorbell = await opened(site.url, false);
  expect(await doorbell.page.evaluate(() => 'getDevices' in navigator.bluetooth)).toBe(false);
  await connect(doorbell);
  await isConnected(doorbell, 'Radio door');
  await doorbell.page.reload();
  await doorbell.ready();
  await doorbell.page.getByRole('button', { name: 'Reconnect Radio door' }).click();
  await isConnected(doorbell, 'Radio door');
});
