import AxeBuilder from '@axe-core/playwright';
import { ComposePage, bytesOf } from '../support/compose.ts';
import { levelDb, listen } from '../support/ears.ts';
import { expect, test } from '../support/site.ts';

const RATE_AT = 24;
const DATA_AT = 44;

/** Power of a tone in some samples. */
function powerAt(samples: readonly number[], rate: number, hertz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / rate);
  });
  return re * re + im * im;
}

test('keys are played by mouse and by the computer’s keys, recorded as they are played', async ({
  page,
  site,
}) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  const tempo = page.getByRole('spinbutton', { name: 'Tempo' });
  await tempo.fill('240');
  await tempo.press('Enter');
  await page.getByRole('heading', { level: 1 }).click();
  // Round and round, however slow the machine is.
  await page.getByRole('button', { name: 'Loop' }).click();
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop recording' })).toBeVisible();
  await expect(compose.status).toHaveText('Recording.');
  for (const letter of ['a', 'd', 'g']) {
    await page.keyboard.down(letter);
    await expect(page.locator('.key.lit')).toHaveCount(1);
    await page.keyboard.up(letter);
  }
  for (const name of ['C4', 'E4', 'G4']) {
    await page.getByRole('button', { name, exact: true }).hover();
    await page.mouse.down();
    await expect(page.locator('.key.lit')).toHaveAttribute('aria-label', name);
    await page.mouse.up();
  }
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await expect(page.locator('.key.lit')).toHaveCount(0);
  const notes = await compose.notes();
  expect(notes.map(({ pitch }) => pitch)).toEqual([60, 64, 67, 60, 64, 67]);

  // What was played is reworked, and every note of it is in the file.
  await compose.set('Iterations', 100);
  await compose.set('Melody to remove, at most', 0);
  await compose.compose();
  await expect(compose.status).toHaveText(/^\d+ notes, \d+ added, 0 removed$/);
  const made = await compose.notes();
  for (const note of notes) expect(made).toContainEqual(note);
  expect(made.length).toBeGreaterThan(notes.length);
  // As played: what is exported is what is heard, and the grid would draw it straight.
  await compose.set('Strength of the grid', 0);
  const buffer = await bytesOf(await compose.saved('Export MIDI'));
  await page
    .getByLabel('Open a MIDI file')
    .setInputFiles({ name: 'again.mid', mimeType: 'audio/midi', buffer });
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('again');
  const places = (rows: typeof made) => rows.map(({ pitch, start }) => ({ pitch, start }));
  expect(places(await compose.notes())).toEqual(places(made));
});

test('letters play no notes and compare nothing when they are switched off, and stay so', async ({
  page,
  site,
}) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  const letters = page.getByRole('switch', { name: 'Letters play' });
  const lit = page.locator('.key.lit');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.down('a');
  await expect(lit).toHaveCount(1);
  // Switched off while one is down: it goes up.
  await letters.focus();
  await page.keyboard.press('Space');
  await expect(lit).toHaveCount(0);
  await page.keyboard.up('a');
  await page.reload();
  await compose.ready();
  await expect(letters).not.toBeChecked();
  await expect(page.getByRole('button', { name: 'A/B', exact: true })).toBeVisible();
  await page.keyboard.down('a');
  await page.keyboard.up('a');
  await letters.check();
  await page.keyboard.down('d');
  // What came of the letter before would have come by now.
  await expect(lit).toHaveAttribute('aria-label', 'E4');
  await page.keyboard.up('d');
  await expect(page.getByRole('button', { name: 'A/B B' })).toBeVisible();
});

