import { readFileSync } from 'node:fs';
import { RATE } from './doorbell.ts';

const FLITE = 'src/studios/doorbell/worker/fixtures';
/** Recordings of people. */
export const PEOPLE = 'bench/doorbell/speech';

/**
 * A recording (README.md beside it), three times as many samples a second, with a pause behind it.
 *
 * @param name of the file
 * @param folder of people; left out: those made by Flite
 */
export function speech(name: string, folder: string = FLITE): Float32Array {
  const bytes = readFileSync(`${folder}/${name}.wav`);
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
  const times = RATE / 16_000;
  return Float32Array.from({ length: samples.length * times + RATE }, (_, i) => {
    const at = Math.floor(i / times);
    const [from = 0, to = 0] = samples.subarray(at, at + 2);
    return (from + (to - from) * (i / times - at)) / 32_768;
  });
}
