import { babble, DoorbellPage } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';
import { speech } from '../support/speech.ts';
import { ARTICLE_PAUSE_SEC, follow, setUp, start } from './article.ts';
import { Hall, whyNoHall } from './hall.ts';
import { chooseDevices, Radio, whyNoRadio } from './radio.ts';

const why = whyNoRadio();
test.skip(why !== '', `no Bluetooth on this machine: ${why}`);

const EMPTY = ['--simulate', 'empty', '--rate', '15'];

let radio: Radio;
let hall: Hall | undefined;
test.beforeEach(() => {
  radio = new Radio();
});
test.afterEach(async () => {
  await radio.close();
  // After the browser, which ends with its bus.
  await hall?.close();
  hall = undefined;
});

async function opened(
  url: string,
  remembers: boolean,
  voice = babble(7, 51),
  within?: Hall,
): Promise<DoorbellPage> {
  const { args = [] } = test.info().project.use.launchOptions ?? {};
  const context = await radio.browser(voice, remembers, {
    args: [...args, ...(within?.args ?? [])],
    env: within?.env ?? {},
  });
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.open(url);
  await chooseDevices(doorbell.page);
  return doorbell;
}

const connect = ({ page }: DoorbellPage): Promise<void> =>
  page.getByRole('button', { name: 'Connect by Bluetooth' }).click();
const isConnected = ({ status }: DoorbellPage, name: string): Promise<void> =>
  expect(status).toHaveText(new RegExp(`Connected by Bluetooth to ${name}`), { timeout: 60_000 });

test('a visitor comes nearer: seen by the script over Bluetooth, greeted, recorded, written down on the device, told, kept', async ({
  site,
}) => {
  const whyNot = whyNoHall();
  test.skip(whyNot !== '', `nobody to speak or to be told on this machine: ${whyNot}`);
  await radio.start();
  hall = new Hall();
  await hall.start();
  const voice = speech('parcel', 0, ARTICLE_PAUSE_SEC);
  const doorbell = await opened(site.url, true, voice, hall);
  await setUp(doorbell, 'names and set phrases');
  await start(doorbell, 'Not now');
  await radio.switchOn('Radio door', ['--simulate', 'visit', '--rate', '15']);
  await connect(doorbell);
  await isConnected(doorbell, 'Radio door');
  const message = await follow(doorbell, hall, voice, /this is Ana Miller with a parcel/, () =>
    radio.switchOff(),
  );
  await expect(message).toContainText(/(7|8|9|1\d)\d cm/);
});

test('out of reach, switched off, reloaded: it is always connected again, by itself', async ({ site }) => {
  await radio.start();
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
  // Nobody said that the link carries more.
  expect(radio.air.lines.filter((line) => line.startsWith('longest'))).toEqual(['longest 20']);
  await expect(doorbell.messages).toHaveCount(0);
});

test('a browser that remembers no devices has one button after a reload: Reconnect, with the name', async ({
  site,
}) => {
  await radio.start();
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

test('a name that does not fit is cut between two letters; who is refused says so, and tries again', async () => {
  await radio.start('--refusals', '2');
  // Nine letters of two bytes, and one that would be the 19th to the 22nd byte.
  await radio.switchOn('ÄÖÜÄÖÜÄÖÜ🚪 links', EMPTY, 'ÄÖÜÄÖÜÄÖÜ');
  expect(radio.air.count('not-advertised')).toBe(2);
});

test('a link that carries more takes a line in one piece, again after it broke off', async ({ site }) => {
  const name = 'Radio door with a long name';
  await radio.start('--mtu', '185');
  await radio.switchOn(name, EMPTY, name.slice(0, 20));
  const doorbell = await opened(site.url, true);
  await connect(doorbell);
  await isConnected(doorbell, name);
  await radio.air.say('drop');
  await radio.air.until('acquired', 2);
  await isConnected(doorbell, name);
  const hello = `{"v":1,"t":5000,"hello":"${name}","fw":"1.0.0","crc":"0000"}\n`;
  const longest = radio.air.lines.findLast((line) => line.startsWith('longest '))?.slice(8);
  expect(Number(longest)).toBeGreaterThanOrEqual(hello.length - 4);
  await expect(doorbell.page.getByText(/wrong check sum|of something else/)).toHaveCount(0);
});
