import { DeviceError, type ByteDevice, type ConnectionEvents } from '../device-link.ts';

/** The part of the browser's `Bluetooth` used here; `getDevices` is young. */
export interface BluetoothLike {
  requestDevice(options: { filters: { services: string[] }[] }): Promise<BluetoothDevice>;
  getDevices?(): Promise<BluetoothDevice[]>;
}

/** A GATT service whose characteristic notifies bytes. */
export interface NotifyingService {
  readonly service: string;
  readonly characteristic: string;
}

/** A connection that is not made by then never will be, ms. */
const CONNECT_LIMIT_MS = 20_000;

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '');

/** A device that the person let this site use. */
export class RadioDevice implements ByteDevice {
  readonly #device: BluetoothDevice;
  readonly #service: NotifyingService;

  constructor(device: BluetoothDevice, service: NotifyingService) {
    this.#device = device;
    this.#service = service;
  }

  get id(): string {
    return this.#device.id;
  }
  get label(): string {
    return this.#device.name ?? '';
  }

  async run(events: ConnectionEvents, signal: AbortSignal): Promise<void> {
    const { gatt } = this.#device;
    if (gatt === undefined) throw new DeviceError('not-a-sensor');
    const gone = this.#untilGone(signal);
    try {
      const source = await this.#subscribe(gatt, gone.promise);
      if (source === undefined) return;
      const take = (): void => {
        const { value } = source;
        if (value !== undefined)
          events.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      };
      source.addEventListener('characteristicvaluechanged', take);
      try {
        await Promise.race([source.startNotifications(), gone.promise]);
        if (gone.isOver()) return;
        events.opened();
        await gone.promise;
      } catch (thrown) {
        throw new DeviceError('gone', thrown);
      } finally {
        source.removeEventListener('characteristicvaluechanged', take);
      }
    } finally {
      gone.end();
      gatt.disconnect();
    }
  }

  /** Resolves with undefined when the device goes or the signal aborts. */
  #untilGone(signal: AbortSignal): { promise: Promise<undefined>; isOver: () => boolean; end: () => void } {
    let isOver = signal.aborted;
    let settle: () => void = () => undefined;
    const promise = new Promise<undefined>((resolve) => {
      settle = () => {
        isOver = true;
        resolve(undefined);
      };
    });
    this.#device.addEventListener('gattserverdisconnected', settle);
    signal.addEventListener('abort', settle);
    if (isOver) settle();
    return {
      promise,
      isOver: () => isOver,
      end: () => {
        this.#device.removeEventListener('gattserverdisconnected', settle);
        signal.removeEventListener('abort', settle);
      },
    };
  }

  async #subscribe(
    gatt: BluetoothRemoteGATTServer,
    gone: Promise<undefined>,
  ): Promise<BluetoothRemoteGATTCharacteristic | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new DeviceError('gone')), CONNECT_LIMIT_MS);
    });
    try {
      return await Promise.race([this.#find(gatt), gone, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #find(gatt: BluetoothRemoteGATTServer): Promise<BluetoothRemoteGATTCharacteristic> {
    try {
      const server = await gatt.connect();
      const service = await server.getPrimaryService(this.#service.service);
      return await service.getCharacteristic(this.#service.characteristic);
    } catch (thrown) {
      throw new DeviceError(
        nameOf(thrown) === 'NotFoundError' && gatt.connected ? 'not-a-sensor' : 'gone',
        thrown,
      );
    }
  }
}

/** Devices nearby, by Web Bluetooth. */
export class Radios {
  readonly #bluetooth: BluetoothLike;
  readonly #service: NotifyingService;

  constructor(bluetooth: BluetoothLike, service: NotifyingService) {
    this.#bluetooth = bluetooth;
    this.#service = service;
  }

  /** Whether the browser can name the devices of earlier visits; else the person has to choose again. */
  get canRemember(): boolean {
    return typeof this.#bluetooth.getDevices === 'function';
  }

  /**
   * Lets the person choose a device with the service.
   *
   * @throws DeviceError `cancelled`, `adapter-off`, `failed`
   */
  async choose(): Promise<RadioDevice> {
    try {
      const device = await this.#bluetooth.requestDevice({
        filters: [{ services: [this.#service.service] }],
      });
      return new RadioDevice(device, this.#service);
    } catch (thrown) {
      if (nameOf(thrown) !== 'NotFoundError') throw new DeviceError('failed', thrown);
      const isOff = thrown instanceof Error && /adapter/i.test(thrown.message);
      throw new DeviceError(isOff ? 'adapter-off' : 'cancelled', thrown);
    }
  }

  /** The device of an earlier visit, if it is still allowed. */
  async remembered(id: string): Promise<RadioDevice | undefined> {
    const devices = (await this.#bluetooth.getDevices?.()) ?? [];
    const device = devices.find((each) => each.id === id);
    return device === undefined ? undefined : new RadioDevice(device, this.#service);
  }
}
