import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the built site is made of. */
const SOURCES = [
  'src',
  'public',
  'models',
  'scripts',
  'index.html',
  'connected.html',
  'worker-frame.html',
  'vite.config.ts',
  'package-lock.json',
  'LICENSES.md',
];
/** Written last by the build. */
const RESULT = 'dist/_headers';

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds the site unless the built one is newer than everything it is made of. */
export default function ensureBuild(): void {
  const isFresh = existsSync(RESULT) && statSync(RESULT).mtimeMs > Math.max(...SOURCES.map(newest));
  if (isFresh) return;
  console.log('The built site is missing or older than its sources: building it.');
  execFileSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
