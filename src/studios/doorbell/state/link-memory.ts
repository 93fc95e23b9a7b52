import type { CableIdentity } from '../../../platform/serial/serial.ts';
import type { Via } from './link-words.ts';

const STORAGE_KEY = 'atelier-doorbell-link';

/** The device of the last visit. */
export interface RememberedLink {
  readonly via: Via;
  /** As the device called itself, or the browser called it. */
  readonly name: string;
  /** The person did not press Disconnect: it connects by itself. */
  readonly keep: boolean;
  readonly cable?: CableIdentity;
  readonly baudRate?: number;
  /** Of the Bluetooth device, as this browser names it to this site. */
  readonly id?: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads what was kept; anything else is taken for nothing. */
export function parseMemory(text: string | null): RememberedLink | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (!isObject(value) || (value.via !== 'cable' && value.via !== 'bluetooth')) return undefined;
    const { via, name, keep, cable, baudRate, id } = value;
    const number = (each: unknown): number | undefined => (typeof each === 'number' ? each : undefined);
    return {
      via,
      name: typeof name === 'string' ? name : '',
      keep: keep === true,
      ...(isObject(cable)
        ? { cable: { vendorId: number(cable.vendorId), productId: number(cable.productId) } }
        : {}),
      ...(typeof baudRate === 'number' ? { baudRate } : {}),
      ...(typeof id === 'string' ? { id } : {}),
    };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** Where the device is remembered; in a browser that keeps nothing it is remembered until the tab closes. */
export class LinkMemory {
  #value: RememberedLink | undefined;

  constructor() {
    try {
      this.#value = parseMemory(localStorage.getItem(STORAGE_KEY));
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
    }
  }

  get value(): RememberedLink | undefined {
    return this.#value;
  }

  set value(value: RememberedLink | undefined) {
    this.#value = value;
    try {
      if (value === undefined) localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, JSON.stringify(value));
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
    }
  }
}
