import { Keeper } from '../../../platform/keep-connected.ts';
import { DeviceError, type ByteDevice } from '../../../platform/device-link.ts';
import { Radios, type BluetoothLike, type RadioDevice } from '../../../platform/bluetooth/bluetooth.ts';
import { BAUD_RATES, Cables, type CableDevice, type SerialLike } from '../../../platform/serial/serial.ts';
import { FrameReader } from '../engine/frames-reader.ts';
import { NO_LINES, type LineCounters } from '../engine/frames.ts';
import { LinkHealth } from './link-health.svelte.ts';
import { LinkMemory, type RememberedLink } from './link-memory.ts';
import { SENSOR_SERVICE, type LinkReading, type LinkStatus } from './link-types.ts';
import { inWords, whyNot, type LinkError, type Via } from './link-words.ts';

export type { LinkReading } from './link-types.ts';
export type { LineCounters } from '../engine/frames.ts';

export interface LinkParts {
  readonly serial: SerialLike | undefined;
  readonly bluetooth: BluetoothLike | undefined;
  readonly isSecure: boolean;
  readonly memory: LinkMemory;
}

const LOOK_EVERY_MS = 1000;

/** The connection to the sensor: one device at a time, kept connected, its readings handed on. */
export class Link {
  readonly whyNoCable: LinkError | undefined;
  readonly whyNoBluetooth: LinkError | undefined;
  readonly #cables: Cables | undefined;
  readonly #radios: Radios | undefined;
  readonly #memory: LinkMemory;
  readonly #keeper: Keeper;
  readonly #reader = new FrameReader();
  readonly #listeners = new Set<(reading: LinkReading) => void>();
  #device: CableDevice | RadioDevice | undefined;
  #stopListening: (() => void) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #baudIndex = 0;
  readonly #health = new LinkHealth();

  #status = $state<LinkStatus>('off');
  #via = $state<Via | undefined>();
  #name = $state('');
  #firmware = $state('');
  #last = $state.raw<LinkReading | undefined>();
  #counters = $state.raw<LineCounters>(NO_LINES);
  #error = $state.raw<LinkError | undefined>();
  #reconnections = $state(0);

