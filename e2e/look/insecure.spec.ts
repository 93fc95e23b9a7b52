import { networkInterfaces } from 'node:os';
import { startServer } from '../../scripts/static-server.ts';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

/** An address of this machine that is not loopback: over plain http, browsers take it for an insecure origin. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

for (const headers of [true, false]) {
  test(`Look works on an insecure origin, on a host ${headers ? 'with' : 'without'} headers`, async ({
    page,
  }) => {
    test.skip(address === undefined, 'this machine has only loopback: there is no insecure address to open');
    const server = await startServer({ dir: 'dist', host: address ?? '', headers });
    try {
      const look = new LookPage(page);
      await look.open(server.url);
      expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'caches' in window])).toEqual([
        false,
        false,
        false,
      ]);
      const files = samplePictures(1);
      await look.add([...files, ...samplePictures(2).slice(0, 1)]);
      await look.ready(files.length);
      await look.searchByPicture(2);
      expect(await look.hits()).toHaveLength(files.length - 1);
    } finally {
      await server.close();
    }
  });
}
