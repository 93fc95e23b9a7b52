import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';
import { wavOf } from '../support/wav.ts';

const RATE = 48_000;
/** The beginning of “Frère Jacques”, a little softly begun, at 100 quarters a minute. */
const LINE = [60, 62, 64, 60, 60, 62, 64, 60, 64, 65, 67];
const BEAT_SEC = 0.6;
/** Notes that a microphone of a busy machine may swallow, or cut in two. */
const DROPPED = 3;

/** Length of the longest sequence that is part of both. */
function longestCommon(a: readonly number[], b: readonly number[]): number {
  let before = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const row = [0];
    for (const [at, other] of b.entries())
      row.push(one === other ? (before[at] ?? 0) + 1 : Math.max(before[at + 1] ?? 0, row[at] ?? 0));
    before = row;
  }
  return before.at(-1) ?? 0;
}

function humming(): Float32Array {
  const samples = new Float32Array(Math.round((LINE.length * BEAT_SEC + 3) * RATE));
  LINE.forEach((midi, at) => {
    const hertz = 440 * 2 ** ((midi - 69) / 12);
    const from = Math.round((0.5 + at * BEAT_SEC) * RATE);
    const sounding = (BEAT_SEC - 0.1) * RATE;
    for (let i = 0; i < sounding; i += 1) {
      const loud = 0.25 * Math.min(1, i / (0.04 * RATE), (sounding - i) / (0.04 * RATE));
      for (let harmonic = 1; harmonic <= 6; harmonic += 1)
        samples[from + i] =
          (samples[from + i] ?? 0) +
          (loud * Math.sin((2 * Math.PI * hertz * harmonic * i) / RATE)) / harmonic ** 1.5;
    }
  });
  return samples;
}

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-hum-'));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A browser whose microphone hears a file. */
async function withMicrophone(use: (page: Page) => Promise<void>): Promise<void> {
  const file = join(folder, 'humming.wav');
  writeFileSync(file, wavOf(humming(), RATE));
  const options = test.info().project.use.launchOptions ?? {};
  const browser = await chromium.launch({
    ...options,
    args: [
      ...(options.args ?? []),
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}%noloop`,
    ],
  });
  try {
    await use(await browser.newPage());
  } finally {
    await browser.close();
  }
}

test('what is hummed becomes notes, which are taken or not', async ({ site }) => {
  await withMicrophone(async (page) => {
    const compose = new ComposePage(page);
    await compose.open(site.url);
    await page.getByRole('button', { name: 'Hum or sing' }).click();
    const dialog = page.getByRole('dialog', { name: 'Hum or sing' });
    await dialog.getByRole('button', { name: 'Start recording' }).click();
    const meter = dialog.getByRole('meter', { name: 'Level' });
    await expect.poll(async () => Number(await meter.getAttribute('aria-valuenow'))).toBeGreaterThan(50);
    // The line is over; the time stands there for people who see it.
    await expect
      .poll(async () => parseFloat((await dialog.locator('.time').textContent()) ?? ''), { timeout: 20_000 })
      .toBeGreaterThan(0.5 + LINE.length * BEAT_SEC + 0.3);
    await dialog.getByRole('button', { name: 'Stop and listen' }).click();
    const said = dialog.getByText(/^\d+ notes, from bar 1 on/);
    await expect(said).toBeVisible({ timeout: 60_000 });
    const count = Number.parseInt((await said.textContent()) ?? '', 10);
    const asHummed = dialog.getByRole('radio', { name: /As hummed: \d+/ });
    await expect(asHummed).toBeChecked();
    const tempo = /\d+/.exec((await asHummed.locator('xpath=..').textContent()) ?? '')?.[0] ?? '';
    await dialog.getByRole('button', { name: 'Add to the roll' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('spinbutton', { name: 'Tempo' })).toHaveValue(tempo);
    const notes = await compose.notes();
    expect(notes).toHaveLength(count);
    // On a busy machine the microphone itself drops what it hears; note for note the line is compared in hum.browser.test.ts.
    const inCommon = longestCommon(
      notes.map(({ pitch }) => pitch),
      LINE,
    );
    expect(inCommon).toBeGreaterThanOrEqual(LINE.length - DROPPED);
    expect(count).toBeLessThanOrEqual(LINE.length + DROPPED);
    // One step back, and all of it is gone: the notes, the tempo.
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(compose.roll).toHaveAttribute('data-notes', '0');
    await expect(page.getByRole('spinbutton', { name: 'Tempo' })).toHaveValue('88');
  });
});

test('a microphone that is refused is said so, and nothing is lost', async ({ page, site }) => {
  // Chromium without a screen refuses what is not allowed.
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.count();
  await page.getByRole('button', { name: 'Hum or sing' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hum or sing' });
  await dialog.getByRole('button', { name: 'Start recording' }).click();
  await expect(dialog.getByRole('alert')).toContainText('was not allowed to use the microphone');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await compose.count()).toBe(before);
});
