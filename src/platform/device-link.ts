/** What every connection to a device that sends bytes has in common, whatever it runs over. */

export type DeviceCode =
  /** This browser has no such interface. */
  | 'no-api'
  /** Browsers hide it on this address. */
  | 'insecure'
  /** The person closed the browser's chooser. */
  | 'cancelled'
  /** The adapter is missing or switched off. */
  | 'adapter-off'
  /** Another program or tab holds the device, or it may not be opened. */
  | 'busy'
  /** Unplugged, or no longer allowed: browsers do not say which. */
  | 'absent'
  /** It broke off, cannot be opened, or is out of range. */
  | 'gone'
  /** It is there, but is no sensor of this kind. */
  | 'not-a-sensor'
  | 'failed';

/** A connection that could not be made, or broke. */
export class DeviceError extends Error {
  readonly code: DeviceCode;

  constructor(code: DeviceCode, cause?: unknown) {
    super(code, { cause });
    this.name = 'DeviceError';
    this.code = code;
  }
}

export interface ConnectionEvents {
  /** The device is open. */
  opened(): void;
  bytes(chunk: Uint8Array): void;
}

/** A device that the person let this site use. */
export interface ByteDevice {
  /** As the browser or the system calls it; empty when it has no name. */
  readonly label: string;
  /**
   * Opens the device and passes its bytes on until it goes or the signal aborts; then everything that was opened is closed.
   *
   * @throws DeviceError when it cannot be opened, or breaks off with an error
   */
  run(events: ConnectionEvents, signal: AbortSignal): Promise<void>;
}
