import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { RATE } from '../support/doorbell.ts';
import { wavOf } from '../support/wav.ts';
import { python, startBus, Talker, whyNoBus } from './bus.ts';

const SCRIPT = 'public/pi/atelier_doorbell.py';
const STANDIN = 'e2e/devices/bluez.py';

/** Why no Bluetooth can be had on this machine; empty when it can. */
export const whyNoRadio = whyNoBus;

/** Bluetooth between the Pi's script and a browser: a private D-Bus, and a stand-in for BlueZ on it (`bluez.py`). */
export class Radio {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atelier-radio-'));
  readonly #env: NodeJS.ProcessEnv;
  #bus: Talker | undefined;
  #standin: Talker | undefined;
  #script: Talker | undefined;
  #context: BrowserContext | undefined;

  constructor() {
    const address = `unix:path=${join(this.#folder, 'bus')}`;
    this.#env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: address };
  }

  /** @param how arguments of the stand-in */
  async start(...how: readonly string[]): Promise<void> {
    this.#bus = (await startBus(this.#folder, this.#env)).bus;
    this.#standin = new Talker(python, [STANDIN, ...how], this.#env);
    await this.#standin.until('ready');
  }

  /** What BlueZ would say: `connected`, `disconnected`, `refused` … */
  get air(): Talker {
    if (this.#standin === undefined) throw new Error('the radio is off');
    return this.#standin;
  }

  /** Switches the Pi on; it is in the air when this returns, as far as its name fits. */
  async switchOn(name: string, simulation: readonly string[], inTheAir = name): Promise<void> {
    const times = this.air.count(`advertised ${inTheAir}`) + 1;
    this.#script = new Talker(python, [SCRIPT, '--bluetooth', '--name', name, ...simulation], this.#env);
    const ended = new Promise<never>((_resolve, reject) => {
      this.#script?.process.once('exit', (code) => reject(new Error(`the script ended with ${code}`)));
    });
    // Later it may end as it likes.
    ended.catch(() => undefined);
    await Promise.race([this.air.until(`advertised ${inTheAir}`, times), ended]);
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
    launch: { readonly args?: string[]; readonly env?: NodeJS.ProcessEnv },
  ): Promise<BrowserContext> {
    const wav = join(this.#folder, 'voice.wav');
    writeFileSync(wav, wavOf(voice, RATE));
    const features = ['WebBluetooth', ...(remembers ? ['WebBluetoothNewPermissionsBackend'] : [])];
    this.#context = await chromium.launchPersistentContext(join(this.#folder, 'profile'), {
      ...launch,
      executablePath: process.env.ATELIER_BROWSER ?? '',
      env: { ...this.#env, ...launch.env },
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
