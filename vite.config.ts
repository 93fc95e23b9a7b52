import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import packageJson from './package.json' with { type: 'json' };
import { assembly } from './scripts/vite-assembly.ts';
import { licences } from './scripts/vite-licences.ts';
import { models } from './scripts/vite-models.ts';
import { contentSecurityPolicy } from './scripts/vite-policy.ts';

const shipped = licences([
  '@fontsource-variable/instrument-sans',
  'workbox-core',
  'workbox-precaching',
  'workbox-routing',
  'workbox-strategies',
]);

export default defineConfig({
  // Relative addresses: the built site works from any folder of any host.
  base: './',
  // Tests of updates build a second version.
  define: { __ATELIER_VERSION__: JSON.stringify(process.env.ATELIER_VERSION ?? packageJson.version) },
  resolve: {
    alias: { 'blob-polyfill': fileURLToPath(new URL('scripts/blob-polyfill.ts', import.meta.url)) },
  },
  plugins: [
    svelte(),
    assembly(),
    contentSecurityPolicy(),
    models(),
    shipped.page,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/sw',
      filename: 'sw.ts',
      // src/platform/service-worker.ts registers it.
      injectRegister: false,
      manifest: {
        name: 'Atelier',
        short_name: 'Atelier',
        description: packageJson.description,
        id: './',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#f6f2ea',
        theme_color: '#f6f2ea',
        icons: [
          { src: 'icons/atelier.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icons/atelier-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/atelier-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: 'icons/atelier-maskable-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{html,js,css,wasm,woff2,svg,png,webp,json,webmanifest}'],
        // Fetched when asked for; the model store keeps the models.
        globIgnores: ['models/**', 'samples/**', 'sw.js'],
        dontCacheBustURLsMatching: /^(assets|workers)\//,
        // ONNX Runtime and Verovio are the largest; they are kept when they are asked for: src/sw/sw.ts.
        maximumFileSizeToCacheInBytes: 16_000_000,
      },
    }),
  ],
  worker: {
    format: 'es',
    plugins: () => [assembly(), shipped.worker()],
    rolldownOptions: {
      checks: { pluginTimings: false },
      // Verovio asks for it in Node only.
      external: ['node:module'],
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
    rolldownOptions: {
      // Its hints about slow plugins are no warnings of ours.
      checks: { pluginTimings: false },
      input: { index: 'index.html', connected: 'connected.html', 'worker-frame': 'worker-frame.html' },
    },
  },
});
