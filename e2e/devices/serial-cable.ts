import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, expect, test, type BrowserContext, type Page } from '@playwright/test';
import { babble, DoorbellPage, RATE } from '../support/doorbell.ts';
import { wavOf } from '../support/wav.ts';

/** The one serial port that the browser finds; inside the browser's own mount namespace another device lies over it. */
const PORT = '/dev/ttyS0';
const SCRIPT = 'public/pi/atelier_doorbell.py';

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Why no serial cable can be had on this machine; empty when one can. */
export function whyNoSerial(): string {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root, for a mount namespace';
  if (!existsSync(PORT)) return `the system has no ${PORT}`;
  if (process.env.ATELIER_BROWSER === undefined) return 'ATELIER_BROWSER names no browser';
  if (!works('python3', '--version')) return 'it needs python3';
  if (!works('unshare', '-m', 'true')) return 'it needs unshare, and to be allowed a mount namespace';
  return works('nsenter', '--version') ? '' : 'it needs nsenter';
}

/** A browser with the Pi's script on its serial port. What it runs on is made anew for each test. */
export class SerialCable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atelier-serial-'));
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

  /**
   * Plugs the sensor in, and starts a browser that may use the port.
   *
   * @param origin of the site
   * @param simulation arguments of the script
   * @param voice what the microphone hears, over and over
   */
  async browser(
    origin: string,
    simulation: readonly string[],
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
    const starter = join(this.#folder, 'browser.sh');
    const inside = `mount --bind "$ATELIER_PTY" ${PORT} && exec "$ATELIER_BROWSER" "$@"`;
    writeFileSync(
      starter,
      `#!/bin/sh\nexec unshare -m --propagation private sh -c 'echo $$ > ${this.#pidFile}; ${inside}' browser "$@"\n`,
      { mode: 0o755 },
    );
    this.#context = await chromium.launchPersistentContext(profile, {
      ...launch,
      executablePath: starter,
      env: { ...process.env, ...launch.env, ATELIER_PTY: await this.#startScript(simulation) },
      args: [
        ...(launch.args ?? []),
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${wav}`,
      ],
    });
    return this.#context;
  }

  get #pidFile(): string {
    return join(this.#folder, 'pid');
  }

  /** Pulls the cable: whoever holds the port open is told. */
  async unplug(): Promise<void> {
    const script = this.#script;
    if (script === undefined) return;
    const gone = new Promise((resolve) => script.once('exit', resolve));
    script.kill('SIGKILL');
    await gone;
    this.#script = undefined;
  }

  /** Plugs it in again: the script starts anew, as a Pi that was without power does. */
  async plug(simulation: readonly string[]): Promise<void> {
    const pty = await this.#startScript(simulation);
    const { status, stderr } = spawnSync('sh', [
      '-c',
      `nsenter -t "$(cat ${this.#pidFile})" -m sh -c 'umount ${PORT}; mount --bind ${pty} ${PORT}'`,
    ]);
    if (status !== 0) throw new Error(stderr.toString());
  }

  async close(): Promise<void> {
    await this.#context?.close();
    this.#script?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The page of somebody who connected the sensor on an earlier visit.
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
  const context = await cable.browser(new URL(url).origin, args, options.voice ?? babble(7, 2), {
    args: [...(launch.args ?? []), ...(options.args ?? [])],
    env: options.env ?? {},
  });
  const doorbell = new DoorbellPage(await context.newPage());
  await doorbell.page.addInitScript(() => {
    const link = { via: 'cable', name: '', keep: true, cable: {}, baudRate: 115_200 };
    localStorage.setItem('atelier-doorbell-link', JSON.stringify(link));
  });
  await options.prepare?.(doorbell.page);
  await doorbell.open(url);
  await expect(doorbell.status).toHaveText(/Connected by cable to Test door/);
  return doorbell;
}
