import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { RATE } from '../support/doorbell.ts';
import { wavOf } from '../support/wav.ts';

const SCRIPT = 'public/pi/atelier_doorbell.py';
const STANDIN = 'e2e/devices/bluez.py';

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
/** The first Python that has what the script needs for Bluetooth; empty: none has. */
const python = ['python3', '/usr/bin/python3'].find((each) => works(each, '-c', 'import dbus, gi')) ?? '';

/** Why no Bluetooth can be had on this machine; empty when it can. */
export function whyNoRadio(): string {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (!works('dbus-daemon', '--version')) return 'it needs dbus-daemon';
  if (python === '') return 'it needs python3 with python3-dbus and python3-gi';
  return process.env.ATELIER_BROWSER === undefined ? 'ATELIER_BROWSER names no browser' : '';
}

/** A process whose lines are waited for. */
class Talker {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.process.stdout === null) throw new Error('no stdout');
    createInterface(this.process.stdout).on('line', (line) => {
      this.#lines.push(line);
      for (const look of this.#waiting) look();
    });
    this.process.once('exit', () => {
      this.#isOver = true;
      for (const look of this.#waiting) look();
    });
  }

  /** How often a line has come. */
  count(line: string): number {
    return this.#lines.filter((each) => each === line).length;
  }

  /**
   * Resolves when a line has come so many times.
   *
   * @throws when the process has ended without it
   */
  async until(line: string, times = 1): Promise<void> {
    while (this.count(line) < times) {
      if (this.#isOver) throw new Error(`it ended without “${line}”: ${this.#lines.join(', ')}`);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  async say(line: string): Promise<void> {
    const times = this.count(`done ${line}`) + 1;
    this.process.stdin?.write(`${line}\n`);
    await this.until(`done ${line}`, times);
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }
}

/** Bluetooth between the Pi's script and a browser: a private D-Bus, and a stand-in for BlueZ on it (`bluez.py`). */
export class Radio {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atelier-radio-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #address: string;
  #bus: Talker | undefined;
  #standin: Talker | undefined;
  #script: Talker | undefined;
  #context: BrowserContext | undefined;

  constructor() {
    this.#address = `unix:path=${join(this.#folder, 'bus')}`;
    this.#env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.#address };
  }

  async start(): Promise<void> {
    const config = join(this.#folder, 'bus.conf');
    writeFileSync(
      config,
      `<busconfig><type>system</type><listen>${this.#address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`,
    );
    this.#bus = new Talker(
      'dbus-daemon',
      [`--config-file=${config}`, '--nofork', '--print-address'],
      this.#env,
    );
    while (!existsSync(join(this.#folder, 'bus'))) await new Promise((resolve) => setImmediate(resolve));
    this.#standin = new Talker(python, [STANDIN], this.#env);
    await this.#standin.until('ready');
  }

  /** What BlueZ would say: `connected`, `disconnected`, `refused` … */
  get air(): Talker {
    if (this.#standin === undefined) throw new Error('the radio is off');
    return this.#standin;
  }

  /** Switches the Pi on; it is in the air when this returns. */
  async switchOn(name: string, simulation: readonly string[]): Promise<void> {
    const times = this.air.count(`advertised ${name}`) + 1;
    this.#script = new Talker(python, [SCRIPT, '--bluetooth', '--name', name, ...simulation], this.#env);
    const ended = new Promise<never>((_resolve, reject) => {
      this.#script?.process.once('exit', (code) => reject(new Error(`the script ended with ${code}`)));
    });
    // Later it may end as it likes.
    ended.catch(() => undefined);
    await Promise.race([this.air.until(`advertised ${name}`, times), ended]);
  }

  /** Pulls its power. */
  async switchOff(): Promise<void> {
    await this.#script?.end();
  }

  /**
   * A browser with this radio.
   *
   * @param voice what its microphone hears, over and over
   * @param remembers whether it has `getDevices`
   */
  async browser(
    voice: Float32Array,
    remembers: boolean,
    launch: { readonly args?: string[] },
  ): Promise<BrowserContext> {
    const wav = join(this.#folder, 'voice.wav');
    writeFileSync(wav, wavOf(voice, RATE));
    const features = ['WebBluetooth', ...(remembers ? ['WebBluetoothNewPermissionsBackend'] : [])];
    this.#context = await chromium.launchPersistentContext(join(this.#folder, 'profile'), {
      ...launch,
      executablePath: process.env.ATELIER_BROWSER ?? '',
      env: this.#env,
      args: [
        ...(launch.args ?? []),
        `--enable-features=${features.join(',')}`,
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${wav}`,
      ],
    });
    return this.#context;
  }

  async close(): Promise<void> {
    await this.#context?.close();
    for (const talker of [this.#script, this.#standin, this.#bus]) await talker?.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Answers the browser's chooser with the first device in it, as a person would. */
export async function chooseDevices(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const answered = new Set<string>();
  session.on('DeviceAccess.deviceRequestPrompted', ({ id, devices }) => {
    const [device] = devices;
    if (device === undefined || answered.has(id)) return;
    answered.add(id);
    void session.send('DeviceAccess.selectPrompt', { id, deviceId: device.id });
  });
  await session.send('DeviceAccess.enable');
}
