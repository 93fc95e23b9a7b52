import type { Page } from '@playwright/test';
import { bytesOf, ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

const QUARTER_US = 500_000;
/** One track of format 0 at 480 ticks a quarter, with the events given before its end. */
function midi(...events: readonly (readonly number[])[]): Buffer {
  const body = [...events.flat(), 0, 0xff, 0x2f, 0];
  return Buffer.from([
    ...[...Buffer.from('MThd'), 0, 0, 0, 6, 0, 0, 0, 1, 1, 0xe0],
    ...[...Buffer.from('MTrk'), 0, 0, 0, body.length, ...body],
  ]);
}
const tempo = (usPerQuarter: number): number[] => [
  ...[0, 0xff, 0x51, 3],
  ...[16, 8, 0].map((shift) => (usPerQuarter >> shift) & 255),
];
const metre = (beats: number): number[] => [0, 0xff, 0x58, 4, beats, 2, 24, 8];
/** A quarter, after a pause of up to 2^28 ticks. */
const quarter = (pitch: number, pause = 0): number[] => [
  ...[21, 14, 7].map((shift) => ((pause >> shift) & 127) | 128),
  ...[pause & 127, 0x90, pitch, 80, 0x83, 0x60, 0x80, pitch, 0],
];
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'audio/midi', buffer });

/** Lets files fall onto the page. */
async function drop(page: Page, files: readonly { name: string; buffer: Buffer }[]): Promise<void> {
  await page.evaluate(
    (all) => {
      const data = new DataTransfer();
      for (const { name, bytes } of all) data.items.add(new File([Uint8Array.from(bytes)], name));
      document.body.dispatchEvent(
        new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
      );
    },
    files.map(({ name, buffer }) => ({ name, bytes: [...buffer] })),
  );
}

test('what a file loses by being opened is said, with its key and tempo', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  const input = page.getByLabel('Open a MIDI file');
  const note = page.getByRole('note').filter({ hasText: '.mid' });
  const waltz = midi(
    tempo(QUARTER_US),
    metre(3),
    quarter(60),
    tempo(QUARTER_US / 2),
    quarter(64),
    quarter(67),
  );
  await input.setInputFiles(file('waltz.mid', waltz));
  await expect(note).toContainText('Its metre is 3/4: it is worked on as 4/4');
  await expect(note).toContainText('Its tempo changes once: here all of it has 120 quarters a minute.');
  await expect(note).toContainText(/Key: .+ Tempo: 120 quarters a minute\./);
  await expect(note).not.toContainText('as it was played.');
  await input.setInputFiles(file('slow.mid', midi(tempo(0xffffff), quarter(60))));
  await expect(note).toContainText('Its tempo of 3.58 quarters a minute became 20');
  await input.setInputFiles(file('late.mid', midi(quarter(60, 500 * 1920))));
  await expect(note).toContainText('Bar 501 of 501 is here, from bar 1 on; 500 bars are left out.');
  await input.setInputFiles(file('plain.mid', midi(quarter(60), quarter(64))));
  await expect(note).toContainText('plain.mid is here as it was played.');
});

test('of two files that are dropped each is a composition; one of saved compositions is opened as that', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const saved = await bytesOf(await compose.saved('Save to a file'));
  const shelf = page.getByRole('list', { name: 'Compositions' }).getByRole('listitem');
  await expect(shelf).toHaveCount(1);
  await drop(page, [
    { name: 'one.mid', buffer: midi(quarter(60)) },
    { name: 'none.mid', buffer: Buffer.from('no music') },
    { name: 'two.mid', buffer: midi(quarter(62), quarter(64)) },
  ]);
  await expect(page.getByRole('alert')).toContainText('none.mid');
  await expect(shelf).toHaveCount(3);
  await expect(compose.roll).toHaveAttribute('data-notes', '2');
  const note = page.getByRole('note').filter({ hasText: '.mid' });
  await expect(note).toContainText('two.mid');
  // Each keeps what was said of it.
  await shelf.getByRole('button', { name: 'one', exact: true }).click();
  await expect(note).toContainText('one.mid');
  await drop(page, [{ name: 'compositions.atelier', buffer: saved }]);
  await expect(page.getByText('One composition was added.')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(shelf).toHaveCount(4);
});

test('broken MIDI files are named, and nothing is lost', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const before = await compose.notes();
  for (const [name, buffer] of [
    ['empty.mid', Buffer.alloc(0)],
    ['text.mid', Buffer.from('this is no music')],
    ['cut.mid', Buffer.from('4d546864000000060001000201e04d54726b', 'hex')],
  ] as const) {
    await page.getByLabel('Open a MIDI file').setInputFiles({ name, mimeType: 'audio/midi', buffer });
    await expect(page.getByRole('alert')).toContainText(name);
  }
  expect(await compose.notes()).toEqual(before);
});