test('the WAV holds the melody: a sound at each onset, of its pitch', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  const tempo = page.getByRole('spinbutton', { name: 'Tempo' });
  await tempo.fill('120');
  await tempo.press('Enter');
  // One note, A4, at the second beat.
  await compose.roll.focus();
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowRight');
  for (let i = 0; i < 9; i += 1) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.locator('summary').filter({ hasText: 'Mixer' }).click();
  await page.getByRole('button', { name: 'Organ', exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.getByRole('button', { name: 'Export WAV' }).click(),
  ]);
  const bytes = await bytesOf(download);
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  const rate = bytes.readUInt32LE(RATE_AT);
  const left = Array.from({ length: (bytes.length - DATA_AT) >> 2 }, (_, i) =>
    bytes.readInt16LE(DATA_AT + 4 * i),
  );
  const onset = left.findIndex((sample) => Math.abs(sample) > 20) / rate;
  // The beat lies at half a second; the limiter looks 6 ms ahead.
  expect(onset).toBeGreaterThan(0.499);
  expect(onset).toBeLessThan(0.52);
  const heard = left.slice(Math.round(0.7 * rate), Math.round(0.9 * rate));
  for (const other of [415.3, 466.2, 392])
    expect(powerAt(heard, rate, 440)).toBeGreaterThan(20 * powerAt(heard, rate, other));
});

test('every note of a roll is in its WAV: of its pitch, and of no other', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
  const tempo = page.getByRole('spinbutton', { name: 'Tempo' });
  await tempo.fill('120');
  await tempo.press('Enter');
  await page.locator('summary').filter({ hasText: 'Mixer' }).click();
  await page.getByRole('button', { name: 'Organ', exact: true }).click();
  const bytes = await bytesOf(await compose.saved('Export WAV'));
  const rate = bytes.readUInt32LE(RATE_AT);
  const left = Array.from({ length: (bytes.length - DATA_AT) >> 2 }, (_, i) =>
    bytes.readInt16LE(DATA_AT + 4 * i),
  );
  const notes = await compose.notes();
  expect(notes).toHaveLength(32);
  let beat = 0;
  for (const { pitch, start, length } of notes) {
    // The tune has no rest: each note begins where the one before it ends.
    expect(start).toContain(`bar ${Math.floor(beat / 4) + 1}, beat ${Math.floor(beat % 4) + 1}`);
    const seconds = (beat + 0.1) / 2;
    const heard = left.slice(Math.round(seconds * rate), Math.round((seconds + 0.11) * rate));
    const hertz = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);
    const strongest = Array.from({ length: 23 }, (_, i) => pitch - 11 + i).reduce((best, other) =>
      powerAt(heard, rate, hertz(other)) > powerAt(heard, rate, hertz(best)) ? other : best,
    );
    expect(strongest, `${start}`).toBe(pitch);
    beat += length / 4;
  }
  // After the last note there is the tail, and then nothing.
  const loudness = (from: number, to: number): number =>
    Math.max(...left.slice(Math.round(from * rate), Math.round(to * rate)).map(Math.abs));
  expect(loudness(beat / 2 - 0.1, beat / 2)).toBeGreaterThan(300);
  expect(loudness(beat / 2 + 1.2, beat / 2 + 1.5)).toBeLessThan(30);
});

test('a note that is drawn is heard, and a tapped letter, as the first thing of all', async ({
  page,
  site,
}) => {
  await listen(page);
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await compose.roll.focus();
  await page.keyboard.press('Enter');
  await expect(compose.roll).toHaveAttribute('data-notes', '1');
  await expect.poll(() => levelDb(page), { intervals: [20] }).toBeGreaterThan(-50);
  await page.reload();
  await compose.ready();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('a');
  await expect.poll(() => levelDb(page), { intervals: [20] }).toBeGreaterThan(-50);
  await expect.poll(() => levelDb(page)).toBeLessThan(-80);
});

test('what the network writes is heard where Compose is the first thing that is pressed', async ({
  page,
  site,
}) => {
  await listen(page);
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  // The network has to be fetched first.
  await expect.poll(() => levelDb(page), { intervals: [20], timeout: 60_000 }).toBeGreaterThan(-60);
  await expect(compose.status).toHaveText(/^\d+ notes?, \d+ added, \d+ removed/, { timeout: 60_000 });
});

