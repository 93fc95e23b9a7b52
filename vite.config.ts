import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import packageJson from './package.json' with { type: 'json' };
import { contentSecurityPolicy } from './scripts/vite-policy.ts';

export default defineConfig({
  // Relative addresses: the built site works from any folder of any host.
  base: './',
  define: { __ATELIER_VERSION__: JSON.stringify(packageJson.version) },
  plugins: [svelte(), contentSecurityPolicy()],
  worker: {
    format: 'es',
    rolldownOptions: {
      output: {
        // Policies are told apart by this folder and the worker's name: src/platform/policy.ts.
        entryFileNames: 'workers/[name]-[hash].js',
        chunkFileNames: 'workers/chunks/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // No data: addresses for wasm and pictures: the policy of connect-src would refuse to fetch them.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: 'index.html' } },
  },
});
