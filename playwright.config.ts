import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS } from './e2e/support/browser.ts';

const executablePath = process.env.ATELIER_BROWSER;

export default defineConfig({
  testDir: 'e2e',
  timeout: 120_000,
  globalSetup: './scripts/ensure-build.ts',
  workers: 1,
  forbidOnly: true,
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    headless: true,
    trace: 'retain-on-failure',
    launchOptions: { ...(executablePath === undefined ? {} : { executablePath }), args: BROWSER_ARGS },
  },
});
