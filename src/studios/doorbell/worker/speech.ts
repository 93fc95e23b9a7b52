import { describe, fail, ok } from '../../../kernel/result.ts';
import { Serial } from '../../../kernel/serial.ts';
import { OwnSetStore, type OwnSetContent } from '../../../platform/model-store/own-sets.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { OrtStartError } from '../../../platform/ort.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { FileFault } from '../engine/speech/file-fault.ts';
import { SPEECH_RATE, transcribe } from '../engine/speech/transcriber.ts';
import { writeAlong } from './along.ts';
import { pickFiles } from './given-network.ts';
import type { AlongPorts, GivenFile, Heard, SpeechApi, SpeechNote, SpeechResult } from './protocol-speech.ts';
import {
  CONFIG_FILES,
  openFiles,
  tryOut,
  type NamedBytes,
  type NetworkFiles,
  type RunningNetwork,
} from './speech-network.ts';

/** Key of a network that is open, but not kept yet. */
const UNKEPT = '';

const isConfig = (path: string): boolean => CONFIG_FILES.some((name) => name === path);

/** The files of a network among those that were read. */
function networkFiles(read: readonly NamedBytes[]): NetworkFiles {
  const graph = (stem: string): NamedBytes => {
    const found = read.find(({ name }) => name.includes(stem));
    if (found === undefined) throw new FileFault(`${stem}.onnx`, 'it beside the network', 'no such file');
    return found;
  };
  const texts = read.filter(({ name }) => isConfig(name));
  return {
    texts: Object.fromEntries(texts.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])),
    encoder: graph('encoder_model'),
    decoder: graph('decoder_model_merged'),
  };
}

/** The worker's side of speech networks, without the worker. */
export class Speech implements SpeechApi {
  /** One thing at a time: a network takes all the memory and the whole core. */
  readonly #serial = new Serial();
  #open: { readonly key: string; readonly network: RunningNetwork } | undefined;

