import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { assembly } from '../scripts/vite-assembly.ts';
import { hnswlib } from '../scripts/vite-hnswlib.ts';

const page = (name: string): string => fileURLToPath(new URL(`pages/${name}.html`, import.meta.url));

/** The pages of the benches. They are built beside a copy of the site, into a folder that is never published. */
export default defineConfig({
  root: fileURLToPath(new URL('pages', import.meta.url)),
  base: './',
  publicDir: false,
  plugins: [assembly(), hnswlib()],
  worker: { format: 'es', plugins: () => [assembly()] },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    emptyOutDir: false,
    rolldownOptions: {
      input: {
        peer: page('peer'),
        library: page('library'),
        scale: page('scale'),
        engines: page('engines'),
        compose: page('compose'),
        'bare-tone': page('bare-tone'),
        words: page('words'),
        speech: page('speech'),
      },
    },
  },
});
