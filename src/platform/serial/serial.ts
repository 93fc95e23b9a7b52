import { DeviceError, type ByteDevice, type ConnectionEvents } from '../device-link.ts';

/** What is remembered of a cable, to know it again after a reload. */
export interface CableIdentity {
  readonly vendorId?: number | undefined;
  readonly productId?: number | undefined;
}

/** The part of the browser's `Serial` used here. */
export type SerialLike = Pick<
  Serial,
  'getPorts' | 'requestPort' | 'addEventListener' | 'removeEventListener'
>;

/** Large enough for the second in which a tab in the background is served once. */
const BUFFER_BYTES = 16_384;
/** The slowest speed at which lines are told from noise, and the others; the bridge starts at the first one. */
export const BAUD_RATES = [115_200, 57_600, 38_400, 19_200, 9600] as const;

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '');

/** A port that the person let this site use. */
export class CableDevice implements ByteDevice {
  readonly label = '';
  readonly #port: SerialPort;
  readonly #baudRate: () => number;

  /**
   * @param port of the browser
   * @param baudRate asked at each opening
   */
  constructor(port: SerialPort, baudRate: () => number) {
    this.#port = port;
    this.#baudRate = baudRate;
  }

  get identity(): CableIdentity {
    const { usbVendorId, usbProductId } = this.#port.getInfo();
    return { vendorId: usbVendorId, productId: usbProductId };
  }

  async run(events: ConnectionEvents, signal: AbortSignal): Promise<void> {
    await this.#open();
    try {
      if (signal.aborted) return;
      events.opened();
      // After an error of the line (framing, parity, overrun) the port has a new stream; after an unplug it has none.
      while (this.#port.readable !== null && !signal.aborted)
        await this.#read(this.#port.readable, events, signal);
    } finally {
      await this.#close();
    }
  }

  async #open(): Promise<void> {
    try {
      await this.#port.open({ baudRate: this.#baudRate(), bufferSize: BUFFER_BYTES });
    } catch (thrown) {
      // NetworkError: the system refused, since it is unplugged or held by another program; the browser does not say which.
      throw new DeviceError(nameOf(thrown) === 'InvalidStateError' ? 'busy' : 'gone', thrown);
    }
  }

  async #read(
    stream: ReadableStream<Uint8Array>,
    events: ConnectionEvents,
    signal: AbortSignal,
  ): Promise<void> {
    const reader = stream.getReader();
    const cancel = (): void => {
      // The stream may have broken off meanwhile; then there is nothing to cancel.
      reader.cancel().catch(() => undefined);
    };
    signal.addEventListener('abort', cancel);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        events.bytes(value);
      }
    } catch (thrown) {
      if (nameOf(thrown) === 'NetworkError') throw new DeviceError('gone', thrown);
      // An error of the line: the caller looks whether there is a new stream.
    } finally {
      signal.removeEventListener('abort', cancel);
      reader.releaseLock();
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#port.close();
    } catch (thrown) {
      // An unplugged port may be closed already.
      if (nameOf(thrown) !== 'InvalidStateError' && nameOf(thrown) !== 'NetworkError') throw thrown;
    }
  }
}

/** Ports on a cable, by Web Serial. */
export class Cables {
  readonly #serial: SerialLike;
  readonly #baudRate: () => number;

  constructor(serial: SerialLike, baudRate: () => number) {
    this.#serial = serial;
    this.#baudRate = baudRate;
  }

  /**
   * Lets the person choose a port.
   *
   * @throws DeviceError `cancelled`, `busy` when the site may not ask, `failed`
   */
  async choose(): Promise<CableDevice> {
    try {
      return new CableDevice(await this.#serial.requestPort(), this.#baudRate);
    } catch (thrown) {
      if (nameOf(thrown) === 'NotFoundError') throw new DeviceError('cancelled', thrown);
      throw new DeviceError('failed', thrown);
    }
  }

  /** The port of an earlier visit, if it is plugged in and still allowed. */
  async remembered({ vendorId, productId }: CableIdentity): Promise<CableDevice | undefined> {
    const devices = (await this.#serial.getPorts()).map((port) => new CableDevice(port, this.#baudRate));
    return devices.find(({ identity }) => identity.vendorId === vendorId && identity.productId === productId);
  }

  /** Calls back whenever an allowed port is plugged in. @returns ends that */
  onPlugged(listener: () => void): () => void {
    this.#serial.addEventListener('connect', listener);
    return () => this.#serial.removeEventListener('connect', listener);
  }
}