  openSite(models: string, name: string, { signal, onProgress }: TaskOptions): Promise<SpeechResult<void>> {
    const key = `${models}${name}`;
    return this.#attempt(async () => {
      if (this.#open?.key === key) return ok(undefined);
      const store = new ModelStore(new URL(models));
      const manifest = await store.manifest(name, { signal });
      if (!manifest.ok) return manifest;
      const { title, files } = manifest.value;
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const read: NamedBytes[] = [];
      let before = 0;
      for (const { path, bytes } of files) {
        const told = before;
        const file = await store.file(manifest.value, path, {
          signal,
          onProgress: ({ done }) => onProgress?.({ phase: title, done: told + done, total, unit: 'bytes' }),
        });
        if (!file.ok) return file;
        read.push({ name: path, bytes: new Uint8Array(file.value.bytes) });
        before += bytes;
      }
      await this.#use(key, networkFiles(read));
      return ok(undefined);
    });
  }

  openOwn(store: string, id: string): Promise<SpeechResult<void>> {
    const key = `${store}${id}`;
    return this.#attempt(async () => {
      if (this.#open?.key === key) return ok(undefined);
      const sets = new OwnSetStore(new URL(store));
      const set = (await sets.list()).find((each) => each.id === id);
      const read: NamedBytes[] = [];
      for (const file of set?.files ?? []) {
        const bytes = await sets.get(id, file);
        if (bytes !== undefined) read.push({ name: file.path, bytes: new Uint8Array(bytes) });
      }
      if (set === undefined || read.length < set.files.length)
        return fail('not-ready', 'The network is not on this device any more, or was damaged.', {
          hint: 'Delete it, and bring it again.',
        });
      await this.#use(key, networkFiles(read));
      return ok(undefined);
    });
  }

  bring(
    store: string,
    files: readonly GivenFile[],
    { signal, onProgress }: TaskOptions,
  ): Promise<SpeechResult<{ readonly id: string; readonly note: SpeechNote }>> {
    return this.#attempt(async () => {
      const picked = pickFiles(files);
      const wanted = [...picked.texts, picked.encoder, picked.decoder];
      const total = wanted.reduce((sum, { file }) => sum + file.size, 0);
      const contents: OwnSetContent[] = [];
      let done = 0;
      for (const { name, file } of wanted) {
        signal?.throwIfAborted();
        onProgress?.({ phase: 'reading', done, total, unit: 'bytes' });
        const data = await read(name, file);
        contents.push({ path: baseOf(name), hash: await sha256Hex(new Uint8Array(data)), data });
        done += file.size;
      }
      onProgress?.({ phase: 'trying it out', done, total, unit: 'bytes' });
      const given = networkFiles(
        contents.map(({ path, data }) => ({ name: path, bytes: new Uint8Array(data) })),
      );
      const network = await this.#use(UNKEPT, given);
      try {
        await tryOut(network, given);
        signal?.throwIfAborted();
      } catch (thrown) {
        await this.#close();
        throw thrown;
      }
      const { config } = network;
      const note: SpeechNote = {
        title: config.title,
        fileName: picked.folder.slice(0, 60),
        languages: config.kind === 'moonshine' ? [] : languagesOf(config.languages),
      };
      const kept = await new OwnSetStore(new URL(store)).keep(contents, note);
      if (kept === undefined) {
        await this.#close();
        return fail('no-room', `The browser has no room for ${config.title}.`, {
          hint: 'Delete something on the device page, or free space on the disk.',
        });
      }
      this.#open = { key: `${store}${kept.id}`, network };
      return ok({ id: kept.id, note });
    });
  }

  hear(
    samples: Float32Array,
    language: string,
    { signal, onProgress }: TaskOptions,
  ): Promise<SpeechResult<Heard>> {
    return this.#attempt(async () => {
      const network = this.#open?.network;
      if (network === undefined) return fail('not-ready', 'No speech network is open.', { retryable: true });
      const soundSec = samples.length / SPEECH_RATE;
      const from = performance.now();
      const words = await transcribe(network, samples, {
        language,
        signal,
        onSeconds: (done) => {
          // Nobody knows how far it is in the first piece, which is all of a short recording.
          if (done > 0) onProgress?.({ phase: 'transcribing', done, total: soundSec, unit: 'seconds' });
        },
      });
      return ok({ words, soundSec, workSec: (performance.now() - from) / 1000 });
    });
  }

  along(ports: AlongPorts, language: string): Promise<SpeechResult<void>> {
    const network = this.#open?.network;
    if (network === undefined)
      return Promise.resolve(fail('not-ready', 'No speech network is open.', { retryable: true }));
    const known = new Map<number, string>();
    writeAlong(ports, (samples, signal) =>
      this.#serial.run(() => {
        // Another one was opened while this waited.
        if (this.#open?.network !== network) throw new Error('the network was closed');
        return transcribe(network, samples, { language, signal, known });
      }),
    );
    return Promise.resolve(ok(undefined));
  }

  /** Opens a network in the place of the one before. */
  async #use(key: string, files: NetworkFiles): Promise<RunningNetwork> {
    await this.#close();
    const network = await openFiles(files);
    this.#open = { key, network };
    return network;
  }

  async #close(): Promise<void> {
    const before = this.#open?.network;
    this.#open = undefined;
    await before?.close();
  }

  #attempt<T>(work: () => Promise<SpeechResult<T>>): Promise<SpeechResult<T>> {
    return this.#serial.run(async () => {
      try {
        return await work();
      } catch (thrown) {
        return failure(thrown);
      }
    });
  }
}

const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** English alone is said by an empty list of Whisper's. */
const languagesOf = (languages: ReadonlyMap<string, number>): readonly string[] =>
  languages.size === 0 ? ['en'] : [...languages.keys()];

async function read(name: string, file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (thrown) {
    throw new FileFault(baseOf(name), `${file.size.toLocaleString('en')} bytes`, describe(thrown));
  }
}

function failure(thrown: unknown): SpeechResult<never> {
  if (thrown instanceof DOMException && thrown.name === 'AbortError')
    return fail('cancelled', 'It was stopped.', { retryable: true });
  if (thrown instanceof FileFault)
    return fail('bad-network', `${thrown.message}.`, {
      hint: 'A network is a folder with config.json, tokenizer.json, generation_config.json and the two graphs encoder_model.onnx and decoder_model_merged.onnx, of Moonshine or Whisper.',
    });
  if (thrown instanceof OrtStartError)
    return fail('network-failed', 'What runs speech networks could not be fetched or started.', {
      hint: 'Check the connection, and try again.',
      retryable: true,
      cause: thrown,
    });
  return fail('network-failed', 'The speech network could not be run.', {
    hint: 'There may be too little memory: close other tabs, or take a smaller network.',
    retryable: true,
    cause: thrown,
  });
}
