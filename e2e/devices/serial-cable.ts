import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type BrowserContext } from '@playwright/test';
import { wavOf } from '../support/wav.ts';
import { RATE } from '../support/doorbell.ts';

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

  /** Starts the script on a pseudo terminal. @returns its name */
  async #startScript(args: readonly string[]): Promise<string> {
    const script = spawn('python3', [SCRIPT, '--pty', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#script = script;
    return new Promise((resolve, reject) => {
      createInterface(script.stderr).once('line', resolve);
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
    launch: { readonly args?: string[] },
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
      env: { ...process.env, ATELIER_PTY: await this.#startScript(simulation) },
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
