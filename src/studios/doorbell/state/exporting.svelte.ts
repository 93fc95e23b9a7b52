import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, type StudioError } from '../../../kernel/result.ts';
import { pcm16, wavHeader } from '../../../platform/audio-file/wav.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import type { Message } from '../engine/message.ts';
import { folderPlace, zipPlace, ZIP_MAX_BYTES, type ExportPlace, type Pieces } from './export-places.ts';
import { endingOf } from './file.ts';
import { messagesAsPage } from './file-page.ts';
import type { Messages } from './messages.svelte.ts';

/** How recordings are written: `recorded` as the browser made them (Opus), `wav` as 16-bit PCM. */
export type ExportSound = 'recorded' | 'wav';

/** Recordings are made at it, so nothing is resampled, Hz. */
const SAMPLE_RATE = 48_000;
/** So many samples take some milliseconds. */
const SAMPLES_AT_ONCE = 100_000;
const BYTES_AT_ONCE = 1_000_000;

/** Whether this browser writes into a folder of the person's. */
export const canExportToFolder = (): boolean => 'showDirectoryPicker' in window;

/** What of a message is for others: not what was heard before words were hidden. */
const shownOf = ({ id, atMs, distanceCm, by, state, problems, ...rest }: Message, sound: string): object => ({
  ...{ id, time: new Date(atMs).toISOString(), distanceCm, by, state, problems },
  ...{ transcript: rest.transcript, transcribedBy: rest.engine, language: rest.language },
  ...{ isStarred: rest.isStarred, sound, soundSec: rest.soundSec },
});

const stampOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace(/:/g, '-');

/** Messages as files that any program reads: a page, a list in JSON, the recordings. */
export class Exporting {
  readonly #messages: Messages;
  #stopping: AbortController | undefined;
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<StudioError | undefined>();
  #done = $state('');

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }
  /** What was done, in words. */
  get done(): string {
    return this.#done;
  }

  /** Asks for a folder, and makes one in it. Needs a gesture. */
  async toFolder(sound: ExportSound): Promise<void> {
    const name = `doorbell ${stampOf(Date.now())}`;
    let into: FileSystemDirectoryHandle;
    try {
      into = await window.showDirectoryPicker({ id: 'doorbell', mode: 'readwrite' });
    } catch (thrown) {
      // The person closed the chooser.
      if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
      this.#error = failed('The folder', thrown);
      return;
    }
    await this.#write(sound, () => folderPlace(into, name), `in “${name}” in “${into.name}”`);
  }

  /** @returns a ZIP file; undefined when it failed or was stopped */
  toZip(sound: ExportSound): Promise<Blob | undefined> {
    return this.#write(sound, () => Promise.resolve(zipPlace()), 'in one ZIP file', ZIP_MAX_BYTES);
  }

  stop(): void {
    this.#stopping?.abort();
  }

  async #write(
    kind: ExportSound,
    open: () => Promise<ExportPlace>,
    where: string,
    most = Infinity,
  ): Promise<Blob | undefined> {
    this.stop();
    const stopping = new AbortController();
    const { signal } = stopping;
    this.#stopping = stopping;
    this.#error = undefined;
    this.#done = '';
    const all = this.#messages.all;
    const step = (done: number): void =>
      void (this.#progress = { phase: 'exporting', done, total: all.length, unit: 'messages' });
    let place: ExportPlace | undefined;
    let name = 'The folder';
    try {
      step(0);
      place = await open();
      const listed: (Message & { readonly sound: string })[] = [];
      let bytes = 0;
      let undecoded = 0;
      for (const [i, message] of all.entries()) {
        signal.throwIfAborted();
        const recording = await this.#messages.sound(message);
        const sound = recording === undefined ? undefined : await soundFile(message, recording, kind);
        name = sound?.name ?? '';
        bytes += sound?.bytes ?? 0;
        if (bytes > most) throw new Error('it would be larger than 4 GB; choose recordings as they are');
        if (sound?.isAsItWas === true && kind === 'wav') undecoded += 1;
        if (sound !== undefined) await place.put(sound.name, stoppable(sound.pieces, signal));
        listed.push({ ...message, sound: name });
        step(i + 1);
      }
      name = 'messages.json';
      const list = listed.map(({ sound, ...message }) => shownOf(message, sound));
      await place.put(name, [encode(`${JSON.stringify({ messages: list }, undefined, 1)}\n`)]);
      name = 'index.html';
      await place.put(name, [encode(messagesAsPage(listed))]);
      const file = await place.finish();
      this.#done = doneWords(all.length, where, undecoded);
      return file;
    } catch (thrown) {
      await place?.discard().catch(() => undefined);
      if (!signal.aborted) this.#error = failed(name === '' ? 'The export' : name, thrown);
      else this.#done = 'Stopped; nothing was left behind.';
      return undefined;
    } finally {
      if (this.#stopping === stopping) this.#progress = undefined;
    }
  }
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const failed = (what: string, thrown: unknown): StudioError =>
  fail('export', `${what} could not be written: ${describe(thrown)}.`, {
    hint: 'Choose another folder, or free space on the disk. Nothing was left behind.',
  }).error;

function doneWords(count: number, where: string, undecoded: number): string {
  const were = count === 1 ? 'One message was' : `${count} messages were`;
  const rest =
    undecoded === 0
      ? ''
      : ` This browser could not decode ${undecoded === 1 ? 'one recording' : `${undecoded} recordings`}: they are there as they were recorded.`;
  return `${were} written ${where}.${rest}`;
}

interface SoundFile {
  readonly name: string;
  readonly bytes: number;
  readonly pieces: Pieces;
  readonly isAsItWas: boolean;
}

async function soundFile(
  { id, atMs, soundType }: Message,
  recording: Blob,
  kind: ExportSound,
): Promise<SoundFile> {
  const name = `sounds/${stampOf(atMs)} ${id}`;
  const decoded = kind === 'wav' ? await decode(recording) : undefined;
  if (decoded === undefined)
    return {
      ...{ name: `${name}.${endingOf(soundType)}`, bytes: recording.size, isAsItWas: true },
      pieces: slices(recording),
    };
  return {
    ...{ name: `${name}.wav`, bytes: 44 + 2 * decoded.length * decoded.numberOfChannels, isAsItWas: false },
    pieces: wavPieces(decoded),
  };
}

/** The browser decodes in a thread of its own. Undefined when it cannot. */
async function decode(recording: Blob): Promise<AudioBuffer | undefined> {
  try {
    return await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(await recording.arrayBuffer());
  } catch (thrown) {
    if (thrown instanceof DOMException) return undefined;
    throw thrown;
  }
}

async function* slices(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < blob.size; from += BYTES_AT_ONCE)
    yield new Uint8Array(await blob.slice(from, from + BYTES_AT_ONCE).arrayBuffer());
}

async function* wavPieces(decoded: AudioBuffer): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { length, numberOfChannels, sampleRate } = decoded;
  yield wavHeader(numberOfChannels, length, sampleRate);
  const channels = Array.from({ length: numberOfChannels }, (_, i) => decoded.getChannelData(i));
  for (let from = 0; from < length; from += SAMPLES_AT_ONCE) {
    yield pcm16(channels.map((samples) => samples.subarray(from, from + SAMPLES_AT_ONCE)));
    await pause();
  }
}

async function* stoppable(pieces: Pieces, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
}
