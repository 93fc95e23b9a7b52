import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS } from './e2e/support/browser.ts';

const executablePath = process.env.ATELIER_BROWSER;

export default defineConfig({
  testDir: 'e2e',
  // They need a server: `npm run test:engines`.
  testIgnore: process.env.ATELIER_CHROMA === undefined ? 'engines/**' : [],
  timeout: 120_000,
  // What is waited for comes at once on a quiet machine, and on a busy one it comes.
  expect: { timeout: 15_000 },
  globalSetup: './scripts/ensure-build.ts',
  // Much of a test is waiting: for a visitor who speaks, for a file to be read.
  workers: 2,
  forbidOnly: true,
  // A busy machine may starve a browser; what needs a second try is listed as flaky, and is to be mended.
  retries: process.env.CI === undefined ? 0 : 2,
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    headless: true,
    // Nothing fades or slides: a tenth less work, and nothing moves under the mouse.
    contextOptions: { reducedMotion: 'reduce' },
    // A trace of every test is a fifth more work; `--trace on` where one is wanted.
    trace: 'on-first-retry',
    launchOptions: { ...(executablePath === undefined ? {} : { executablePath }), args: BROWSER_ARGS },
  },
});
