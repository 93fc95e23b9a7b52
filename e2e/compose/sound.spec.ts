import { ComposePage, bytesOf } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

const RATE_AT = 24;
const DATA_AT = 44;

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
  const from = Math.round(0.7 * rate);
  const heard = left.slice(from, from + Math.round(0.2 * rate));
  const powerAt = (hertz: number): number => {
    let [re, im] = [0, 0];
    heard.forEach((sample, i) => {
      re += sample * Math.cos((2 * Math.PI * hertz * i) / rate);
      im += sample * Math.sin((2 * Math.PI * hertz * i) / rate);
    });
    return re * re + im * im;
  };
  for (const other of [415.3, 466.2, 392]) expect(powerAt(440)).toBeGreaterThan(20 * powerAt(other));
});

test('playing moves the playhead, and ends by itself or when it is stopped', async ({ page, site }) => {
  await ComposePage.with(page, site.url, /Ode to Joy/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop playing' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop playing' }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
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
