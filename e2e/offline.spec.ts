import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { LookPage, samplePictures } from './support/look.ts';
import { expect, test } from './support/site.ts';

test.use({ isKept: true });

let profile: string;

test.beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'atelier-offline-'));
});

test.afterEach(() => rmSync(profile, { recursive: true, force: true }));

/** A browser on the profile, as the project's settings describe it. */
async function launch(): Promise<{ context: BrowserContext; page: Page }> {
  const context = await chromium.launchPersistentContext(profile, test.info().project.use.launchOptions);
  return { context, page: context.pages()[0] ?? (await context.newPage()) };
}

for (const headers of [true, false])
  test(`after one visit the browser starts again without the host (headers: ${headers}), and Look goes on`, async ({
    serve,
  }) => {
    const site = await serve({ headers });
    const [firstHalf, secondHalf] = [samplePictures(4).slice(0, 20), samplePictures(4).slice(20, 30)];
    const before = await launch();
    const look = new LookPage(before.page);
    await look.open(site.url);
    await look.add(firstHalf);
    await look.ready(firstHalf.length);
    const id = await look.searchByPicture(2);
    const hits = await look.hits();
    await before.context.close();
    await site.close();

    const after = await launch();
    const again = new LookPage(after.page);
    await again.open(site.url);
    await again.ready(firstHalf.length);
    expect(await again.searchByPicture(2)).toBe(id);
    expect(await again.hits()).toEqual(hits);
    await again.add(secondHalf);
    await again.ready(firstHalf.length + secondHalf.length);
    await again.searchByPicture(firstHalf.length);
    // Every other page is there too.
    for (const [link, heading] of [
      ['This device', 'What this browser can do'],
      ['About', 'Libraries'],
    ] as const) {
      await after.page.getByRole('navigation').getByRole('link', { name: link }).click();
      await expect(after.page.getByRole('heading', { name: heading })).toBeVisible();
    }
    await after.page.goto(`${site.url}connected.html#/device`);
    await expect(after.page.getByRole('switch', { name: 'Connected mode' })).toBeChecked();
    await after.context.close();
  });

test('the site can be installed', async ({ page, site }) => {
  await page.goto(site.url);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // Private windows never install; the tests' contexts are private.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
    [],
  );
  const { errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '') as { icons: { src: string; sizes: string; purpose?: string }[] };
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(['any', '192x192', '512x512', '512x512']);
  for (const { src } of manifest.icons) expect((await page.request.get(`${site.url}${src}`)).ok()).toBe(true);
});
