/** Runs a command with ATELIER_BROWSER set to a browser that was found or installed. */
import { spawnSync } from 'node:child_process';
import { findBrowser } from './find-browser.ts';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: with-browser.ts COMMAND [ARGUMENTS]');
const { status } = spawnSync(command, args, {
  stdio: 'inherit',
  env: { ...process.env, ATELIER_BROWSER: findBrowser() },
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
