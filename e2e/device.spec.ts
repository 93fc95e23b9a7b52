import { readFileSync } from 'node:fs';
import { LookPage, samplePictures } from './support/look.ts';
import { expect, insecure, open, test } from './support/site.ts';

test.use({ isKept: true });

test('the device page tells what this browser can do', async ({ page, site }) => {
  await open(page, site, '/device');
  const state = (name: string) => page.locator(`[data-capability="${name}"]`);
  await expect(state('WebAssembly SIMD')).toHaveAttribute('data-state', 'yes');
  await expect(state('Offline use')).toHaveAttribute('data-state', 'yes');
  for (const name of [
    'WebGPU',
    'Folders',
    'MIDI keyboards',
    'Web Serial',
    'Web Bluetooth',
    'Speech recognition',
  ])
    await expect(state(name)).toHaveAttribute('data-state', /^(yes|no)$/);
  await expect(page.getByText('that the browser allows')).toBeVisible();
  await expect(page.getByText('This address is not secure')).toHaveCount(0);
});

test('on an insecure address it says what is off, and why', async ({ page, site }) => {
  await open(page, insecure(site.url), '/device');
  await expect(page.getByRole('region', { name: 'Insecure address' })).toContainText('https');
  for (const name of ['Offline use', 'Folders', 'Camera and microphone'])
    await expect(page.locator(`[data-capability="${name}"]`)).toHaveAttribute(
      'data-state',
      'needs-secure-origin',
    );
});

test('what is stored can be saved, deleted, brought back, and read back from the file', async ({
  page,
  site,
}) => {
  const files = samplePictures(1);
  const look = new LookPage(page);
  await look.open(site.url);
  await look.add(files);
  await look.ready(files.length);
  const id = await look.searchByPicture(3);
  const hits = await look.hits();

  const navigation = page.getByRole('navigation');
  await navigation.getByRole('link', { name: 'This device' }).click();
  const row = page.locator('tr[data-studio="look"]');
  const bytes = async () => Number(await row.getAttribute('data-bytes'));
  await expect.poll(bytes).toBeGreaterThan(files.length * 5120);
  await expect(page.locator('tr[data-model="efficientnet-lite1"]')).toHaveAttribute('data-bytes', /^\d{8}$/);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save everything to a file' }).click();
  const saved = await (await download).path();
  expect(readFileSync(saved).subarray(0, 8).toString()).toBe('ATELIER1');

  const remove = page.getByRole('button', { name: 'Delete everything in Look' });
  const inTrash = async () => Number(await row.getAttribute('data-trash-bytes'));
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  const counted = await bytes();
  expect(await inTrash()).toBe(0);
  await remove.click();
  await expect.poll(bytes).toBe(0);
  expect(await inTrash()).toBe(counted);
  await expect(remove).toBeDisabled();
  await undo.click();
  await expect(page.getByRole('status', { name: 'Device status' })).toHaveText('Everything in Look is back.');
  await expect.poll(bytes).toBe(counted);
  expect(await inTrash()).toBe(0);

  await test.step('the message goes with the page; Look brings back what was deleted here', async () => {
    await remove.click();
    await expect(undo).toBeVisible();
    await navigation.getByRole('link', { name: 'Look' }).click();
    await look.ready(0);
    await expect(undo).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo the last deletion' }).click();
    await look.ready(files.length);
  });

  await navigation.getByRole('link', { name: 'This device' }).click();
  await remove.click();
  await expect(page.getByText('Everything in Look was deleted.')).toBeVisible();
  await page.getByRole('button', { name: 'Empty the trash of Look' }).click();
  await expect.poll(inTrash).toBe(0);
  await expect(undo).toHaveCount(0);
  await page.reload();
  await page.getByLabel('Open a file with everything').setInputFiles({
    name: 'everything.atelier',
    mimeType: 'application/octet-stream',
    buffer: readFileSync(saved),
  });
  await expect(page.getByRole('status', { name: 'Device status' })).toContainText(`(${files.length})`);
  await navigation.getByRole('link', { name: 'Look' }).click();
  await look.ready(files.length);
  expect(await look.searchByPicture(3)).toBe(id);
  expect(await look.hits()).toEqual(hits);
});

test('a file that is not ours is refused by name of the fault', async ({ page, site }) => {
  await open(page, site, '/device');
  const picker = page.getByLabel('Open a file with everything');
  for (const content of ['', 'hello', 'ATELIER1\u0001\u0000\u0000\u0000['])
    await test.step(JSON.stringify(content), async () => {
      await picker.setInputFiles({ name: 'x.atelier', mimeType: 'text/plain', buffer: Buffer.from(content) });
      await expect(page.getByRole('alert')).toContainText('Nothing was changed');
    });
});

test('the browser is asked to keep the store only when the person asks', async ({ page, site }) => {
  await open(page, site, '/device');
  await page.getByRole('button', { name: 'Ask the browser to keep it' }).click();
  await expect(page.getByRole('status', { name: 'Messages of Atelier' })).toContainText(
    /keeps what is stored|did not promise/,
  );
});

test('what the site itself takes is counted too, and the model goes by its title', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, samplePictures(1).slice(0, 2));
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole('navigation').getByRole('link', { name: 'This device' }).click();
  const row = page.getByRole('row', { name: 'The site itself, for offline use' });
  await expect(row).toHaveAttribute('data-bytes', /^\d{6,}$/);
  await expect(page.getByRole('rowheader', { name: 'The model EfficientNet-Lite1' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove the model EfficientNet-Lite1' }).click();
  await expect(page.getByText('The model EfficientNet-Lite1 was removed.')).toBeVisible();
  await expect(page.locator('tr[data-model]')).toHaveCount(0);
});
