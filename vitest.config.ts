import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { assembly } from './scripts/vite-assembly.ts';
import { hnswlib } from './scripts/vite-hnswlib.ts';

const executablePath = process.env.ATELIER_BROWSER;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,scripts,cli,bench}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/*.engines.test.ts'],
          environment: 'node',
          // Far above what any test needs: on a busy machine a limit of 5 s would decide, not the assertion.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Against real servers and readers in Python: `npm run test:engines`.
        test: {
          name: 'engines',
          include: ['src/**/*.engines.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        plugins: [svelte(), assembly(), hnswlib()],
        worker: { format: 'es', plugins: () => [assembly(), hnswlib()] },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: [
                  '--no-sandbox',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
