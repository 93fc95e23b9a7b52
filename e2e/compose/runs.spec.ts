import type { Page } from '@playwright/test';
import { ComposePage, storedPiece } from '../support/compose.ts';
import { expect, insecure, test } from '../support/site.ts';

/** Begins a run and waits until some of it is on the roll. */
async function beginRun(page: Page): Promise<void> {
  await page.getByRole('spinbutton', { name: 'Edits at once' }).fill('1');
  await page.getByRole('spinbutton', { name: 'Edits at once' }).press('Enter');
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const bar = page.getByRole('progressbar', { name: 'Composing' });
  await expect
    .poll(async () => Number(await bar.getAttribute('data-done')), { intervals: [20], timeout: 30_000 })
    .toBeGreaterThan(40);
}

test('what a run has made stays with its piece when another one is opened meanwhile', async ({
  page,
  site,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
  await page.getByRole('button', { name: 'Copy a link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await compose.melody(/Ode to Joy/);
  const tune = await compose.count();
  await beginRun(page);
  await page.getByRole('main').evaluate((main) => (main.dataset.mark = 'the same'));
  await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Frère Jacques');
  // In the page that is there: a link does not open it anew.
  await expect(page.getByRole('main')).toHaveAttribute('data-mark', 'the same');
  await expect(compose.roll).toHaveAttribute('data-notes', '32');
  await expect(compose.status).toHaveText('32 notes, 0 added, 0 removed');
  await expect(page.getByRole('list', { name: 'History' }).getByRole('listitem')).toHaveCount(0);
  // The run's own piece has what the run had made, and its version.
  await page
    .getByRole('list', { name: 'Compositions' })
    .getByRole('button', { name: /Ode to Joy/ })
    .first()
    .click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Ode to Joy');
  expect(await compose.count()).toBeGreaterThan(tune);
  await expect(page.getByRole('list', { name: 'History' }).getByRole('listitem')).toHaveCount(2);
});

test('a run that a reload cuts off leaves what it had made', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const tune = await compose.count();
  await beginRun(page);
  // What is kept is a second old at most.
  await expect
    .poll(() => storedPiece(page).then(({ notes }) => notes), { timeout: 20_000 })
    .toBeGreaterThan(tune);
  await page.reload();
  await compose.ready();
  expect(await compose.count()).toBeGreaterThan(tune);
  // Leaving the page keeps all of it.
  await beginRun(page);
  const before = await compose.count();
  await page.getByRole('link', { name: 'Look', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Look' })).toBeVisible();
  await page.goBack();
  await compose.ready();
  expect(await compose.count()).toBeGreaterThanOrEqual(before);
});

test('erase and fill leaves what is locked, and what was there is back when the network cannot come', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.notes();
  await page.route('**/models/ar-cnn/**', (route) => route.abort());
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Erase and fill' }).click();
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 30_000 });
  expect(await compose.notes()).toEqual(before);
  await page.unroute('**/models/ar-cnn/**');
  // Once more is the same thing once more, not a run over everything: the locked soprano stays.
  await page.getByRole('button', { name: 'Lock Soprano' }).click();
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('progressbar', { name: 'Composing' })).toBeHidden({ timeout: 60_000 });
  await expect(page.getByRole('list', { name: 'History' }).getByRole('listitem')).not.toHaveCount(0);
  const after = await compose.notes();
  for (const note of before) expect(after).toContainEqual(note);
});

test('a gap that is filled ends where its box ends', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  // Four notes of two bars each.
  await page.getByRole('combobox', { name: 'Length of new notes' }).selectOption('16');
  await compose.roll.focus();
  await page.keyboard.press('Enter');
  await expect(compose.roll).toHaveAttribute('data-notes', '1');
  const length = (): Promise<number[]> =>
    compose.notes().then((notes) => notes.filter(({ by }) => by !== 'network').map((note) => note.length));
  expect(await length()).toEqual([16]);
  // A box over the second half of the bar.
  const canvas = compose.roll.locator('canvas');
  await canvas.scrollIntoViewIfNeeded();
  const { width, height } = (await canvas.boundingBox()) ?? { width: 0, height: 0 };
  const step = (width - 44) / 128;
  await page.getByRole('radio', { name: 'Select' }).check({ force: true });
  await canvas.hover({ position: { x: 44 + 17.5 * step, y: 4 } });
  await page.mouse.down();
  await canvas.hover({ position: { x: 44 + 8.5 * step, y: height - 4 } });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Erase and fill' }).click();
  await expect(page.getByRole('progressbar', { name: 'Composing' })).toBeHidden({ timeout: 60_000 });
  await expect(compose.status).toHaveText(/^\d+ notes?, [1-9]\d* added/);
  expect(await length()).toEqual([8]);
});

