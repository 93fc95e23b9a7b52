import { test as base } from '@playwright/test';
import { startServer, type RunningServer } from '../../scripts/static-server.ts';

interface SiteOptions {
  /** Whether the host sends the security headers; without them the service worker has to. */
  siteHeaders: boolean;
  /** The folder it is served from. */
  siteBase: string;
}

interface SiteFixtures {
  /** The built site, on a port of its own. `requests` are the paths it was asked for. */
  site: RunningServer & { readonly requests: readonly string[] };
}

/** Playwright's `test` with the built site beside it. */
export const test = base.extend<SiteOptions & SiteFixtures>({
  siteHeaders: [true, { option: true }],
  siteBase: ['/', { option: true }],
  site: async ({ siteHeaders, siteBase }, use) => {
    const requests: string[] = [];
    const server = await startServer({
      dir: 'dist',
      headers: siteHeaders,
      base: siteBase,
      onRequest: (path) => requests.push(path),
    });
    await use({ ...server, requests });
    await server.close();
  },
});

export { expect } from '@playwright/test';
