import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { findBrowser } from '../../scripts/find-browser.ts';
import { startServer, type RunningServer } from '../../scripts/static-server.ts';

/** Chromium talks to nobody but the site; and it may be asked hundreds of questions a second, more than a person can. */
const BROWSER_ARGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-ipc-flooding-protection',
];
const VIEWPORT = { width: 1280, height: 900 };

/** A folder for the browser's profile, gone at the end. */
export interface Profile {
  readonly dir: string;
  remove(): void;
}

export function freshProfile(): Profile {
  const dir = mkdtempSync(join(tmpdir(), 'atelier-profile-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface OpenBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly version: string;
  close(): Promise<void>;
}

/**
 * Starts the browser on a profile.
 *
 * @param profile its folder
 * @returns the browser with one page; what the page throws is printed
 */
export async function openBrowser(profile: Profile): Promise<OpenBrowser> {
  const context = await chromium.launchPersistentContext(profile.dir, {
    executablePath: findBrowser(),
    args: BROWSER_ARGS,
    viewport: VIEWPORT,
  });
  // tsx names the functions that it compiles by this helper, and the ones that are sent to a page do not bring it along.
  await context.addInitScript({ content: 'globalThis.__name ??= (target) => target;' });
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => console.error(`error in the page: ${error.message}`));
  const version = context.browser()?.version() ?? 'unknown';
  return { context, page, version, close: () => context.close() };
}

export interface OpenSite extends OpenBrowser {
  readonly server: RunningServer;
}

/** Serves the built site with its headers, and opens a browser on a fresh profile. */
export async function openSite(): Promise<OpenSite> {
  const profile = freshProfile();
  const server = await startServer({ dir: 'dist', headers: true });
  const browser = await openBrowser(profile);
  return {
    ...browser,
    server,
    async close() {
      await browser.close();
      await server.close();
      profile.remove();
    },
  };
}
