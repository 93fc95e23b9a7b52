import { existsSync, readFileSync } from 'node:fs';

/** What index.html itself loads: the entry script and everything it imports at once. Pages of studios come later. */
const html = existsSync('dist/index.html') ? readFileSync('dist/index.html', 'utf8') : '';
const scripts = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => `dist/${path}`);

export default [{ name: 'JavaScript before a studio is opened', path: scripts, limit: '90 KB', gzip: true }];
