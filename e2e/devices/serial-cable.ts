import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, expect, test, type BrowserContext, type Page } from '@playwright/test';
import { babble, DoorbellPage, RATE } from '../support/doorbell.ts';
import { wavOf } from '../support/wav.ts';

/** Pseudo terminals are no serial devices for a browser, except where this is mounted over the list of drivers. */
const DRIVERS = 'pty_slave /dev/pts 136 0-1048575 serial\n';
/** As Linux' serial gadget says. */
const VENDOR = 0x0525;
const TELL = 'e2e/devices/udev.py';
const SCRIPT = 'public/pi/atelier_doorbell.py';

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Why no serial cable can be had on this machine; empty when one can. */
export function whyNoSerial(): string {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root, for a mount namespace and to speak as udev';
  if (!existsSync('/proc/tty/drivers')) return 'the system has no /proc/tty/drivers';
  if (process.env.ATELIER_BROWSER === undefined) return 'ATELIER_BROWSER names no browser';
  if (!works('python3', '--version')) return 'it needs python3';
  return works('unshare', '-m', 'true') ? '' : 'it needs unshare, and to be allowed a mount namespace';
}

const hex = (id: number): string => id.toString(16).padStart(4, '0');

/**
 * A browser, and the Pi's script on a USB cable to it. What it runs on is made anew for each test. Other browsers of this
 * machine hear of the plug as well, but take a pseudo terminal for no serial device.
 */
export class SerialCable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atelier-serial-'));
  /** Of two cables at a time each has its own make. */
  readonly #productId = randomInt(1, 0xffff);
  readonly #path = `/devices/platform/atelier-${process.pid}-${this.#productId}/tty/ttyDoor`;
  /** As the browser has it: another one at each plug. */
  #plugged: readonly string[] | undefined;
  #plugs = 0;
  #script: ChildProcess | undefined;
  #context: BrowserContext | undefined;
  /** When the script that sends now began: its readings count from there; milliseconds since 1970. */
  startedMs: Promise<number> = Promise.resolve(NaN);

  /** Starts the script on a pseudo terminal. @returns its name */
  async #startScript(args: readonly string[]): Promise<string> {
    const script = spawn('python3', [SCRIPT, '--pty', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#script = script;
    const lines = createInterface(script.stderr);
    this.startedMs = new Promise((resolve) => {
      lines.on('line', (line) => {
        const [, seconds] = /^started ([\d.]+)/.exec(line) ?? [];
        if (seconds !== undefined) resolve(1000 * Number(seconds));
      });
    });
    return new Promise((resolve, reject) => {
      lines.once('line', resolve);
      script.once('error', reject);
    });
  }

  /** What the page remembers of it. */
  get identity(): { readonly vendorId: number; readonly productId: number } {
    return { vendorId: VENDOR, productId: this.#productId };
  }

  /**
   * Starts a browser that may use the port, which is not plugged in yet.
   *
   * @param origin of the site
   * @param voice what the microphone hears, over and over
   */
  async browser(
    origin: string,
    voice: Float32Array,
    launch: { readonly args?: string[]; readonly env?: NodeJS.ProcessEnv },
  ): Promise<BrowserContext> {
    const profile = join(this.#folder, 'profile');
    mkdirSync(profile);
    // As if the person had chosen the port on an earlier visit: nobody can answer the chooser of a browser without a window.
    const managed = { serial_allow_all_ports_for_urls: [origin] };
    writeFileSync(join(profile, 'Local State'), JSON.stringify({ managed }));
    const wav = join(this.#folder, 'voice.wav');
    writeFileSync(wav, wavOf(voice, RATE));
    const drivers = join(this.#folder, 'drivers');
    writeFileSync(drivers, DRIVERS);
    const starter = join(this.#folder, 'browser.sh');
    // Where no udevd runs, libudev would not listen: it looks for this file.
    const listening =
      '{ [ -e /run/udev/control ] || { mkdir -p /run/udev && mount -t tmpfs tmpfs /run/udev && : > /run/udev/control; }; }';
    const inside = `${listening} && mount --bind "$ATELIER_DRIVERS" /proc/tty/drivers && exec "$ATELIER_BROWSER" "$@"`;
    writeFileSync(
      starter,
      `#!/bin/sh\nexec unshare -m --propagation private sh -c '${inside}' browser "$@"\n`,
      { mode: 0o755 },
    );
    this.#context = await chromium.launchPersistentContext(profile, {
      ...launch,
      executablePath: starter,
      env: { ...process.env, ...launch.env, ATELIER_DRIVERS: drivers },
      args: [
        ...(launch.args ?? []),
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${wav}`,
      ],
    });
    return this.#context;
  }

  /** Pulls the cable: whoever holds the port open is told, and then that there is no such device any more. */
  async unplug(): Promise<void> {
    const script = this.#script;
    if (script === undefined) return;
    // One that was to send so many readings may have ended.
    if (script.exitCode === null) {
      const gone = new Promise((resolve) => script.once('exit', resolve));
      script.kill('SIGKILL');
      await gone;
    }
    this.#script = undefined;
    if (this.#plugged !== undefined) this.#tell('remove', this.#plugged);
    this.#plugged = undefined;
  }

  /**
   * Plugs it in: the script starts anew, as a Pi that was without power does, on another device than before.
   *
   * @param simulation arguments of the script
   */
  async plug(simulation: readonly string[]): Promise<void> {
    const pty = await this.#startScript(simulation);
    this.#plugs += 1;
    this.#plugged = [`${this.#path}${this.#plugs}`, pty];
    this.#tell('add', this.#plugged);
  }

  #tell(action: 'add' | 'remove', which: readonly string[]): void {
    const ids = [hex(VENDOR), hex(this.#productId), `door${this.#productId}`];
    const { status, stderr } = spawnSync('python3', [TELL, action, ...which, ...ids]);
    if (status !== 0) throw new Error(stderr.toString());
  }

  async close(): Promise<void> {
    await this.#context?.close();
    await this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The page of somebody who connected the sensor on an earlier visit, opened while it is unplugged; then it is plugged in.
 *
 * @param cable with nothing on it yet
 * @param url of the site
 * @param simulation arguments of the script, which calls itself `Test door`
 * @param options `voice`: what the microphone hears; `prepare`: the page before it is opened; `args` and `env`: more of
 *   them for the browser
 */
export async function connected(
  cable: SerialCable,
  url: string,
  simulation: readonly string[],
  options: {
    readonly voice?: Float32Array;
    readonly prepare?: (page: Page) => Promise<unknown>;
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<DoorbellPage> {
  const launch = test.info().project.use.launchOptions ?? {};
  const args = [...simulation, '--name', 'Test door'];
  const context = await cable.browser(new URL(url).origin, options.voice ?? babble(7, 2), {
    args: [...(launch.args ?? []), ...(options.args ?? [])],
    env: options.env ?? {},
  });
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.page.addInitScript((identity) => {
    const link = { via: 'cable', name: 'Test door', keep: true, cable: identity, baudRate: 115_200 };
    localStorage.setItem('atelier-doorbell-link', JSON.stringify(link));
  }, cable.identity);
  await options.prepare?.(doorbell.page);
  await doorbell.open(url);
  await expect(doorbell.status).toHaveText(/Test door is not plugged in/);
  await cable.plug(args);
  await expect(doorbell.status).toHaveText(/Connected by cable to Test door/);
  return doorbell;
}
