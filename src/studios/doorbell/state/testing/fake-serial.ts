import type { SerialLike } from '../../../../platform/serial/serial.ts';

/** A port that a test speaks through and pulls out, once; what is left open shows. */
export class FakePort extends EventTarget implements SerialPort {
  readable: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;
  readonly writable = null;
  readonly onconnect = null;
  readonly ondisconnect = null;
  connected = true;
  isOpen = false;
  openings: number[] = [];
  readonly #productId: number;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor(productId = 0xa4a7) {
    super();
    this.#productId = productId;
  }

  getInfo(): SerialPortInfo {
    return { usbVendorId: 0x0525, usbProductId: this.#productId };
  }

  open({ baudRate }: SerialOptions): Promise<void> {
    if (this.isOpen) return Promise.reject(new DOMException('open', 'InvalidStateError'));
    if (!this.connected) return Promise.reject(new DOMException('no device', 'NetworkError'));
    this.isOpen = true;
    this.openings.push(baudRate);
    this.#renew();
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.isOpen) return Promise.reject(new DOMException('closed', 'InvalidStateError'));
    if (this.readable?.locked === true) return Promise.reject(new TypeError('a reader was left behind'));
    this.isOpen = false;
    this.readable = null;
    return Promise.resolve();
  }

  say(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  /** An error of the line: the stream breaks off and there is a new one. */
  disturb(): void {
    const broken = this.#controller;
    this.#renew();
    broken?.error(new DOMException('framing', 'FramingError'));
  }

  unplug(): void {
    this.connected = false;
    this.readable = null;
    this.#controller?.error(new DOMException('lost', 'NetworkError'));
    this.#controller = undefined;
  }

  getSignals = (): Promise<SerialInputSignals> => Promise.reject(new Error('not needed'));
  setSignals = (): Promise<void> => Promise.resolve();
  forget = (): Promise<void> => Promise.resolve();

  #renew(): void {
    this.readable = new ReadableStream({ start: (controller) => (this.#controller = controller) });
  }
}

/**
 * The browser's side of one socket. As in Chromium a device that comes back is another port: the old object never opens again,
 * and the page sees only ports that are plugged in and allowed.
 */
export class FakeSerial extends EventTarget implements SerialLike {
  /** What is in the socket, or was last. */
  port = new FakePort();
  /** Others that the page may use. */
  others: FakePort[] = [];
  isAllowed = false;
  /** As of ports without a serial number: the permission goes with the plug. */
  forgets = false;
  asked = 0;

  getPorts(): Promise<SerialPort[]> {
    return Promise.resolve(
      [...this.others, ...(this.isAllowed ? [this.port] : [])].filter(({ connected }) => connected),
    );
  }

  requestPort(): Promise<SerialPort> {
    this.asked += 1;
    if (!this.port.connected) return Promise.reject(new DOMException('none chosen', 'NotFoundError'));
    this.isAllowed = true;
    return Promise.resolve(this.port);
  }

  unplug(): void {
    this.port.unplug();
    if (this.forgets) this.isAllowed = false;
  }

  plugIn(): void {
    this.port = new FakePort();
    // Of a port that the page may not use it is told nothing.
    if (this.isAllowed) this.dispatchEvent(new Event('connect'));
  }
}
