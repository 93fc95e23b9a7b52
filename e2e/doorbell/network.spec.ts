import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, open, recordRequests, test } from '../support/site.ts';
import { PEOPLE, speech } from '../support/speech.ts';

const ENGINE = 'A speech network, on this device';
const SAID = /might even have been made amiable himself/i;
/** A Whisper of random weights: README.md beside it. */
const WHISPER = 'src/studios/doorbell/worker/fixtures/whisper';
const GRAPHS = ['onnx/encoder_model.onnx', 'onnx/decoder_model_merged.onnx'];
const TEXTS = ['config.json', 'generation_config.json', 'preprocessor_config.json', 'tokenizer.json'];

const engine = (page: Page): Locator => page.locator('[data-engine="network"]');

/** English is heard, by this engine alone. */
async function prepare({ page }: DoorbellPage): Promise<void> {
  await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('en-US');
  await page.getByRole('switch', { name: 'The browser, by its maker’s service' }).click();
}

interface Dropped {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}
const given = (path: string, bytes = Infinity): Dropped => ({
  name: path.split('/').at(-1) ?? path,
  mimeType: 'application/octet-stream',
  buffer: readFileSync(join(WHISPER, path)).subarray(0, bytes),
});

test('a speech network is downloaded, writes down a recording, and goes on without the site', async ({
  site,
}) => {
  await withMicrophone(speech('austen-0930', 0, 1, PEOPLE), async (context) => {
    const requested = recordRequests(context);
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await prepare(doorbell);
    await doorbell.recordFor(8);
    await doorbell.ring();
    const before = await doorbell.newest();
    await expect(before).toContainText('Nothing in the list “Transcribe with” can write this down');

    // Neither the network nor what runs it was asked for so far.
    await expect(engine(page)).toHaveAttribute('data-readiness', 'needs-download');
    const large = (): string[] => requested.filter((address) => /moonshine|ort-wasm/.test(address));
    expect(large()).toEqual([]);
    await engine(page).getByRole('button', { name: 'Download' }).click();
    await expect(engine(page)).toHaveAttribute('data-readiness', 'ready', { timeout: 60_000 });
    expect(large().length).toBeGreaterThan(4);

    await before.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(before.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID, { timeout: 60_000 });
    await expect(before).toContainText(`Written down by: ${ENGINE}`);
    await expect(engine(page)).toContainText(/The last time: \d\.\d s of sound in/);

    // Stopping leaves what was there, and is no failure.
    await before.getByRole('button', { name: 'Transcribe again' }).click();
    await before.getByRole('group', { name: 'Transcribing' }).getByRole('button', { name: 'Stop' }).click();
    await expect(before.getByRole('button', { name: 'Transcribe again' })).toBeVisible();
    await expect(page.getByText('could not transcribe it')).toHaveCount(0);
    await expect(before.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID);

    // It is kept: everything goes on without the site.
    await context.setOffline(true);
    await page.reload();
    await doorbell.ready();
    await doorbell.ring();
    // Words appear while they are spoken.
    const steps = page.getByRole('list', { name: 'Steps of the visit' });
    await expect(page.locator('[data-interim]')).not.toBeEmpty({ timeout: 60_000 });
    await expect(steps.locator('[aria-current="step"]')).toHaveText('Listening');
    await expect(doorbell.messages).toHaveCount(2);
    const message = await doorbell.newest();
    await expect(message.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID);
    await message.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(engine(page)).toContainText(/The last time: /, { timeout: 60_000 });
    await expect(message.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID);
    expect(
      requested.filter((address) => !address.startsWith(site.url) && !address.startsWith('blob:')),
    ).toEqual([]);
  });
});

test('a download is stopped; one that breaks off says so, and one of what runs it', async ({
  site,
  page,
}) => {
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('en-US');
  let isHeld = true;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route(/moonshine-tiny-en\/onnx/, async (route) => {
    if (isHeld) await held;
    await route.abort();
  });
  await engine(page).getByRole('button', { name: 'Download' }).click();
  const bar = engine(page).getByRole('group', { name: 'Downloading' });
  await expect(bar.getByRole('progressbar')).toHaveAttribute('data-total', '30166804', { timeout: 30_000 });
  await bar.getByRole('button', { name: 'Stop' }).click();
  await expect(engine(page).getByRole('button', { name: 'Download' })).toBeVisible();
  await expect(engine(page).getByRole('alert')).toHaveCount(0);
  isHeld = false;
  release();
  await engine(page).getByRole('button', { name: 'Download' }).click();
  const failed = engine(page).getByRole('alert');
  await expect(failed).toContainText('Moonshine tiny, English broke off', { timeout: 30_000 });

  await page.context().unroute(/moonshine-tiny-en\/onnx/);
  await page.context().route(/ort-wasm/, (route) => route.abort());
  await engine(page).getByRole('button', { name: 'Download' }).click();
  await expect(failed).toContainText('What runs speech networks could not be fetched or started', {
    timeout: 30_000,
  });
  await page.context().unroute(/ort-wasm/);
  await expect(engine(page)).toHaveAttribute('data-readiness', 'ready');
});

