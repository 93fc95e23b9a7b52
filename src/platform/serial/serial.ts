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

const identityOf = (port: SerialPort): CableIdentity => {
  const { usbVendorId, usbProductId } = port.getInfo();
  return { vendorId: usbVendorId, productId: usbProductId };
};
const isSame = (one: CableIdentity, other: CableIdentity): boolean =>
  one.vendorId === other.vendorId && one.productId === other.productId;
const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '');

/**
 * A device on a cable that the person let this site use. A browser makes another port of it each time it is plugged in, and
 * shows only what is plugged in; so the port is looked up at each opening.
 */
export class CableDevice implements ByteDevice {
  readonly label = '';
  readonly identity: CableIdentity;
  readonly #serial: Pick<SerialLike, 'getPorts'>;
  readonly #baudRate: () => number;
  /** Ports that were there beside it: other devices, maybe of the same make. */
  readonly #others = new WeakSet<SerialPort>();
  #port: SerialPort | undefined;

  /**
   * @param serial of the browser
   * @param which the port, or what is remembered of it
   * @param baudRate asked at each opening
   */
  constructor(
    serial: Pick<SerialLike, 'getPorts'>,
    which: SerialPort | CableIdentity,
    baudRate: () => number,
  ) {
    this.#serial = serial;
    this.#port = 'getInfo' in which ? which : undefined;
    this.identity = 'getInfo' in which ? identityOf(which) : which;
    this.#baudRate = baudRate;
  }

  async run(events: ConnectionEvents, signal: AbortSignal): Promise<void> {
    const port = await this.#find();
    if (signal.aborted) return;
    await this.#open(port);
    try {
      if (signal.aborted) return;
      events.opened();
      // After an error of the line (framing, parity, overrun) the port has a new stream; after an unplug it has none.
      while (port.readable !== null && !signal.aborted) await this.#read(port.readable, events, signal);
    } finally {
      await this.#close(port);
    }
  }

  async #find(): Promise<SerialPort> {
    const ports = await this.#serial.getPorts();
    let port = ports.find((each) => each === this.#port);
    port ??= ports.find((each) => !this.#others.has(each) && isSame(identityOf(each), this.identity));
    if (port === undefined) throw new DeviceError('absent');
    for (const each of ports) if (each !== port) this.#others.add(each);
    this.#port = port;
    return port;
  }

  async #open(port: SerialPort): Promise<void> {
    try {
      await port.open({ baudRate: this.#baudRate(), bufferSize: BUFFER_BYTES });
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

  async #close(port: SerialPort): Promise<void> {
    try {
      await port.close();
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
      return new CableDevice(this.#serial, await this.#serial.requestPort(), this.#baudRate);
    } catch (thrown) {
      if (nameOf(thrown) === 'NotFoundError') throw new DeviceError('cancelled', thrown);
      throw new DeviceError('failed', thrown);
    }
  }

  /** The device of an earlier visit, plugged in or not. */
  remembered(identity: CableIdentity): CableDevice {
    return new CableDevice(this.#serial, identity, this.#baudRate);
  }

  /** Calls back whenever an allowed port is plugged in. @returns ends that */
  onPlugged(listener: () => void): () => void {
    this.#serial.addEventListener('connect', listener);
    return () => this.#serial.removeEventListener('connect', listener);
  }
}