test('a part of a file is chosen by its tracks and bars, and what is left out is said', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.set('Iterations', 40);
  await compose.compose();
  const download = await compose.saved('Export MIDI');
  await page.getByLabel('Open a MIDI file').setInputFiles({
    name: 'voices.mid',
    mimeType: 'audio/midi',
    buffer: await bytesOf(download),
  });
  await expect(page.getByText('is here as it was played.')).toBeVisible();
  await page.getByRole('button', { name: 'Choose tracks and bars' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tracks and bars of voices.mid' });
  for (const track of await dialog
    .getByRole('checkbox')
    .all()
    .then((all) => all.slice(1)))
    await track.uncheck();
  await dialog.getByLabel('How many bars').fill('2');
  await dialog.getByLabel('How many bars').press('Tab');
  await dialog.getByRole('button', { name: 'Take these' }).click();
  await expect(page.getByText(/in tracks that are not chosen/)).toBeVisible();
  await expect(page.getByText(/outside the chosen bars/)).toBeVisible();
  expect((await compose.notes()).every(({ start }) => /^bar [12],/.test(start))).toBe(true);
  // What was chosen is where one goes on from.
  await page.getByRole('button', { name: 'Choose tracks and bars' }).click();
  await expect(dialog.getByLabel('How many bars')).toHaveValue('2');
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(1);
});

test('a link holds the composition, and opens as another one', async ({ page, context, site }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
  const notes = await compose.notes();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText(/A link that holds this composition/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2_048);
  await page.goto('about:blank');
  await page.goto(link);
  await compose.ready();
  await expect(page.getByRole('list', { name: 'Compositions' }).getByRole('listitem')).toHaveCount(2);
  expect(await compose.notes()).toEqual(notes);
  await page.goto('about:blank');
  await compose.open(site.url, '#/compose?share=AAAA%22%3Cimg%20src=x%3E');
  await expect(page.getByText(/The link is broken/)).toBeVisible();
  expect(await compose.notes()).toEqual(notes);
});

test('a link that is opened beside a tab that writes waits for its turn', async ({ page, context, site }) => {
  const compose = await ComposePage.with(page, site.url, /Frère Jacques/);
  const notes = await compose.notes();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText(/A link that holds this composition/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const second = new ComposePage(await context.newPage());
  await second.page.goto(link);
  await second.ready();
  const waits = second.page.getByText(/Compose is open in another tab: close it, and/);
  await expect(waits).toBeVisible();
  await expect(second.page.getByRole('list', { name: 'Compositions' }).getByRole('listitem')).toHaveCount(1);
  await page.close();
  await expect(waits).toBeHidden();
  await expect(second.page.getByRole('list', { name: 'Compositions' }).getByRole('listitem')).toHaveCount(2);
  expect(await second.notes()).toEqual(notes);
  expect(second.page.url()).not.toContain('share=');
});

test('a piece made shorter exports what is heard, and says what is not', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const all = await compose.count();
  const title = 'Соловей 音';
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Title').press('Enter');
  const bars = page.getByRole('spinbutton', { name: 'Bars', exact: true });
  await bars.fill('2');
  await bars.press('Enter');
  const heard = (await compose.notes()).filter(({ start }) => /^bar [12],/.test(start)).length;
  expect(heard).toBeLessThan(all);
  await expect(page.getByText(`${all - heard} notes lie behind the last bar: they are kept`)).toBeVisible();
  const bytes = await bytesOf(await compose.saved('Export MIDI'));
  expect(bytes.toString('utf8')).toContain(title);
  await page.getByLabel('Open a MIDI file').setInputFiles(file('short.mid', bytes));
  await expect(page.getByText('short.mid is here as it was played.')).toBeVisible();
  await expect(compose.roll).toHaveAttribute('data-notes', String(heard));
});

test('nothing is exported while the network writes', async ({ page, site }) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  await compose.set('Iterations', 2000);
  const exports = page.getByRole('button', {
    name: /^(Export (MIDI|MusicXML|picture|PNG|WAV)|Copy a link)$/,
  });
  await expect(exports).toHaveCount(6);
  const off = (): Promise<number> =>
    exports.evaluateAll(
      (all) => all.filter((one) => one instanceof HTMLButtonElement && one.disabled).length,
    );
  expect(await off()).toBe(0);
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const stop = page.getByRole('button', { name: 'Stop composing' });
  await expect(stop).toBeVisible();
  expect(await off()).toBe(6);
  await stop.click();
  await expect.poll(off).toBe(0);
});

test('too many notes for a link are named, not thrown', async ({ page, site }) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  // Eight bars, a note every tick: 10,001 by running status.
  const notes = Array.from({ length: 10_001 }, () => [0, 60, 80, 1, 60, 0]).flat();
  const body = [0, 0x90, 48, 80, 1, 48, 0, ...notes, 0, 0xff, 0x2f, 0];
  const head = midi().subarray(0, 18);
  const size = [24, 16, 8, 0].map((shift) => (body.length >> shift) & 255);
  await page
    .getByLabel('Open a MIDI file')
    .setInputFiles(file('many.mid', Buffer.from([...head, ...size, ...body])));
  await expect(compose.roll).toHaveAttribute('data-notes', '10002', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText('10,002 notes are too many for a link')).toBeVisible();
});
