import { chromium, type Page } from '@playwright/test';
import { bytesOf, ComposePage } from '../support/compose.ts';
import { levelDb, listen } from '../support/ears.ts';
import { expect, test } from '../support/site.ts';
import { MidiCable, whyNoMidi } from './midi-cable.ts';

const why = whyNoMidi();
test.skip(why !== '', `no MIDI keyboard on this machine: ${why}`);

/** A browser with a MIDI keyboard, and a page that may use it. */
async function withKeyboard(use: (page: Page, cable: MidiCable) => Promise<void>): Promise<void> {
  const cable = await MidiCable.make();
  const options = test.info().project.use.launchOptions ?? {};
  const browser = await chromium.launch({ ...options, env: { ...process.env, ...cable.environment } });
  try {
    const context = await browser.newContext({ permissions: ['midi', 'midi-sysex'] });
    await use(await context.newPage(), cable);
  } finally {
    await browser.close();
    cable.close();
  }
}

/** Compose, listening to the keyboard that is plugged in. */
async function listening(page: Page, url: string, cable: MidiCable): Promise<ComposePage> {
  const compose = new ComposePage(page);
  await compose.open(url);
  // It is allowed already, so that nothing has to be asked for.
  const keyboards = page.getByRole('combobox', { name: 'MIDI keyboard' });
  await expect(keyboards.locator('option')).toHaveText(['No keyboard']);
  await expect(page.getByText('None is plugged in')).toBeVisible();
  await cable.plug();
  await expect(keyboards.locator('option')).toContainText(['All keyboards', 'Test Keyboard']);
  return compose;
}

const lit = (page: Page) => page.locator('.key.lit');

test('a melody from a MIDI keyboard is recorded, reworked, exported and read back', async ({ site }) => {
  await withKeyboard(async (page, cable) => {
    const compose = await listening(page, site.url, cable);
    await page.getByRole('spinbutton', { name: 'Tempo' }).fill('240');
    await page.getByRole('spinbutton', { name: 'Tempo' }).press('Enter');
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await expect(compose.status).toHaveText('Recording.');
    // C4, E4, G4 with running status; messages are cut where the cable pleases.
    await cable.send(0x90, 60, 100);
    await expect(lit(page)).toHaveAttribute('data-midi', '60');
    await cable.send(60);
    await cable.send(0, 64);
    await cable.send(70);
    await expect(lit(page)).toHaveAttribute('data-midi', '64');
    await cable.send(64, 0, 67, 127);
    await expect(lit(page)).toHaveAttribute('data-midi', '67');
    await cable.send(0x80, 67, 64);
    await expect(lit(page)).toHaveCount(0);
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const melody = await compose.notes();
    expect(melody.map(({ pitch }) => pitch)).toEqual([60, 64, 67]);
    const velocities = page.getByRole('spinbutton', { name: /^Velocity of/ });
    await expect(velocities).toHaveCount(3);
    expect(
      await velocities.evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value)),
    ).toEqual(['100', '70', '127']);

    await compose.set('Iterations', 100);
    await compose.set('Melody to remove, at most', 0);
    await compose.compose();
    await expect(compose.status).toHaveText(/^\d+ notes, \d+ added, 0 removed$/);
    const made = await compose.notes();
    for (const note of melody) expect(made).toContainEqual(note);
    // As played: what is exported is what is heard, and the grid would draw it straight.
    await page.locator('summary').filter({ hasText: 'Mixer' }).click();
    await compose.set('Strength of the grid', 0);
    const buffer = await bytesOf(await compose.saved('Export MIDI'));
    await page
      .getByLabel('Open a MIDI file')
      .setInputFiles({ name: 'again.mid', mimeType: 'audio/midi', buffer });
    await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('again');
    const read = await compose.notes();
    const places = (rows: typeof made) => rows.map(({ pitch, start }) => ({ pitch, start }));
    expect(places(read)).toEqual(places(made));
    // MIDI has one key for a pitch: a note ends where the next of its pitch begins. Written again, it is the same file.
    await compose.set('Strength of the grid', 0);
    const again = await bytesOf(await compose.saved('Export MIDI'));
    await page
      .getByLabel('Open a MIDI file')
      .setInputFiles({ name: 'thrice.mid', mimeType: 'audio/midi', buffer: again });
    await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('thrice');
    expect(await compose.notes()).toEqual(read);
  });
});

