import type { Page, Worker } from '@playwright/test';
import { LookPage, samplePictures } from './support/look.ts';
import { expect, insecure, test, type ForeignHost } from './support/site.ts';

test.use({ isKept: true });

/** How each host treats the site. The address decides whether the browser allows a service worker. */
const HOSTS = [
  { name: 'a host with headers', headers: true, isSecure: true },
  { name: 'a host without headers', headers: false, isSecure: true },
  { name: 'an insecure host with headers', headers: true, isSecure: false },
  { name: 'an insecure host without headers', headers: false, isSecure: false },
];

/** Tries to get out of a worker, in every way that a worker has; answers the ways that were not refused at once. */
const escape = (worker: Worker, foreign: string): Promise<string[]> =>
  worker.evaluate(async (address) => {
    const tries: Record<string, () => Promise<unknown>> = {
      fetch: () => fetch(`${address}fetch`, { mode: 'no-cors' }),
      request: () =>
        new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          request.onload = resolve;
          request.onerror = reject;
          request.open('GET', `${address}request`);
          request.send();
        }),
      socket: () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`${address.replace('http', 'ws')}socket`);
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
      module: () => import(/* @vite-ignore */ `${address}module.js`),
      eval: () => Promise.resolve(Reflect.construct(Function, ['return 1'])),
    };
    const out: string[] = [];
    for (const [name, attempt] of Object.entries(tries)) {
      try {
        await attempt();
        out.push(name);
      } catch (cause) {
        if (!(cause instanceof Error || cause instanceof Event)) throw cause;
      }
    }
    return out;
  }, foreign);

const escapePage = (page: Page, foreign: string): Promise<string[]> =>
  page.evaluate(async (address) => {
    const tries: Record<string, () => Promise<unknown>> = {
      fetch: () => fetch(`${address}page-fetch`, { mode: 'no-cors' }),
      image: () =>
        new Promise((resolve, reject) => {
          const image = new Image();
          image.onload = resolve;
          image.onerror = () => reject(new Error('image'));
          image.src = `${address}page-image`;
        }),
      script: () =>
        new Promise((resolve, reject) => {
          const script = document.createElement('script');
          script.onload = resolve;
          script.onerror = () => reject(new Error('script'));
          script.src = `${address}page-script.js`;
          document.head.append(script);
        }),
      inline: () => {
        const script = document.createElement('script');
        script.textContent = 'window.inlineRan = true';
        document.head.append(script);
        return 'inlineRan' in window ? Promise.resolve() : Promise.reject(new Error('inline'));
      },
      eval: () => Promise.resolve(Reflect.construct(Function, ['return 1'])),
    };
    const out: string[] = [];
    for (const [name, attempt] of Object.entries(tries)) {
      try {
        await attempt();
        out.push(name);
      } catch (cause) {
        if (!(cause instanceof Error || cause instanceof Event)) throw cause;
      }
    }
    // Answers whether it was queued, not whether it was sent: the foreign host tells that.
    navigator.sendBeacon(`${address}page-beacon`, 'x');
    return out;
  }, foreign);

async function expectNoWayOut(page: Page, foreign: ForeignHost): Promise<void> {
  const names = page.workers().map((worker) => worker.url());
  // The library, the graph and at least one network.
  expect(names.length).toBeGreaterThanOrEqual(3);
  for (const worker of page.workers()) expect(await escape(worker, foreign.url), worker.url()).toEqual([]);
  expect(await escapePage(page, foreign.url)).toEqual([]);
  for (const worker of page.context().serviceWorkers())
    expect(
      await worker.evaluate(
        (address) =>
          fetch(address).then(
            () => 'went out',
            () => 'refused',
          ),
        `${foreign.url}service-worker`,
      ),
    ).toBe('refused');
  expect(foreign.asked).toEqual([]);
}

for (const { name, headers, isSecure } of HOSTS)
  test(`nothing gets out on ${name}, from the page nor from any worker`, async ({
    page,
    serve,
    foreign,
    requested,
  }) => {
    const { url } = await serve({ headers });
    const site = isSecure ? url : insecure(url);
    const look = new LookPage(page);
    const files = samplePictures(2);
    await look.open(site);
    expect(await page.evaluate(() => isSecureContext)).toBe(isSecure);
    await look.add(files);
    await look.ready(files.length);
    await look.searchByPicture(0);
    // Every request of the whole visit went home; blob: addresses never leave the browser.
    expect(requested.length).toBeGreaterThan(10);
    expect(requested.filter((address) => !address.replace(/^blob:/, '').startsWith(site))).toEqual([]);
    await expectNoWayOut(page, foreign);
  });

test('a reload past the service worker starts no worker without its policy', async ({
  page,
  serve,
  foreign,
}) => {
  const site = await serve({ headers: false });
  const look = new LookPage(page);
  await look.open(site.url);
  const session = await page.context().newCDPSession(page);
  const loaded = page.waitForEvent('load');
  await session.send('Page.reload', { ignoreCache: true });
  await loaded;
  await look.add(samplePictures(1));
  await look.ready(10);
  await expectNoWayOut(page, foreign);
});

test('connected mode lets the page out, and no worker', async ({ page, serve, foreign }) => {
  const site = await serve();
  await page.goto(`${site.url}#/device`);
  const mode = page.getByRole('switch', { name: 'Connected mode' });
  await expect(mode).not.toBeChecked();
  expect(await escapePage(page, foreign.url)).toEqual([]);
  expect(foreign.asked).toEqual([]);

  await mode.click();
  await expect(page).toHaveURL(`${site.url}connected.html#/device`);
  await expect(mode).toBeChecked();
  await expect(page.getByRole('complementary', { name: 'Connected mode' })).toBeVisible();
  expect(await page.evaluate((address) => fetch(address).then((answer) => answer.text()), foreign.url)).toBe(
    'foreign',
  );
  const asked = foreign.asked.length;
  expect(asked).toBe(1);
  await page.getByRole('navigation').getByRole('link', { name: 'Look' }).click();
  await expect(page).toHaveURL(`${site.url}connected.html#/look`);
  await expect(page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  for (const worker of page.workers()) expect(await escape(worker, foreign.url), worker.url()).toEqual([]);
  expect(foreign.asked.length).toBe(asked);

  await page.getByRole('navigation').getByRole('link', { name: 'This device' }).click();
  await mode.click();
  await expect(page).toHaveURL(`${site.url}#/device`);
  await expect(page.getByRole('complementary', { name: 'Connected mode' })).toHaveCount(0);
});