  constructor({ serial, bluetooth, isSecure, memory }: LinkParts) {
    this.whyNoCable = whyNot('cable', serial !== undefined, isSecure);
    this.whyNoBluetooth = whyNot('bluetooth', bluetooth !== undefined, isSecure);
    this.#cables = serial && new Cables(serial, () => this.baudRate);
    this.#radios = bluetooth && new Radios(bluetooth, SENSOR_SERVICE);
    this.#memory = memory;
    this.#keeper = new Keeper({
      connecting: () => this.#connecting(),
      opened: () => this.#opened(),
      bytes: (chunk) => this.#take(chunk),
      waiting: (_pauseMs, reason) => this.#broken(reason),
    });
  }

  get status(): LinkStatus {
    return this.#status;
  }
  get via(): Via | undefined {
    return this.#via;
  }
  /** As the device calls itself; before its first hello as the browser does. */
  get name(): string {
    return this.#name === ''
      ? this.#via === 'bluetooth'
        ? 'The sensor'
        : 'The device on the cable'
      : this.#name;
  }
  get firmware(): string {
    return this.#firmware;
  }
  get last(): LinkReading | undefined {
    return this.#last;
  }
  /** Undefined: nothing measured yet, or nothing in range. */
  get lastDistanceCm(): number | undefined {
    return this.#last?.distanceCm;
  }
  /** Since this page was opened. */
  get counters(): LineCounters {
    return this.#counters;
  }
  /** How often it came back by itself. */
  get reconnections(): number {
    return this.#reconnections;
  }
  get error(): LinkError | undefined {
    return this.#error;
  }
  /** Connected, but no reading has come for some seconds. */
  get isSilent(): boolean {
    return this.#health.isSilent;
  }
  /** Bytes come, but no line of them can be read. */
  get isGarbled(): boolean {
    return this.#health.isGarbled;
  }
  /** Bits a second on the cable. */
  get baudRate(): number {
    return BAUD_RATES[this.#baudIndex % BAUD_RATES.length] ?? BAUD_RATES[0];
  }

  /**
   * Calls back with each reading, as it comes.
   *
   * @returns ends that
   */
  onReading(listener: (reading: LinkReading) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects the device of the last visit, unless the person let it go. Call it once, when the page opens. */
  async resume(): Promise<void> {
    const memory = this.#memory.value;
    if (memory === undefined) return;
    this.#via = memory.via;
    this.#name = memory.name;
    if (memory.keep) await this.reconnect();
  }

  /** Lets the person choose a port, and keeps it connected. Needs a gesture. */
  async connectByCable(): Promise<void> {
    await this.#choose('cable', async () => this.#cables?.choose());
  }

  /** Lets the person choose a device nearby, and keeps it connected. Needs a gesture. */
  async connectByBluetooth(): Promise<void> {
    await this.#choose('bluetooth', async () => this.#radios?.choose());
  }

  /** Connects the remembered device: at once when it is waiting, by asking the person where the browser wants that. */
  async reconnect(): Promise<void> {
    if (this.#device !== undefined && this.#status !== 'off') {
      this.#keeper.wake();
      return;
    }
    const memory = this.#memory.value;
    if (memory === undefined) return;
    this.#via = memory.via;
    const device = await this.#remembered(memory);
    if (device === undefined) this.#status = 'needs-choice';
    else {
      this.#status = 'connecting';
      this.#keep(device);
    }
  }

  /** Lets go of the device until the person connects it again. */
  async disconnect(): Promise<void> {
    const { value } = this.#memory;
    if (value !== undefined) this.#memory.value = { ...value, keep: false };
    this.#error = undefined;
    await this.#letGo();
    this.#status = 'off';
  }

  /** The page closes: lets go, and connects again on the next visit. */
  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#letGo();
  }

  async #choose(via: Via, ask: () => Promise<CableDevice | RadioDevice | undefined>): Promise<void> {
    this.#error = undefined;
    try {
      const device = await ask();
      if (device === undefined) return;
      this.#via = via;
      this.#name = device.label;
      this.#firmware = '';
      this.#status = 'connecting';
      this.#keep(device);
    } catch (thrown) {
      const error = inWords(thrown, via, 'The device');
      if (error.code !== 'cancelled') this.#error = error;
    }
  }

  async #remembered({
    via,
    cable,
    baudRate,
    id,
  }: RememberedLink): Promise<CableDevice | RadioDevice | undefined> {
    if (via === 'bluetooth') return this.#radios?.remembered(id ?? '');
    const index = BAUD_RATES.findIndex((each) => each === baudRate);
    this.#baudIndex = Math.max(0, index);
    return this.#cables?.remembered(cable ?? {});
  }

  #keep(device: CableDevice | RadioDevice): void {
    this.#device = device;
    this.#stopListening?.();
    this.#stopListening = this.#cables?.onPlugged(() => this.#keeper.wake());
    this.#remember();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#keeper.start(device satisfies ByteDevice);
  }

  #remember(): void {
    const device = this.#device;
    if (device === undefined || this.#via === undefined) return;
    const which =
      'identity' in device ? { cable: device.identity, baudRate: this.baudRate } : { id: device.id };
    this.#memory.value = { via: this.#via, name: this.#name, keep: true, ...which };
  }

  async #letGo(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#device = undefined;
    this.#health.clear();
    await this.#keeper.stop();
  }

  #opened(): void {
    if (this.#health.opened(performance.now())) this.#reconnections += 1;
    this.#status = 'connected';
    this.#error = undefined;
    this.#reader.interrupt();
  }

  #take(chunk: Uint8Array): void {
    this.#health.tookBytes(chunk.length);
    const receivedAtMs = Date.now();
    const steadyMs = performance.now();
    for (const frame of this.#reader.push(chunk)) {
      this.#health.tookFrame(steadyMs);
      if (frame.kind === 'hello') {
        this.#name = frame.hello.name;
        this.#firmware = frame.hello.firmware;
        this.#remember();
      } else {
        this.#last = { ...frame.reading, receivedAtMs, steadyMs };
        for (const listener of this.#listeners) listener(this.#last);
      }
    }
    this.#counters = this.#reader.counters;
  }

  #connecting(): void {
    // What is looked for again and again has not begun to come: nothing of it should flicker.
    if (this.#status !== 'absent') this.#status = 'connecting';
  }

  #broken(reason: unknown): void {
    this.#health.broken();
    const isAbsent = reason instanceof DeviceError && reason.code === 'absent';
    this.#status = isAbsent ? 'absent' : 'waiting';
    this.#error = isAbsent || this.#via === undefined ? undefined : inWords(reason, this.#via, this.name);
  }

  /** Looks each second how the connection does. */
  #look(): void {
    const device = this.#device;
    if (this.#status !== 'connected' || device === undefined) return;
    const remedy = this.#health.look(performance.now());
    // Another speed is tried each time; whoever speaks at none of them is no sensor, and the page says so.
    if (remedy === 'another-speed' && this.#via === 'cable') this.#baudIndex += 1;
    else if (remedy !== 'anew') return;
    this.#keeper.start(device);
  }
}

/** The link of this tab, over what its browser has. */
export const browserLink = (): Link =>
  new Link({
    serial: 'serial' in navigator ? navigator.serial : undefined,
    bluetooth: 'bluetooth' in navigator ? navigator.bluetooth : undefined,
    isSecure: window.isSecureContext,
    memory: new LinkMemory(),
  });
