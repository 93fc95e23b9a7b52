import { ComposePage, bytesOf } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

/** Focuses what has this name with the Tab key alone. */
async function tabTo({ page }: ComposePage, name: RegExp, backwards = false): Promise<void> {
  // No page has so many stops: going on would be going round.
  const MOST = 400;
  for (let stop = 0; stop < MOST; stop += 1) {
    await page.keyboard.press(backwards ? 'Shift+Tab' : 'Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
      return (element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '').trim();
    });
    if (name.test(found)) return;
  }
  throw new Error(`no stop of the Tab key is named ${name}`);
}

test('a melody is written, harmonised and exported by the keyboard alone', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await tabTo(compose, /^Piano roll$/);
  // Four quarters upward from middle C.
  for (let note = 0; note < 4; note += 1) {
    await page.keyboard.press('Enter');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
  }
  await expect(compose.roll).toHaveAttribute('data-notes', '4');
  const melody = await compose.notes();
  expect(melody.map(({ pitch }) => pitch)).toEqual([60, 62, 64, 66]);

  await tabTo(compose, /^Iterations/);
  await page.keyboard.press('Home');
  for (let edit = 1; edit < 40; edit += 1) await page.keyboard.press('ArrowRight');
  // It stands above the roll.
  await tabTo(compose, /^Compose$/, true);
  await page.keyboard.press('Enter');
  await expect(compose.status).toHaveText(/^\d+ notes?, [1-9]\d* added, 0 removed/, { timeout: 60_000 });
  const made = await compose.notes();
  for (const note of melody) expect(made).toContainEqual(note);

  await tabTo(compose, /^Export MIDI$/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect((await bytesOf(download)).subarray(0, 4).toString('latin1')).toBe('MThd');
});

test('notes that are selected become louder or softer together, and go up an octave; each is a step of undo', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.notes();
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  const bar = page.getByRole('group', { name: 'Selected notes' });
  await expect(bar).toContainText(`${before.length} notes`);
  const loudness = page.getByRole('spinbutton', { name: /^Velocity of / }).first();
  const first = Number(await loudness.inputValue());
  const slider = bar.getByRole('slider', { name: 'Velocity of the selected notes' });
  const mean = Number(await slider.inputValue());
  await slider.fill(String(mean + 20));
  await expect(loudness).toHaveValue(String(Math.min(127, first + 20)));
  await bar.getByRole('button', { name: 'Octave up' }).click();
  expect((await compose.notes()).map(({ pitch }) => pitch)).toEqual(before.map(({ pitch }) => pitch + 12));
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await compose.notes()).toEqual(before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(loudness).toHaveValue(String(first));
});

test('a voice that is locked stays as it is when all may go, and is free again afterwards', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const melody = await compose.notes();
  const lock = page.getByRole('button', { name: 'Lock Soprano' });
  await expect(page.getByRole('button', { name: 'Lock Bass' })).toBeDisabled();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Run wild' });
  await compose.set('Iterations', 150);
  await lock.click();
  await expect(lock).toHaveAttribute('aria-pressed', 'true');
  await compose.compose();
  await compose.set('Steps of this run', 150);
  for (const note of melody) {
    const same = (await compose.notes()).filter(
      ({ pitch, start }) => pitch === note.pitch && start === note.start,
    );
    expect(same).toHaveLength(1);
  }
  await compose.set('Steps of this run', 0);
  // The lock goes along with its notes.
  await compose.roll.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(lock).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(lock).toHaveAttribute('aria-pressed', 'true');
  await lock.click();
  await expect(lock).toHaveAttribute('aria-pressed', 'false');
  await compose.compose();
  await expect(compose.status).toHaveText(/[1-9]\d* removed/);
});

test('Space ticks a box that has the focus, and plays everywhere else', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.notes();
  const play = page.getByRole('button', { name: 'Play', exact: true });
  for (const box of [
    page.getByRole('checkbox', { name: 'Metronome' }),
    page.getByRole('checkbox', { name: 'Snap' }),
    page.getByRole('checkbox', { name: /^Select / }).first(),
  ]) {
    const before = await box.isChecked();
    await box.focus();
    await page.keyboard.press('Space');
    await expect(box).toBeChecked({ checked: !before });
    await expect(play).toBeVisible();
  }
  await compose.roll.focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Stop playing' })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(play).toBeVisible();
});

test('a low density writes fewer notes than a high one', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const added = async (density: number): Promise<number> => {
    await compose.set('Iterations', 800);
    await compose.set('Density', density);
    await compose.compose();
    const [, count] = /(\d+) added/.exec((await compose.status.textContent()) ?? '') ?? [];
    await compose.set('Steps of this run', 0);
    return Number(count);
  };
  const thin = await added(1.5);
  const full = await added(4);
  expect(full).toBeGreaterThan(1.5 * thin);
});

test('the roll is a PNG of twice its size', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const download = await compose.saved('Export PNG');
  expect(download.suggestedFilename()).toBe('Ode to Joy.png');
  const bytes = await bytesOf(download);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  const bars = 128;
  expect(bytes.readUInt32BE(16)).toBe(bars * 8 * 2);
});

test('five octaves of keys are in view on a desktop', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await page.setViewportSize({ width: 1280, height: 900 });
  await compose.open(site.url);
  const keys = page.getByRole('group', { name: 'Piano keys' });
  await keys.scrollIntoViewIfNeeded();
  for (const name of ['C2', 'B6'])
    await expect(keys.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 0.9 });
});
