import { ComposePage, bytesOf } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test('a melody is reworked, not a note of it is lost, and what came out goes out as MIDI and in again', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const melody = await compose.notes();
  await compose.set('Iterations', 100);
  await compose.set('Melody to remove, at most', 0);
  await compose.compose();
  await expect(compose.status).toHaveText(/^\d+ notes, \d+ added, 0 removed$/);
  const made = await compose.notes();
  for (const note of melody) expect(made).toContainEqual(note);
  expect(made.length).toBeGreaterThan(melody.length);
  expect(made.some(({ by }) => by === 'network')).toBe(true);

  const download = await compose.saved('Export MIDI');
  expect(download.suggestedFilename()).toBe('Ode to Joy.mid');
  const bytes = await bytesOf(download);
  await page
    .getByLabel('Open a MIDI file')
    .setInputFiles({ name: 'again.mid', mimeType: 'audio/midi', buffer: bytes });
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('again');
  const read = await compose.notes();
  const plain = (rows: typeof read) => rows.map(({ pitch, start, length }) => ({ pitch, start, length }));
  expect(plain(read)).toEqual(plain(made));
});

test('the same seed gives the same notes; a run is one step of undo; its steps can be gone through', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
  const before = await compose.notes();
  await compose.set('Iterations', 60);
  await compose.compose();
  const first = await compose.notes();
  await compose.set('Steps of this run', 0);
  expect(await compose.notes()).toEqual(before);
  await compose.set('Steps of this run', 60);
  expect(await compose.notes()).toEqual(first);
  // The scrubbing is one step, the run another.
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await compose.notes()).toEqual(before);
  await compose.compose();
  expect(await compose.notes()).toEqual(first);
  const history = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(history.first()).toBeVisible();
  await page.getByRole('button', { name: /^Go to Before the first run/ }).click();
  expect(await compose.notes()).toEqual(before);
  await page.keyboard.press('b');
  await expect.poll(() => compose.count()).toBe(first.length);
  // What is on the roll still knows its version after a reload.
  await page.reload();
  await compose.ready();
  await expect(
    history.and(page.locator('[aria-current=true]')).getByRole('textbox', { name: 'Name of this version' }),
  ).toHaveValue('Harmonise, seed 7');
  await page.keyboard.press('b');
  await expect(compose.roll).toHaveAttribute('data-notes', String(before.length));
  expect(await compose.notes()).toEqual(before);
});

test('Stop composing keeps what there is', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.count();
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const bar = page.getByRole('progressbar', { name: 'Composing' });
  await expect
    .poll(async () => Number(await bar.getAttribute('data-done')), { intervals: [20] })
    .toBeGreaterThan(8);
  await page.getByRole('button', { name: 'Stop composing' }).click();
  await expect(bar).toBeHidden();
  await expect(compose.status).toHaveText(/^\d+ notes, [1-9]\d* added, 0 removed$/);
  expect(await compose.count()).toBeGreaterThan(before);
});

test('what it thinks is shown cell by cell, and an erased region is filled again', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('button', { name: 'See what it thinks' }).click();
  await expect(page.getByText(/Warm cells are those it would flip next/)).toBeVisible({ timeout: 30_000 });
  await compose.roll.hover({ position: { x: 300, y: 200 } });
  await expect(page.getByText(/% of what it would flip next/)).toBeVisible();
  await page.getByRole('button', { name: 'See what it thinks' }).click();

  await page.getByRole('radio', { name: 'Select' }).check({ force: true });
  await compose.roll.hover({ position: { x: 60, y: 100 } });
  await page.mouse.down();
  await compose.roll.hover({ position: { x: 250, y: 400 } });
  await page.mouse.up();
  await expect(page.getByText(/^Bars 1–/)).toBeVisible();
  await page.getByRole('button', { name: 'Erase and fill' }).click();
  await expect(page.getByRole('progressbar', { name: 'Composing' })).toBeHidden({ timeout: 60_000 });
  await expect(compose.status).toHaveText(/^\d+ notes, [1-9]\d* added, 0 removed$/);
  expect((await compose.notes()).some(({ by }) => by === 'network')).toBe(true);
});

test('a note drawn after a run is no step of it; a gap that is filled leaves locks and settings as they were', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.set('Iterations', 40);
  await compose.compose();
  const steps = page.getByRole('slider', { name: 'Steps of this run' });
  await expect(steps).toBeVisible();
  const made = await compose.count();
  await compose.roll.focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Enter');
  await expect(compose.roll).toHaveAttribute('data-notes', String(made + 1));
  await expect(steps).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(steps).toBeVisible();

  await page.getByRole('radio', { name: 'Select' }).check({ force: true });
  await compose.roll.hover({ position: { x: 60, y: 100 } });
  await page.mouse.down();
  await compose.roll.hover({ position: { x: 250, y: 400 } });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Erase and fill' }).click();
  await expect(page.getByRole('button', { name: 'Compose', exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('combobox', { name: 'Preset' })).toHaveValue('harmonise');
  await expect(page.getByRole('slider', { name: 'Iterations' })).toHaveValue('40');
});

for (const reducedMotion of ['no-preference', 'reduce'] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    test(`notes and what it thinks are seen on the roll: ${colorScheme}, motion ${reducedMotion}`, async ({
      page,
      site,
    }) => {
      await page.emulateMedia({ reducedMotion, colorScheme });
      const compose = new ComposePage(page);
      await compose.open(site.url);
      /** How many pixels of the roll have another colour than its most frequent one, right of the keys. */
      const marks = (): Promise<number> =>
        compose.roll.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
          const context = canvas.getContext('2d');
          const left = Math.ceil(canvas.width / 10);
          const { data } = context?.getImageData(left, 0, canvas.width - left, canvas.height) ?? { data: [] };
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            // Accent and ember are green and orange; paper, lines and stripes are nearly grey.
            const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]];
            if (Math.max(r, g, b) - Math.min(r, g, b) > 40) count += 1;
          }
          return count;
        });
      expect(await marks()).toBe(0);
      await compose.melody(/Ode to Joy/);
      await expect.poll(marks).toBeGreaterThan(2000);
      const notes = await marks();
      await page.getByRole('button', { name: 'See what it thinks' }).click();
      await expect.poll(marks, { timeout: 30_000 }).toBeGreaterThan(1.5 * notes);
      await page.getByRole('button', { name: 'See what it thinks' }).click();
      await expect.poll(marks).toBe(notes);
    });