test('a network of one’s own: what is broken is named, a whole one is kept, used, deleted, brought back', async ({
  site,
}) => {
  await withMicrophone(speech('delivery'), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await prepare(doorbell);
    // The languages are those of the engines that are on: without the browser's own, English and French.
    await page.getByRole('switch', { name: 'The browser, on this device' }).click();
    const german = page
      .getByRole('combobox', { name: 'Language', exact: true })
      .locator('optgroup')
      .first()
      .locator('[value="de-DE"]');
    await expect(page.locator('optgroup').first().locator('[value="fr-FR"]')).toHaveCount(1);
    await expect(german).toHaveCount(0);
    await engine(page).getByRole('button', { name: 'Bring your own speech network' }).click();
    const dialog = page.getByRole('dialog', { name: 'Bring your own speech network' });
    const files = dialog.getByLabel('Choose its files');
    const wrong = dialog.getByRole('alert');

    const [encoder = '', decoder = ''] = GRAPHS;
    await files.setInputFiles([...TEXTS, encoder].map((path) => given(path)));
    await expect(wrong).toContainText('decoder_model_merged.onnx: expected it');
    await files.setInputFiles([...[...TEXTS, encoder].map((path) => given(path)), given(decoder, 20_000)]);
    await expect(wrong).toContainText(
      'decoder_model_merged.onnx: expected an ONNX network, found 20,000 bytes that are none',
    );
    const config = { name: 'config.json', mimeType: '', buffer: Buffer.from('{"model_type":"wav2vec2"}') };
    await files.setInputFiles([
      config,
      ...[...TEXTS.filter((path) => path !== 'config.json'), ...GRAPHS].map((path) => given(path)),
    ]);
    await expect(wrong).toContainText(
      'config.json: expected model_type "moonshine" or "whisper", found "wav2vec2"',
    );

    // The folder as it is, by a drop of its files.
    const dropped = [...TEXTS, ...GRAPHS].map((path) => {
      const { name, buffer } = given(path);
      return { name, base64: buffer.toString('base64') };
    });
    const data = await page.evaluateHandle((all) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of all) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      return transfer;
    }, dropped);
    await dialog
      .getByRole('group', { name: 'Files of the speech network' })
      .dispatchEvent('drop', { dataTransfer: data });
    const recognised = dialog.getByRole('status', { name: 'Speech network that was recognised' });
    await expect(recognised).toContainText('Whisper of width 32: 4 languages', { timeout: 60_000 });
    await expect(wrong).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(german).toHaveCount(1);

    // It is the one that is taken, after a reload too, and its nonsense is what it hears.
    await page.reload();
    await doorbell.ready();
    await expect(engine(page)).toHaveAttribute('data-readiness', 'ready');
    const choice = engine(page).getByRole('combobox', { name: 'Speech network' });
    await expect(choice.locator('option:checked')).toHaveText('Whisper of width 32');
    await doorbell.recordFor(3);
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(message).toContainText(`Written down by: ${ENGINE}`);
    await expect(engine(page)).toContainText(/The last time: [23]\.\d s/);

    await open(page, site, '/device');
    const row = page.getByRole('row', { name: /The speech network Whisper of width 32/ });
    await expect(row).toContainText('kB');
    await row.getByRole('button', { name: /Remove/ }).click();
    await expect(row).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row).toHaveCount(1);

    await open(page, site, '/doorbell');
    await doorbell.ready();
    await engine(page).getByRole('button', { name: 'Bring your own speech network' }).click();
    await dialog.getByRole('button', { name: 'Delete Whisper of width 32' }).click();
    await expect(dialog.getByRole('list', { name: 'Your speech networks' })).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(engine(page)).toHaveAttribute('data-readiness', 'needs-download');
  });
});

test('in connected mode a network is fetched by the address of its folder, elsewhere there is no such field', async ({
  site,
  page,
}) => {
  const asked: string[] = [];
  await page.context().route('https://networks.example/**', (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const path = pathname.replace('/small/', '');
    const isThere = [...TEXTS, ...GRAPHS].includes(path);
    return route.fulfill({
      status: isThere ? 200 : 404,
      headers: { 'Access-Control-Allow-Origin': '*' },
      body: isThere ? readFileSync(join(WHISPER, path)) : '',
    });
  });
  const doorbell = new DoorbellPage(page);
  const bring = page.getByRole('button', { name: 'Bring your own speech network' });
  const dialog = page.getByRole('dialog', { name: 'Bring your own speech network' });
  await doorbell.open(site.url);
  await bring.click();
  await expect(dialog.getByLabel('Choose its folder')).toBeAttached();
  await expect(dialog.getByRole('textbox', { name: 'Network address' })).toHaveCount(0);

  await doorbell.open(`${site.url}connected.html`);
  await bring.click();
  const address = dialog.getByRole('textbox', { name: 'Network address' });
  await address.fill('https://networks.example/nothing');
  await dialog.getByRole('button', { name: 'Fetch' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'networks.example/nothing/config.json answered with 404',
  );
  await address.fill('https://networks.example/small/config.json');
  await dialog.getByRole('button', { name: 'Fetch' }).click();
  await expect(dialog.getByRole('status', { name: 'Speech network that was recognised' })).toContainText(
    'Whisper of width 32 · small: 4 languages',
    { timeout: 60_000 },
  );
  // The quantised pair is asked for first.
  expect(asked.filter((path) => path.endsWith('.onnx'))).toEqual([
    '/small/onnx/encoder_model_quantized.onnx',
    ...GRAPHS.map((path) => `/small/${path}`),
  ]);
});
