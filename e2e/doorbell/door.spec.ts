import AxeBuilder from '@axe-core/playwright';
import { type Locator, type Page } from '@playwright/test';
import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';

const LONG = 'Please say who you are, what it is about, and whether anything is to be left here. '.repeat(5);
const SIZES = [
  { width: 800, height: 1280 },
  { width: 390, height: 844 },
  { width: 360, height: 640 },
  { width: 800, height: 480 },
  { width: 1280, height: 600 },
] as const;

/** Whole in the window: nobody scrolls at a door. */
async function expectWhole(page: Page, part: Locator): Promise<void> {
  const box = await part.boundingBox();
  const { width, height } = await page.evaluate(() => {
    const { clientWidth, clientHeight } = document.documentElement;
    return { width: clientWidth, height: clientHeight };
  });
  if (box === null) throw new Error('it is not shown');
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.y).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(width);
  expect(box.y + box.height).toBeLessThanOrEqual(height);
}

test('the door view fits every screen, speaks the language of its greeting, and is there after a reload', async ({
  site,
}) => {
  await withMicrophone(babble(7, 51), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(60);
    await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('de-DE');
    await page.getByRole('button', { name: 'Start the doorbell' }).click();
    await expect(page.getByRole('heading', { name: 'The doorbell is on' })).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: 'Door view' }).click();
    const door = page.getByRole('dialog', { name: 'Door view' });
    await expect(door.getByRole('button', { name: 'Klingeln' })).toBeVisible();

    // The messages are not behind it, and after a reload neither.
    await expect(page.getByRole('button', { name: 'Ring now' })).toBeHidden();
    await page.reload();
    const start = door.getByRole('button', { name: 'Start the doorbell' });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await expectWhole(page, start);
      await expectWhole(page, door.getByRole('button', { name: 'Klingeln' }));
      const box = await start.boundingBox();
      expect((box?.width ?? 0) / size.width).toBeGreaterThan(0.75);
    }
    await start.click();
    await expect(start).toBeHidden();
    await door.getByRole('button', { name: 'Klingeln' }).click();
    const said = door.getByRole('button', { name: 'Ich habe alles gesagt' });
    await expect(said).toBeVisible();
    await expect(door.getByRole('list', { name: 'Steps of the visit' })).toContainText('Bitte sprechen');
    // Nobody asks a visitor what may be sent.
    await expect(door.getByRole('dialog')).toBeHidden();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const part of [
        said,
        door.getByRole('img'),
        door.getByRole('list'),
        door.getByText(/^Hallo! Gerade/),
      ])
        await expectWhole(page, part);
    }
    for (const [size, colorScheme] of [
      [SIZES[0], 'light'],
      [SIZES[1], 'dark'],
    ] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
    await said.click();
    await expect(door.getByRole('button', { name: 'Klingeln' })).toBeVisible();

    // A long greeting scrolls in its place; what is pressed stays.
    await door.getByRole('button', { name: 'Leave the door view' }).click();
    await page.getByRole('textbox', { name: 'Greeting' }).fill(LONG);
    await page.getByRole('textbox', { name: 'Greeting' }).blur();
    await page.getByRole('button', { name: 'Door view' }).click();
    await door.getByRole('button', { name: 'Klingeln' }).click();
    await expect(said).toBeVisible();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await expectWhole(page, said);
      await expectWhole(page, door.getByRole('region', { name: 'Greeting' }));
    }
    await said.click();
  });
});

test('who was armed before a reload finds one large button', async ({ site }) => {
  await withMicrophone(babble(7, 52), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await page.setViewportSize({ width: 390, height: 844 });
    await doorbell.open(site.url);
    const start = page.getByRole('button', { name: 'Start the doorbell' });
    await start.click();
    await expect(page.getByRole('heading', { name: 'The doorbell is on' })).toBeVisible();
    await page.reload();
    await doorbell.ready();
    const box = await start.boundingBox();
    expect(box?.height).toBeGreaterThan(844 / 3);
    expect(box?.width).toBeGreaterThan(300);
    await start.click();
    await page.getByRole('button', { name: 'Switch it off' }).click();
    await page.reload();
    await doorbell.ready();
    expect((await start.boundingBox())?.height).toBeLessThan(100);
  });
});

