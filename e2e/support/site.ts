import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { startServer, type RunningServer, type ServerOptions } from '../../scripts/static-server.ts';

/** Resolved to this machine by a flag of the browser (browser.ts): a plain http origin that is not secure, unlike localhost. */
const INSECURE_HOST = 'atelier.test';

export interface ForeignHost {
  readonly url: string;
  /** Paths that were asked for: none, if the policy holds. */
  readonly asked: readonly string[];
}

interface Options {
  /**
   * Whether the site may keep itself for offline use; off by default, for it fetches all of itself on each first visit,
   * which costs a tenth of a test. `test.use({ isKept: true })` where a test is about that.
   */
  readonly isKept: boolean;
}

interface Fixtures {
  /** The built site with its headers, on a port of its own. */
  readonly site: RunningServer;
  /** Serves the built site otherwise; closed after the test. */
  readonly serve: (options?: Partial<ServerOptions>) => Promise<RunningServer>;
  /** Another origin that would answer anybody. */
  readonly foreign: ForeignHost;
  /** Every address that any page or worker of the context asked for. */
  readonly requested: string[];
}

/** As a browser does whose site data is blocked. */
function refuseServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register = () =>
    Promise.reject(new DOMException('switched off in this test', 'SecurityError'));
}

/** Tests of the built site, each with a server of its own. */
export const test = base.extend<Fixtures & Options>({
  isKept: [false, { option: true }],
  context: async ({ context, isKept }, use) => {
    if (!isKept) await context.addInitScript(refuseServiceWorker);
    await use(context);
  },
  site: async ({ serve }, use) => {
    await use(await serve());
  },
  serve: async ({ browserName }, use) => {
    if (browserName !== 'chromium') throw new Error('the flags in browser.ts are for Chromium');
    const running: RunningServer[] = [];
    await use(async (options = {}) => {
      const server = await startServer({ dir: 'dist', headers: true, ...options });
      running.push(server);
      return server;
    });
    for (const server of running) await server.close();
  },
  foreign: async ({ browserName }, use) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${browserName} ${request.url ?? ''}`);
      response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('foreign');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await use({ url: `http://localhost:${port}/`, asked });
    server.closeAllConnections();
    server.close();
  },
  requested: async ({ context }, use) => {
    await use(recordRequests(context));
  },
});

export { expect } from '@playwright/test';

/** Collects the addresses that a context asks for, from its pages and its service worker. */
export function recordRequests(context: BrowserContext): string[] {
  const addresses: string[] = [];
  context.on('request', (request) => addresses.push(request.url()));
  return addresses;
}

/** By how much a page is wider than the room it has, px: a scroll bar is no room. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The same server at an address that browsers do not take for secure. */
export const insecure = (url: string): string => url.replace('//localhost:', `//${INSECURE_HOST}:`);

/** Opens a route and waits for its heading. */
export async function open(page: Page, site: { readonly url: string } | string, route = '/'): Promise<void> {
  await page.goto(`${typeof site === 'string' ? site : site.url}#${route}`);
  await page.locator('main h1').waitFor();
}
