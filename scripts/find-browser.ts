import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];
const DOWNLOAD_LIMIT_MS = 60_000;

const onPath = (name: string): string | undefined => {
  const found = spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.split(/\r?\n/)[0] : undefined;
};

function installed(): string | undefined {
  const named = process.env.ATELIER_BROWSER;
  if (named !== undefined && named !== '') return named;
  for (const name of NAMES) {
    const path = onPath(name);
    if (path !== undefined) return path;
  }
  return [...PLACES, chromium.executablePath()].find((path) => path !== '' && existsSync(path));
}

const isDebianRoot = (): boolean => process.getuid?.() === 0 && existsSync('/etc/debian_version');

/**
 * The browser for tests and benches: an installed Chrome or Chromium; else, as root on Debian, the system's package;
 * else Playwright's own download.
 *
 * @returns the path of the executable
 * @throws Error with one line that says what to install
 */
export function findBrowser(): string {
  const first = installed();
  if (first !== undefined) return first;
  if (isDebianRoot()) {
    console.log('No Chrome or Chromium found: installing the package chromium.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env,
    });
  } else {
    console.log('No Chrome or Chromium found: trying the download of Playwright.');
    try {
      execFileSync('npx', ['playwright', 'install', 'chromium'], {
        stdio: 'inherit',
        timeout: DOWNLOAD_LIMIT_MS,
      });
    } catch (cause) {
      console.log(`The download failed: ${String(cause)}`);
    }
  }
  const second = installed();
  if (second !== undefined) return second;
  throw new Error('No browser: install Google Chrome or Chromium, or set ATELIER_BROWSER to its executable.');
}
