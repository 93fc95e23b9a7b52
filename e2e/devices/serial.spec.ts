import { type Page } from '@playwright/test';
import { babble, DoorbellPage, likeness } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';
import { SerialCable, whyNoSerial } from './serial-cable.ts';

const why = whyNoSerial();
test.skip(why !== '', `no serial cable on this machine: ${why}`);

let cable: SerialCable;
test.beforeEach(() => {
  cable = new SerialCable();
});
test.afterEach(() => cable.close());

/** The page of somebody who connected the sensor on an earlier visit. */
async function connected(
  url: string,
  simulation: readonly string[],
  voice = babble(7, 2),
): Promise<DoorbellPage> {
  const launch = test.info().project.use.launchOptions ?? {};
  const context = await cable.browser(new URL(url).origin, simulation, voice, {
    ...(launch.args === undefined ? {} : { args: launch.args }),
  });
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.page.addInitScript(() => {
    const link = { via: 'cable', name: '', keep: true, cable: {}, baudRate: 115_200 };
    localStorage.setItem('atelier-doorbell-link', JSON.stringify(link));
  });
  await doorbell.open(url);
  await expect(doorbell.status).toHaveText(/Connected by cable to Test door/);
  return doorbell;
}

const distanceOf = async (page: Page): Promise<number> =>
  Number(await page.getByRole('meter', { name: 'Distance' }).getAttribute('aria-valuenow'));

test('a visitor comes nearer: seen by the sensor on the cable, recorded, kept', async ({ site }) => {
  const voice = babble(9, 21);
  const curve = ['--simulate', 'visit', '--rate', '15', '--name', 'Test door'];
  const doorbell = await connected(site.url, curve, voice);
  const { page } = doorbell;
  await doorbell.recordFor(4);
  await page.getByRole('button', { name: 'Start the doorbell' }).click();
  const question = page.getByRole('dialog', { name: 'Allow sending audio' });
  await expect(page.getByRole('heading', { name: 'The doorbell is on' }).or(question).first()).toBeVisible();
  if (await question.isVisible()) await question.getByRole('button', { name: 'Not now' }).click();
  await expect.poll(() => distanceOf(page), { timeout: 20_000 }).toBeLessThan(100);
  const message = await doorbell.newest();
  await expect(message).toContainText(/(7|8|9|1\d)\d cm/);
  expect(likeness(voice, await doorbell.sound(message))).toBeGreaterThanOrEqual(0.95);
  // Who stays is announced once.
  await expect(page.getByText('the last visitor is still there')).toBeVisible();
  await expect(doorbell.messages).toHaveCount(1);
  await page.reload();
  await doorbell.newest();
  await expect(doorbell.status).toHaveText(/Connected by cable to Test door/);
});

test('who comes before the doorbell was started sees the greeting, and is kept as not armed', async ({
  site,
}) => {
  const doorbell = await connected(site.url, ['--simulate', 'visit', '--rate', '15', '--name', 'Test door']);
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

test('pulled out and plugged in again five times, it is always connected again', async ({ site }) => {
  const still = ['--simulate', 'empty', '--rate', '30', '--name'];
  const doorbell = await connected(site.url, [...still, 'Test door']);
  for (let round = 1; round <= 5; round += 1) {
    await cable.unplug();
    await cable.plug([...still, `Door ${round}`]);
    await expect(doorbell.status).toHaveText(`Connected by cable to Door ${round}: nothing in range.`, {
      timeout: 60_000,
    });
  }
  await expect(doorbell.messages).toHaveCount(0);
});