test('the melodies can be looked at and heard before one is chosen', async ({ page, site }) => {
  await listen(page);
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await page.getByRole('button', { name: 'Hear the melodies' }).click();
  const dialog = page.getByRole('dialog', { name: 'Melodies' });
  const melodies = dialog.getByRole('list', { name: 'Melodies' }).getByRole('listitem');
  expect(await melodies.count()).toBeGreaterThanOrEqual(12);
  // Each is drawn as its own roll.
  const rolls = await melodies
    .locator('path[fill="var(--accent)"]')
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('d') ?? '').filter((d) => d !== ''));
  expect(new Set(rolls).size).toBe(await melodies.count());
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  await dialog.getByRole('button', { name: 'Play Frère Jacques' }).click();
  await expect(dialog.getByRole('button', { name: 'Stop Frère Jacques' })).toBeVisible();
  await expect.poll(() => levelDb(page)).toBeGreaterThan(-50);
  // Another one takes its place; one is heard at a time.
  await dialog.getByRole('button', { name: 'Play Ode to Joy' }).click();
  await expect(dialog.getByRole('button', { name: /^Stop / })).toHaveCount(1);
  await expect(dialog.getByRole('button', { name: 'Stop Ode to Joy' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Stop Ode to Joy' }).click();
  await expect.poll(() => levelDb(page)).toBeLessThan(-80);
  // Nothing was begun by listening; a choice is.
  await expect(compose.roll).toHaveAttribute('data-notes', '0');
  await dialog.getByRole('button', { name: 'Play Frère Jacques' }).click();
  await dialog.getByRole('button', { name: 'Choose Frère Jacques' }).click();
  await expect(dialog).toBeHidden();
  await expect(compose.roll).toHaveAttribute('data-notes', '32');
  await expect.poll(() => levelDb(page)).toBeLessThan(-80);
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('playing moves the playhead, and ends by itself or when it is stopped', async ({ page, site }) => {
  await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop playing' })).toBeVisible();
  const playhead = page.locator('.playhead');
  await expect(playhead).toBeVisible();
  const left = async (): Promise<number> => (await playhead.boundingBox())?.x ?? 0;
  const before = await left();
  await expect.poll(left).toBeGreaterThan(before + 5);
  await page.getByRole('button', { name: 'Stop playing' }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(playhead).toBeHidden();
  const bars = page.getByRole('spinbutton', { name: 'Bars' });
  await bars.fill('1');
  await bars.press('Enter');
  const tempo = page.getByRole('spinbutton', { name: 'Tempo' });
  await tempo.fill('300');
  await tempo.press('Enter');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop playing' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible({ timeout: 10_000 });
});

test('Opus holds the same sound, in a file that the browser itself decodes', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('spinbutton', { name: 'Tempo' }).fill('240');
  await page.getByRole('spinbutton', { name: 'Tempo' }).press('Enter');
  const bytes = await bytesOf(await compose.saved('Export Opus'));
  expect(bytes.toString('latin1', 0, 4)).toBe('OggS');
  const heard = await page.evaluate(async (base64) => {
    const data = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const buffer = await new OfflineAudioContext(2, 1, 48_000).decodeAudioData(data.buffer);
    const peak = buffer.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return { channels: buffer.numberOfChannels, seconds: buffer.duration, peak };
  }, bytes.toString('base64'));
  // Eight bars at 240 quarters a minute, and the tail.
  expect(heard.seconds).toBeGreaterThan(9.4);
  expect(heard.seconds).toBeLessThan(9.6);
  expect(heard.channels).toBe(2);
  expect(heard.peak).toBeGreaterThan(0.05);
});

test('a rendering shows how far it is, and stops', async ({ page, site }) => {
  await ComposePage.with(page, site.url, /Ode to Joy/);
  const bars = page.getByRole('spinbutton', { name: 'Bars' });
  await bars.fill('64');
  await bars.press('Enter');
  let saved = 0;
  page.on('download', () => (saved += 1));
  await page.getByRole('button', { name: 'Export WAV' }).click();
  const bar = page.getByRole('progressbar', { name: 'Rendering' });
  await expect(bar).toBeVisible();
  await page.getByRole('group', { name: 'Rendering' }).getByRole('button', { name: 'Stop' }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByRole('button', { name: 'Export WAV' })).toBeEnabled();
  expect(saved).toBe(0);
});