test('the steps of a run can be gone through again when one comes back to its version', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.set('Iterations', 24);
  await compose.compose();
  const steps = page.getByRole('slider', { name: 'Steps of this run' });
  await expect(steps).toHaveValue('24');
  const after = await compose.count();
  await page.getByRole('button', { name: 'Go to Before the first run' }).click();
  await expect(steps).toHaveCount(0);
  await page.getByRole('button', { name: 'A/B' }).click();
  await expect(compose.roll).toHaveAttribute('data-notes', String(after));
  await expect(steps).toHaveValue('24');
  await compose.set('Steps of this run', 0);
  await expect(compose.status).toHaveText(/, 0 added, 0 removed$/);
});

test('a change by hand is not lost by going to another version', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('button', { name: 'Keep a version' }).click();
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+ArrowUp');
  await page.getByRole('button', { name: 'Keep a version' }).click();
  await page.keyboard.press('Alt+ArrowUp');
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+ArrowUp');
  const byHand = await compose.notes();
  await compose.roll.focus();
  await page.keyboard.press('b');
  expect(await compose.notes()).not.toEqual(byHand);
  await page.keyboard.press('b');
  expect(await compose.notes()).toEqual(byHand);
  const history = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(history).toHaveCount(3);
  // The same music is not kept twice.
  await page.getByRole('button', { name: 'Keep a version' }).click();
  await expect(history).toHaveCount(3);
  // One that is deleted can come back.
  await page.getByRole('button', { name: 'Delete Version 1' }).click();
  await expect(history).toHaveCount(2);
  await page
    .getByRole('status', { name: 'Messages of Atelier' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(history).toHaveCount(3);
  // A star, a name and a deletion are steps of undo as all else is; the notes stay as they are.
  const undo = page.getByRole('main').getByRole('button', { name: 'Undo' });
  const name = history.first().getByRole('textbox', { name: 'Name of this version' });
  const old = await name.inputValue();
  await history
    .first()
    .getByRole('button', { name: /^Star / })
    .click();
  await name.fill('The one');
  await name.press('Enter');
  await page.getByRole('button', { name: 'Delete The one' }).click();
  await expect(history).toHaveCount(2);
  const messages = page.getByRole('status', { name: 'Messages of Atelier' });
  await expect(messages).toContainText('“The one” is deleted.');
  await undo.click();
  await expect(messages).not.toContainText('“The one” is deleted.');
  await expect(name).toHaveValue('The one');
  await undo.click();
  await expect(name).toHaveValue(old);
  await undo.click();
  await expect(history.first().getByRole('button', { name: /^Star / })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await page.getByRole('main').getByRole('button', { name: 'Redo' }).click();
  await expect(history.first().getByRole('button', { name: /^Unstar / })).toBeVisible();
  expect(await compose.notes()).toEqual(byHand);
});

test('each single step draws anew', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.notes();
  const STEPS = 6;
  for (let step = 1; step <= STEPS; step += 1) {
    await page.getByRole('button', { name: 'Step once' }).click();
    await expect(page.getByText('Steps of this run 1 of 1')).toBeVisible({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Undo' }).and(page.locator(':enabled')).first().waitFor();
    await expect
      .poll(async () => (await compose.notes()).reduce((cells, { length }) => cells + length, 0))
      .toBe(before.reduce((cells, { length }) => cells + length, 0) + step);
  }
  const bars = (await compose.notes())
    .filter(({ by }) => by === 'network')
    .map(({ start }) => /bar \d+/.exec(start)?.[0]);
  // With one random number for all of them they stood in one bar.
  expect(new Set(bars).size).toBeGreaterThan(1);
});

test('Compose opens where the page is no secure context', async ({ page, serve }) => {
  const site = await serve({});
  const compose = new ComposePage(page);
  await compose.open(insecure(site.url));
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await compose.melody(/Ode to Joy/);
  await page.reload();
  await compose.ready();
  await expect(compose.roll).toHaveAttribute('data-notes', '30');
});