test('the pedal holds what is let go; a keyboard that is unplugged leaves no note hanging', async ({
  site,
}) => {
  await withKeyboard(async (page, cable) => {
    await listen(page);
    const compose = await listening(page, site.url, cable);
    await page.locator('summary').filter({ hasText: 'Mixer' }).click();
    await page.getByRole('button', { name: 'Organ', exact: true }).click();
    const loud = (): Promise<number> => levelDb(page);
    await cable.send(0x90, 60, 100);
    await expect.poll(loud).toBeGreaterThan(-50);
    // The pedal goes down, then the key up: it sounds on.
    await cable.send(0xb0, 64, 127, 0x90, 60, 0);
    await expect(lit(page)).toHaveCount(0);
    expect(await loud()).toBeGreaterThan(-50);
    await cable.send(0xb0, 64, 0);
    await expect.poll(loud).toBeLessThan(-90);

    await page.getByRole('button', { name: 'Loop' }).click();
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await expect(compose.status).toHaveText('Recording.');
    await cable.send(0x90, 64, 100, 0xb0, 64, 127);
    await expect(lit(page)).toHaveAttribute('data-midi', '64');
    await expect.poll(loud).toBeGreaterThan(-50);
    await cable.unplug();
    await expect(lit(page)).toHaveCount(0);
    // Between two clicks of the metronome nothing sounds: while it records, for the end of a recording would silence all.
    await expect.poll(loud, { intervals: [20] }).toBeLessThan(-90);
    await page.getByRole('button', { name: 'Stop recording' }).click();
    expect((await compose.notes()).map(({ pitch }) => pitch)).toEqual([64]);
    // And it plays again when it is plugged in again.
    await cable.plug();
    await expect(page.getByRole('combobox', { name: 'MIDI keyboard' }).locator('option')).toContainText([
      'All keyboards',
      'Test Keyboard',
    ]);
    await cable.send(0x90, 72, 90);
    await expect(lit(page)).toHaveAttribute('data-midi', '72');
    await cable.send(0x80, 72, 0);
    await expect(lit(page)).toHaveCount(0);
  });
});

test('a MIDI instrument plays along, and is silenced when playing stops', async ({ site }) => {
  await withKeyboard(async (page, cable) => {
    const compose = await listening(page, site.url, cable);
    await compose.melody(/Ode to Joy/);
    await page.getByRole('button', { name: 'Play a MIDI instrument' }).click();
    const instruments = page.getByRole('combobox', { name: 'MIDI instrument' });
    await instruments.selectOption({ label: 'Test Keyboard MIDI 1' });
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const pitches = (): number[] =>
      cable.received
        .filter(([status = 0, , velocity]) => status >> 4 === 9 && velocity !== 0)
        .map(([, p = 0]) => p);
    // Its first notes: E E F G (in the key of the sample).
    await expect.poll(() => pitches().length).toBeGreaterThan(3);
    // Playing began with silence too: only what comes from here on is of the stop.
    const stopped = cable.received.length;
    await page.getByRole('button', { name: 'Stop playing' }).click();
    const melody = (await compose.notes()).map(({ pitch }) => pitch);
    expect(pitches().slice(0, 4)).toEqual(melody.slice(0, 4));
    // All sound off (120) on each channel that may sound.
    const isOff = ([status = 0, control]: readonly number[]): boolean =>
      status >> 4 === 0xb && control === 120;
    await expect.poll(() => cable.received.slice(stopped).filter(isOff).length).toBeGreaterThanOrEqual(4);
    // Nothing begins after the end.
    const end = stopped + cable.received.slice(stopped).findIndex(isOff);
    const isOn = ([status = 0, , velocity]: readonly number[]): boolean =>
      status >> 4 === 9 && velocity !== 0;
    expect(cable.received.slice(end).filter(isOn)).toEqual([]);
    // It plays again, and that is the first to begin.
    const before = cable.received.length;
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(() => cable.received.slice(before).filter(isOn).length).toBeGreaterThan(0);
    const firstOn = cable.received.slice(end).find(isOn);
    expect(firstOn?.[1]).toBe(melody[0]);
  });
});
