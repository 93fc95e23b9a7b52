import type { Reading } from '../engine/frames.ts';

/** The GATT service of the bridge; public/pi/atelier_doorbell.py offers it. */
export const SENSOR_SERVICE = {
  service: 'a7e11e50-d00b-4e11-9a3c-5e4503000001',
  characteristic: 'a7e11e50-d00b-4e11-9a3c-5e4503000002',
};

export type LinkStatus =
  /** No device, or the person let it go. */
  | 'off'
  | 'connecting'
  | 'connected'
  /** It broke off; the next try comes by itself. */
  | 'waiting'
  /** It is unplugged, or this browser has forgotten that it is allowed; it connects by itself when it shows. */
  | 'absent'
  /** It is remembered, but this browser wants the person to choose it again. */
  | 'needs-choice';

/** A reading with the moment at which it arrived. */
export interface LinkReading extends Reading {
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** The same moment by `performance.now()`, which no correction of the clock moves. */
  readonly steadyMs: number;
}
