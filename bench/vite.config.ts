import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (name: string): string => fileURLToPath(new URL(`pages/${name}.html`, import.meta.url));

/** The pages of the benches. They are built beside a copy of the site, into a folder that is never published. */
export default defineConfig({
  root: fileURLToPath(new URL('pages', import.meta.url)),
  base: './',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    emptyOutDir: false,
    rolldownOptions: { input: { peer: page('peer'), library: page('library'), compose: page('compose') } },
  },
});
