import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';

export interface FileMessage {
  readonly id: string;
  readonly bytes?: Uint8Array;
  readonly [field: string]: unknown;
}

/** A file as Doorbell saves it; what a message does not say is as of one that was told. */
export function doorbellFile(given: readonly FileMessage[], settings: object = {}): Buffer {
  const sounds: Record<string, Uint8Array> = {};
  const messages = given.map(({ bytes, ...fields }, i) => {
    const sound = bytes === undefined ? '' : `sounds/${i}`;
    if (bytes !== undefined) sounds[sound] = bytes;
    return {
      atMs: Date.UTC(2026, 4, 1) + i * 60_000,
      ...{ distanceCm: null, by: 'ring', state: 'told', problems: [], transcript: '', heard: '', engine: '' },
      ...{ language: 'en', soundSec: bytes === undefined ? 0 : 2, isStarred: false },
      ...{ soundType: bytes === undefined ? '' : 'audio/wav' },
      ...fields,
      sound,
      sha256: bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex'),
    };
  });
  const index = { kind: 'atelier-doorbell', version: 1, settings, greetings: [], messages };
  return Buffer.from(zipSync({ 'messages.json': strToU8(JSON.stringify(index)), ...sounds }, { level: 0 }));
}
