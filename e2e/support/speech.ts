import { readFileSync } from 'node:fs';
import { RATE } from './doorbell.ts';

const FLITE = 'src/studios/doorbell/worker/fixtures';
/** Recordings of people. */
export const PEOPLE = 'bench/doorbell/speech';

/**
 * A recording (README.md beside it), three times as many samples a second.
 *
 * @param name of the file, without its ending
 * @param beforeSec silence before it, s
 * @param afterSec silence behind it, s, and as much more as makes whole seconds of it all
 * @param folder left out: those made by Flite
 */
export function speech(name: string, beforeSec = 0, afterSec = 1, folder = FLITE): Float32Array {
  const bytes = readFileSync(`${folder}/${name}.wav`);
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
  const times = RATE / 16_000;
  const before = Math.round(beforeSec * RATE);
  // Whole seconds: the browser plays it over and over in blocks, and would lose what does not fill one.
  const seconds = Math.ceil((before + samples.length * times) / RATE + afterSec);
  const all = new Float32Array(seconds * RATE);
  for (let i = 0; i < samples.length * times; i += 1) {
    const at = Math.floor(i / times);
    const from = samples[at] ?? 0;
    all[before + i] = (from + ((samples[at + 1] ?? 0) - from) * (i / times - at)) / 32_768;
  }
  return all;
}
