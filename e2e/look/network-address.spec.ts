import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { LookPage } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const NETWORKS = 'src/studios/look/engine/testing/networks';

/** A host of its own origin with the small networks; what is under `/shut` no other site may read. */
async function host(): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const name = basename(new URL(url, 'http://localhost').pathname);
    const path = name.endsWith('.safetensors') ? `${NETWORKS}/${name}` : `${NETWORKS}/graph/${name}`;
    const headers = url.startsWith('/shut') ? {} : { 'Access-Control-Allow-Origin': '*' };
    if (name.startsWith('missing')) response.writeHead(404, headers).end();
    else response.writeHead(200, headers).end(readFileSync(path));
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

test('a network by its address, in connected mode only', async ({ page, site }) => {
  const hub = await host();
  try {
    const look = new LookPage(page);
    const dialog = page.getByRole('dialog');
    const field = dialog.getByRole('textbox', { name: 'Network address' });
    const fetchIt = dialog.getByRole('button', { name: 'Fetch' });
    const bring = () =>
      page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
    await look.open(site.url);
    await bring();
    await expect(dialog).toBeVisible();
    await expect(field).toHaveCount(0);

    await look.open(`${site.url}connected.html`);
    await bring();
    const failures = [
      [`${hub.url}/missing.bin`, 'answered with 404'],
      [`${hub.url}/shut/model.json`, 'may not allow other sites'],
      ['weights.bin', 'is not the address of a network'],
    ] as const;
    for (const [address, said] of failures) {
      await field.fill(address);
      await field.press('Enter');
      await expect(dialog.getByRole('alert')).toContainText(said);
    }
    hub.asked.length = 0;
    await field.fill(`${hub.url}/hub/model.json?tfjs-format=file`);
    await fetchIt.click();
    await expect(dialog.getByRole('form', { name: 'What its embedding is' })).toContainText(
      '[any, 16, 16, 3]',
      {
        timeout: 30_000,
      },
    );
    expect(hub.asked).toEqual(
      ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin'].map(
        (name) => `/hub/${name}?tfjs-format=file`,
      ),
    );
    await field.fill(`${hub.url}/resnet-torchvision.safetensors`);
    await fetchIt.click();
    await expect(dialog.getByRole('status', { name: 'Network that was recognised' })).toContainText(
      'ResNet-50 of width 4',
      { timeout: 30_000 },
    );
    await expect(dialog.getByRole('button', { name: 'New collection with it' })).toBeEnabled();
  } finally {
    hub.close();
  }
});
