import { fail, type Result, type StudioError } from '../../../kernel/result.ts';
import type { MidiErrorCode } from '../../../platform/midi-file.ts';
import type { Song } from '../../../platform/midi-file-song.ts';
import { connectWorker, transfer } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { MidiApi } from '../worker/protocol.ts';
import midiUrl from '../worker/midi.worker.ts?worker&url';

/** Why no composition came out of a file. */
export type OpenMidiCode = MidiErrorCode | 'file-gone' | 'worker-not-found' | 'too-slow';
export type OpenedMidi = Result<Song, StudioError<OpenMidiCode>>;

const LIMIT_MS = 10_000;
/** Refused before it is read into memory; the reader itself refuses over 16 MB. */
const MAX_BYTES = 64_000_000;
const AGAIN = 'Export it again as a Standard MIDI File (.mid).';

/**
 * Reads a MIDI file in a worker of its own, which is ended afterwards, or when it takes too long.
 *
 * @param file from a file input or a drop
 * @param limitMs of the reading itself
 * @returns its tracks, or what is wrong, naming the file
 */
export async function openMidi(file: File, limitMs = LIMIT_MS): Promise<OpenedMidi> {
  if (file.size > MAX_BYTES)
    return fail('too-large', `${file.name} has ${Math.round(file.size / 1e6)} MB.`, {
      hint: 'MIDI files over 16 MB are refused: cut out the part that you want.',
    });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    return fail('file-gone', `${file.name} cannot be read.`, {
      hint: 'It may have been moved or changed: choose it again.',
      cause,
    });
  }
  const started = await startWorker(midiUrl, 'midi');
  if (!started.ok) return started;
  const connection = connectWorker<MidiApi>(started.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<OpenedMidi>((resolve) => {
    const tell = (): void =>
      resolve(fail('too-slow', `${file.name} takes too long to read.`, { hint: AGAIN }));
    timer = setTimeout(tell, limitMs);
  });
  try {
    return await Promise.race([connection.api.read(transfer(bytes, [bytes.buffer]), file.name), late]);
  } catch (cause) {
    return fail('not-midi', `${file.name} could not be read.`, { hint: AGAIN, cause });
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
