import type { SerialLike } from '../../../../platform/serial/serial.ts';

/** A port that a test plugs in, speaks through and pulls out; what is left open shows. */
export class FakePort extends EventTarget implements SerialPort {
  readable: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;
  readonly writable = null;
  readonly onconnect = null;
  readonly ondisconnect = null;
  connected = true;
  isOpen = false;
  openings: number[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  getInfo(): SerialPortInfo {
    return { usbVendorId: 0x0525, usbProductId: 0xa4a7 };
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

/** The browser's side of the ports. */
export class FakeSerial extends EventTarget implements SerialLike {
  readonly port = new FakePort();
  isAllowed = false;
  asked = 0;

  getPorts(): Promise<SerialPort[]> {
    return Promise.resolve(this.isAllowed ? [this.port] : []);
  }

  requestPort(): Promise<SerialPort> {
    this.asked += 1;
    this.isAllowed = true;
    return Promise.resolve(this.port);
  }

  plugIn(): void {
    this.port.connected = true;
    this.dispatchEvent(new Event('connect'));
  }
}
