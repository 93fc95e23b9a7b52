import AxeBuilder from '@axe-core/playwright';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const FILES = samplePictures(1);

/** A host of its own origin: what it answers, and what it was asked. */
async function host(
  answer: (
    request: IncomingMessage,
    body: string,
  ) => { status?: number; headers?: Record<string, string>; body?: string },
): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const { status = 200, headers = {}, body: text = '' } = answer(request, body);
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const OPEN = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };

async function connect(page: Page, engine: string, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Remote engine' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remote engine' });
  await dialog.getByLabel('Engine', { exact: true }).selectOption(engine);
  await dialog.getByLabel('Address').fill(address);
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
}

test('it is not there until connected mode is on', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, FILES.slice(0, 2));
  await expect(page.getByRole('button', { name: 'Export vectors' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remote engine' })).toHaveCount(0);
});

test('before anything is sent it says what and where; wrong addresses are told apart', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await look.start(`${site.url}connected.html`, FILES);
  const shut = await host(() => ({ body: '"1.0.0"' }));
  const other = await host(() => ({ headers: OPEN, body: '<html>a wiki</html>' }));
  try {
    await page.getByRole('button', { name: 'Remote engine' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remote engine' });
    await dialog.getByLabel('Address').fill(shut.url);
    const note = dialog.getByRole('note', { name: 'What is sent' });
    await expect(note).toContainText(shut.url);
    await expect(note).toContainText(`of each of ${FILES.length} pictures its vector (1,280 numbers)`);
    expect(shut.asked).toEqual([]);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Escape');

    await connect(page, 'chroma', shut.url);
    await expect(page.getByRole('alert')).toContainText(
      `does not let pages of ${new URL(site.url).origin} ask it (CORS)`,
    );
    await expect(page.getByRole('alert')).toContainText('cors_allow_origins');
    await page.keyboard.press('Escape');

    await connect(page, 'chroma', other.url);
    await expect(page.getByRole('alert')).toContainText('What answers at this address is no Chroma.');
    await page.keyboard.press('Escape');

    shut.close();
    await connect(page, 'chroma', shut.url);
    await expect(page.getByRole('alert')).toContainText(`${shut.url} does not answer.`);
    await page.keyboard.press('Escape');

    await connect(page, 'chroma', 'http://example.org');
    await expect(dialog.getByText('Without https only this machine can be asked')).toBeVisible();
    await expect(dialog.getByRole('alert'), 'what the last address said').toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('radio', { name: 'Remote' })).toHaveCount(0);
  } finally {
    shut.close();
    other.close();
  }
});

test('OpenSearch is asked in its words, and its answers are used', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(`${site.url}connected.html`, FILES);
  const hashes: string[] = [];
  let count = 10;
  // Answers as its documentation says `_count` and `_search` do: every document, in the order of their ids.
  const cluster = await host((request, body) => {
    if (request.method === 'OPTIONS') return { headers: OPEN };
    if (request.url?.endsWith('/_count') === true)
      return { headers: OPEN, body: `{"count":${count},"_shards":{}}` };
    const { query } = JSON.parse(body) as { query: { knn: { embedding: { vector: number[]; k: number } } } };
    const { vector } = query.knn.embedding;
    const hits = hashes.map((hash, at) => ({ _id: String(at + 1), _score: 1 - at / 100, _source: { hash } }));
    return { headers: OPEN, body: JSON.stringify({ hits: { hits: vector.length === 1280 ? hits : [] } }) };
  });
  try {
    await page.getByRole('button', { name: 'Export vectors' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the vectors' }).click(),
    ]);
    await page.keyboard.press('Escape');
    const { unzipSync } = await import('fflate');
    const { readFileSync } = await import('node:fs');
    const zip = unzipSync(readFileSync(await download.path()));
    for (const line of Buffer.from(zip['metadata.jsonl'] ?? [])
      .toString()
      .trimEnd()
      .split('\n'))
      hashes.push((JSON.parse(line) as { hash: string }).hash);

    await connect(page, 'opensearch', cluster.url);
    await expect(page.getByRole('dialog').getByText('10 vectors')).toBeVisible();
    await page.keyboard.press('Escape');
    count = 11;
    await page.getByRole('button', { name: 'Remote engine' }).click();
    await expect(page.getByRole('dialog').getByText('11 vectors')).toBeVisible();
    await page.keyboard.press('Escape');
    await look.searchByPicture(0);
    const graph = await look.hits();
    await page.getByRole('radio', { name: 'Remote' }).check({ force: true });
    await expect(look.results).toHaveAttribute('data-engine', 'remote');
    // The candidates are its, the figures are computed here.
    expect(await look.hits()).toEqual(graph);
    await expect(page.getByRole('status', { name: 'Index quality' })).toContainText('remote recall 1.0000');

    cluster.close();
    await look.pictures.getByRole('listitem').nth(1).getByRole('button').click();
    await expect(page.getByRole('alert')).toContainText(`${cluster.url} does not answer.`);
  } finally {
    cluster.close();
  }
});
