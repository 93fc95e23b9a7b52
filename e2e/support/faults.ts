/** What goes wrong with a browser: it is killed, its page crashes, its disk is full. Nothing in the page is replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { BROWSER_ARGS } from './browser.ts';

const START_LIMIT_MS = 30_000;
/** Left by a browser that could not say goodbye; the next one on the profile would take it for alive. */
const LOCK_FILES = ['SingletonLock', 'SingletonCookie', 'SingletonSocket'];

async function devToolsAddress(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('the browser was started without its messages');
  const said: string[] = [];
  const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line);
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) return address;
    }
    throw new Error(`the browser did not start: ${said.slice(-5).join(' | ')}`);
  } finally {
    clearTimeout(timer);
    // Whatever it says later has to go somewhere, or the browser stands still when the pipe is full.
    child.stderr.resume();
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL');
}

/** A profile on the disk, and the browser that runs on it: a real process, so that it can be killed. */
export class Profile {
  readonly #dir: string;
  #child: ChildProcess | undefined;
  #browser: Browser | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async create(): Promise<Profile> {
    return new Profile(await mkdtemp(join(tmpdir(), 'atelier-profile-')));
  }

  /**
   * Starts the browser. Its one context is the profile.
   *
   * @param options `args`: more flags; `isWatched`: false leaves tabs as a person has them, hidden behind another one;
   *   otherwise each thinks that it is looked at
   */
  async launch({
    args: more = [],
    isWatched = true,
  }: { readonly args?: readonly string[]; readonly isWatched?: boolean } = {}): Promise<BrowserContext> {
    const executable = process.env.ATELIER_BROWSER ?? chromium.executablePath();
    await Promise.all(LOCK_FILES.map((file) => rm(join(this.#dir, file), { force: true })));
    const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${this.#dir}`];
    const args = [...own, ...BROWSER_ARGS, ...more];
    // A group of its own, so that the kill takes the renderers too.
    const child = spawn(executable, [...args, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#child = child;
    // A test run that is broken off leaves no browser behind.
    const end = (): void => killGroup(child);
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    this.#browser = await chromium.connectOverCDP(await devToolsAddress(child), { noDefaults: !isWatched });
    const context = this.#browser.contexts()[0];
    if (context === undefined) throw new Error('the browser has no context');
    return context;
  }

  /** SIGKILL: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const ended = hasEnded(child) ? undefined : once(child, 'exit');
    killGroup(child);
    await ended;
    this.#child = undefined;
    await this.#browser?.close();
  }

  /** Closes the browser as a person does. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = hasEnded(child) ? undefined : once(child, 'exit');
    const session = await this.#browser?.newBrowserCDPSession();
    await session?.send('Browser.close');
    await ended;
    this.#child = undefined;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends the page's process at once, with all its workers. The page cannot be used afterwards; the browser lives. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  // Nobody is left to answer this call; the event says that it happened.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** Takes room away from an origin, until `free` gives it back. */
export async function limitRoom(
  page: Page,
  origin: string,
  bytes: number,
): Promise<{ free(): Promise<void> }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: bytes });
  return {
    async free() {
      await session.send('Storage.overrideQuotaForOrigin', { origin });
    },
  };
}

/** Takes a permission back, in the middle of whatever goes on. */
export async function takePermission(page: Page, origin: string, name: string): Promise<void> {
  const own = await page.context().newCDPSession(page);
  const { targetInfo } = await own.send('Target.getTargetInfo');
  const browser = page.context().browser();
  if (browser === null) throw new Error('a context without a browser of its own');
  const session = await browser.newBrowserCDPSession();
  const { browserContextId } = targetInfo;
  await session.send('Browser.setPermission', {
    permission: { name },
    setting: 'denied',
    origin,
    ...(browserContextId === undefined ? {} : { browserContextId }),
  });
  await Promise.all([own.detach(), session.detach()]);
}
