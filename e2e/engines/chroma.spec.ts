import { writeFileSync } from 'node:fs';
import { expect as base, type Locator, type Page } from '@playwright/test';
import { startChroma, type ChromaServer } from '../../scripts/chroma-server.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { randomBy } from '../support/random.ts';
import { expect, test } from '../support/site.ts';

const CHROMA = process.env.ATELIER_CHROMA ?? '';
const VECTORS = 3_000;
const DIM = 1_280;

/** A .npy as any program writes it. */
function writeVectors(path: string): void {
  const random = randomBy(7);
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${VECTORS}, ${DIM}), }`;
  const head = Buffer.alloc(128, ' ');
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(118, 8);
  head.write(text, 10, 'latin1');
  head[127] = 10;
  const numbers = Float32Array.from({ length: VECTORS * DIM }, () => random() - 0.3);
  writeFileSync(path, Buffer.concat([head, Buffer.from(numbers.buffer)]));
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Remote engine' });

async function connect(page: Page, server: ChromaServer, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Remote engine' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Address').fill(server.url);
  await dialog.getByLabel('Collection there').fill(name);
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  return dialog;
}

const push = (dialog: Locator): Promise<void> =>
  dialog.getByRole('button', { name: 'Push the collection' }).click();

const allReady = (look: LookPage): Promise<void> =>
  expect(look.status).toContainText('3,000 pictures ready', { timeout: 60_000 });

/** Waits until a push has got somewhere, but not to its end. */
async function midPush(dialog: Locator): Promise<void> {
  const bar = dialog.getByRole('progressbar', { name: 'Pushing' });
  await base
    .poll(async () => Number(await bar.getAttribute('data-done')), { intervals: [20] })
    .toBeGreaterThan(300);
  base(Number(await bar.getAttribute('data-done'))).toBeLessThan(VECTORS);
}

const missing = async (dialog: Locator): Promise<number> =>
  Number(await dialog.locator('[data-missing]').getAttribute('data-missing'));

test.beforeAll(() => {
  if (CHROMA === '') throw new Error('ATELIER_CHROMA is not set: use `npm run test:engines`');
});

test('a collection is pushed to a real Chroma, survives its death, is searched there and comes back', async ({
  page,
  site,
}, info) => {
  const server = await startChroma(CHROMA, [new URL(site.url).origin]);
  try {
    const look = new LookPage(page);
    await look.open(`${site.url}connected.html`);
    const path = info.outputPath('many.npy');
    writeVectors(path);
    await page.getByRole('button', { name: 'Export vectors' }).click();
    await page.getByLabel('Open vectors').setInputFiles(path);
    await expect(page.getByRole('dialog')).toHaveCount(0, { timeout: 60_000 });
    await allReady(look);

    const dialog = await connect(page, server, 'many');
    await expect(dialog.getByText('not there yet').first()).toBeVisible();
    expect(await missing(dialog)).toBe(VECTORS);

    await test.step('Stop keeps what is there, and a push goes on from it', async () => {
      await push(dialog);
      await midPush(dialog);
      await dialog.getByRole('button', { name: 'Stop' }).click();
      await expect(dialog.getByRole('progressbar')).toHaveCount(0);
      await expect(dialog.getByRole('alert')).toHaveCount(0);
    });

    await test.step('the server dies in the middle of a push', async () => {
      await push(dialog);
      await midPush(dialog);
      await server.kill();
      await expect(dialog.getByRole('alert')).toContainText(`${server.url} does not answer.`);
      await server.start();
      await push(dialog);
      await expect(page.getByText(/vectors sent, \d+ were there already\./)).toBeVisible({ timeout: 60_000 });
      const said = (await page.getByText(/vectors sent, /).textContent()) ?? '';
      const [sent = 0, kept = 0] = [...said.replaceAll(',', '').matchAll(/\d+/g)].map(([number]) =>
        Number(number),
      );
      expect(kept).toBeGreaterThanOrEqual(250);
      expect(sent + kept).toBe(VECTORS);
      await expect(dialog.getByText('It is equal to the collection here.')).toBeVisible();
    });
    await page.keyboard.press('Escape');

    await test.step('nothing was lost here, and both engines answer alike', async () => {
      await allReady(look);
      await page.getByRole('radio', { name: 'Exact' }).check({ force: true });
      await look.searchByPicture(0);
      const exact = await look.hits();
      await page.getByRole('radio', { name: 'Remote' }).check({ force: true });
      await expect(look.results).toHaveAttribute('data-engine', 'remote');
      await expect(look.results).toHaveAttribute('aria-busy', 'false');
      const remote = await look.hits();
      const known = new Set(exact.map(({ id }) => id));
      expect(remote.filter(({ id }) => known.has(id)).length).toBeGreaterThanOrEqual(0.8 * exact.length);
      for (const hit of remote.filter(({ id }) => known.has(id)))
        expect(hit.similarity).toBe(exact.find(({ id }) => id === hit.id)?.similarity);
      await expect(page.getByRole('status', { name: 'Index quality' })).toContainText('remote recall');
    });

    await test.step('it comes back as a collection', async () => {
      await page.getByRole('button', { name: 'Remote engine' }).click();
      await dialog.getByRole('button', { name: 'Pull it back' }).click();
      await expect(dialog).toHaveCount(0, { timeout: 60_000 });
      await allReady(look);
      await expect(page.getByLabel('Collection', { exact: true }).locator('option:checked')).toContainText(
        'from Chroma',
      );
    });
  } finally {
    await server.remove();
  }
});

test('a Chroma that does not allow this origin is told apart from one that is not there', async ({
  page,
  site,
}) => {
  const server = await startChroma(CHROMA, ['https://elsewhere.example']);
  try {
    const look = new LookPage(page);
    await look.start(`${site.url}connected.html`, samplePictures(1).slice(0, 3));
    const dialog = await connect(page, server, 'three');
    await expect(dialog.getByRole('alert')).toContainText(
      `does not let pages of ${new URL(site.url).origin} ask it (CORS)`,
    );
    await server.kill();
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText(`${server.url} does not answer.`);
  } finally {
    await server.remove();
  }
});

test('a collection of another network or length is left alone', async ({ page, site }) => {
  const server = await startChroma(CHROMA, ['*']);
  try {
    const collections = `${server.url}/api/v2/tenants/default_tenant/databases/default_database/collections`;
    const post = async (path: string, body: unknown): Promise<{ id: string }> => {
      const response = await fetch(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
      base(response.ok).toBe(true);
      return (await response.json()) as { id: string };
    };
    const { id } = await post(collections, { name: 'somebodys', metadata: { owner: 'somebody' } });
    await post(`${collections}/${id}/add`, { ids: ['1'], embeddings: [[1, 2, 3]] });

    const look = new LookPage(page);
    await look.start(`${site.url}connected.html`, samplePictures(1).slice(0, 3));
    const dialog = await connect(page, server, 'somebodys');
    await expect(dialog.getByRole('alert')).toContainText('somebodys on that server was not made by Look.');
    expect(await (await fetch(`${collections}/${id}/count`)).json()).toBe(1);
  } finally {
    await server.remove();
  }
});
