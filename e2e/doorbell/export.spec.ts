import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { babble, DoorbellPage, likeness, RATE, withMicrophone } from '../support/doorbell.ts';
import { doorbellFile } from '../support/doorbell-file.ts';
import { LONGEST_MS, longestTask } from '../support/long-task.ts';
import { expect, test } from '../support/site.ts';
import { wavOf } from '../support/wav.ts';

/** The first channel of 16-bit PCM, as floats. */
function samplesOf(wav: Uint8Array): Float32Array {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const channels = view.getUint16(22, true);
  expect(view.getUint32(24, true)).toBe(RATE);
  return Float32Array.from(
    { length: (wav.length - 44) / (2 * channels) },
    (_, i) => view.getInt16(44 + 2 * channels * i, true) / 0x7fff,
  );
}

const choose = async ({ page }: DoorbellPage, sound: 'WAV' | 'As recorded (Opus)'): Promise<void> => {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('radio', { name: sound }).check({ force: true });
};

test('messages are exported into a folder as WAV: a page, a list, and the sound as it was said', async ({
  site,
}) => {
  const voice = babble(11, 71);
  await withMicrophone(voice, async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    // The system's chooser cannot be pressed here: its answer is a folder of the browser's own.
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() });
    });
    await doorbell.open(site.url);
    await doorbell.recordFor(4);
    await doorbell.ring();
    const message = await doorbell.newest();
    await message.getByRole('textbox', { name: 'Transcript' }).fill('A <b>parcel</b>');
    await choose(doorbell, 'WAV');
    await page.getByRole('button', { name: 'Choose a folder' }).click();
    await expect(page.getByRole('status', { name: 'Export' })).toContainText(
      'One message was written in “doorbell ',
    );

    const files = await page.evaluate(async () => {
      const found: Record<string, number[]> = {};
      const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
        for await (const [name, handle] of folder.entries())
          if (handle.kind === 'directory') await walk(handle, `${path}${name}/`);
          else found[`${path}${name}`] = [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
      };
      await walk(await navigator.storage.getDirectory(), '');
      return found;
    });
    const names = Object.keys(files).sort();
    const [html = '', list = '', sound = ''] = names;
    expect(names).toHaveLength(3);
    const folder = /^doorbell [\dT-]+\//.exec(html)?.[0] ?? '';
    expect([html, list]).toEqual([`${folder}index.html`, `${folder}messages.json`]);
    expect(sound).toMatch(/sounds\/.*\.wav$/);
    const text = (name: string): string => Buffer.from(files[name] ?? []).toString('utf8');
    expect(text(html)).toContain('A &#60;b&#62;parcel');
    expect(JSON.parse(text(list))).toEqual({
      messages: [
        expect.objectContaining({ transcript: 'A <b>parcel</b>', sound: sound.slice(folder.length) }),
      ],
    });
    expect(likeness(voice, samplesOf(Uint8Array.from(files[sound] ?? [])))).toBeGreaterThanOrEqual(0.95);
  });
});

test('without folders it is one ZIP file; hidden words stay hidden in it; it can be stopped; nothing is held up', async ({
  page,
  site,
}) => {
  await page.addInitScript(() => {
    // As in Firefox and Safari.
    Reflect.deleteProperty(window, 'showDirectoryPicker');
  });
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  const bytes = wavOf(babble(60, 5), RATE);
  const hidden = { transcript: 'You ***', heard: 'you rascal', soundSec: 60 };
  await page.getByLabel('Open a file').setInputFiles({
    ...{ name: 'saved.zip', mimeType: 'application/zip' },
    buffer: doorbellFile(['one', 'two', 'three'].map((id) => ({ id, bytes, ...hidden }))),
  });
  await expect(doorbell.messages).toHaveCount(3);
  const note = page.getByText('A saved file is your own backup');
  await expect(note).toBeHidden();
  const words = page.getByRole('textbox', { name: 'Words to hide' });
  await words.fill('rascal');
  await words.blur();
  await expect(note).toBeVisible();

  await choose(doorbell, 'WAV');
  const save = page.getByRole('button', { name: 'Save as a ZIP file' });
  await save.click();
  await page.getByRole('group', { name: 'Exporting' }).getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('status', { name: 'Export' })).toContainText('Stopped');

  let path = '';
  const longestMs = await longestTask(page, 'of the export', async () => {
    const downloading = page.waitForEvent('download');
    await save.click();
    path = await (await downloading).path();
  });
  expect(longestMs).toBeLessThanOrEqual(LONGEST_MS);
  const files = unzipSync(readFileSync(path));
  const sounds = Object.keys(files).filter((name) => name.startsWith('sounds/'));
  expect(sounds).toHaveLength(3);
  for (const name of sounds) expect(samplesOf(files[name] ?? new Uint8Array()).length).toBe(60 * RATE);
  for (const name of ['index.html', 'messages.json']) {
    const text = Buffer.from(files[name] ?? []).toString('utf8');
    expect(text).toContain('You ***');
    expect(text).not.toContain('rascal');
  }

  await page.getByRole('radio', { name: 'As recorded (Opus)' }).check({ force: true });
  const asTheyWere = page.waitForEvent('download');
  await save.click();
  const same = unzipSync(readFileSync(await (await asTheyWere).path()));
  const first = Object.entries(same).find(([name]) => name.startsWith('sounds/'))?.[1];
  expect(Buffer.compare(Buffer.from(first ?? []), Buffer.from(bytes))).toBe(0);
});