test('the question what may be sent covers nothing, keeps the focus, and gives it back', async ({ site }) => {
  await withMicrophone(babble(7, 53), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(30);
    const ring = page.getByRole('button', { name: 'Ring now' });
    await ring.focus();
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Allow sending audio' });
    await expect(question).toBeVisible();
    // On the question, not on an answer: a second press answers nothing.
    await expect(question).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(question).toBeVisible();
    // The visit goes on beside it.
    await expect(page.getByRole('button', { name: 'Stop recording' })).toBeVisible();
    await expect(page.getByText(/^2[0-8] s$/)).toBeVisible({ timeout: 20_000 });
    await page.keyboard.press('Escape');
    await expect(question).toBeHidden();
    await expect(ring).toBeFocused();
    await page.getByRole('button', { name: 'Stop recording' }).focus();
    await page.keyboard.press('Enter');
    await doorbell.newest();
    await expect(ring).toBeFocused();

    // On a phone it stands above the visit, which stays in reach; at the door nobody is asked.
    await page.setViewportSize({ width: 390, height: 844 });
    await ring.click();
    await expect(question).toBeVisible();
    const stop = page.getByRole('button', { name: 'Stop recording' });
    await expect(stop).toBeVisible();
    await expect(page.getByText(/^2[0-8] s$/)).toBeVisible({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Door view' }).click();
    await expect(question).toBeHidden();
    await page.getByRole('button', { name: 'Leave the door view' }).click();
    await expect(question).toBeHidden();
    await stop.click();
    await expect(doorbell.messages).toHaveCount(2);
    await doorbell.newest();
  });
});

test('beside a tab that is the doorbell the door view says so, and rings nothing', async ({ site }) => {
  await withMicrophone(babble(7, 54), async (context) => {
    const first = new DoorbellPage(await context.newPage());
    await first.open(site.url);
    const second = new DoorbellPage(await context.newPage());
    await second.page.goto(`${site.url}#/doorbell`);
    await expect(second.page.getByText('Another tab of this browser is the doorbell')).toBeVisible();
    await first.page.reload();
    await expect(second.page.getByText('Another tab of this browser is the doorbell')).toBeHidden();
    await expect(first.page.getByText('Another tab of this browser is the doorbell')).toBeVisible();
    await first.page.evaluate(() => sessionStorage.setItem('atelier-doorbell-tab', 'door'));
    await first.page.reload();
    const door = first.page.getByRole('dialog', { name: 'Door view' });
    await expect(door).toContainText('Another tab of this browser is the doorbell');
    for (const name of ['Start the doorbell', 'Ring'])
      await expect(door.getByRole('button', { name, exact: true })).toBeDisabled();
    await second.page.close();
    await expect(door.getByRole('button', { name: 'Start the doorbell' })).toBeEnabled();
  });
});

test('an edge of the band is dragged by a finger, and anywhere else the finger moves the page', async ({
  site,
  browser,
}) => {
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 600 } });
  const page = await context.newPage();
  await new DoorbellPage(page).open(site.url);
  const chart = page.locator('canvas[data-chart]');
  await chart.scrollIntoViewIfNeeded();
  const farthest = page.getByRole('spinbutton', { name: 'Farthest' });
  await expect(farthest).toHaveValue('200');
  const session = await context.newCDPSession(page);
  const scrolled = (): Promise<number> => page.evaluate(() => scrollY);
  // As a finger moves: down, in steps, up.
  const drag = async (fromY: number, toY: number, x: number): Promise<void> => {
    const point = (y: number) => [{ x, y }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: point(fromY) });
    for (let step = 1; step <= 8; step += 1)
      await session.send('Input.dispatchTouchEvent', {
        type: 'touchMove',
        touchPoints: point(fromY + ((toY - fromY) * step) / 8),
      });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  const box = await chart.boundingBox();
  if (box === null) throw new Error('no chart');
  const yAt = (cm: number): number => box.y + (1 - cm / 420) * box.height;
  const x = box.x + box.width / 2;
  const before = await scrolled();
  await drag(yAt(205), yAt(305), x);
  await expect(farthest).toHaveValue(/^(299|30[01])$/);
  expect(await scrolled()).toBe(before);
  await drag(yAt(100), yAt(100) - 150, x);
  await expect.poll(scrolled).toBeGreaterThan(before + 50);
  await expect(farthest).toHaveValue(/^(299|30[01])$/);
  await context.close();
});
