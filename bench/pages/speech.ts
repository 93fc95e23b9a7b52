/** Drives the workers that write down speech, those that the site ships, on the site's own origin, without its page. */
import { connectWorker, transfer, type Remote } from '../../src/platform/rpc.ts';
import { ModelStore } from '../../src/platform/model-store/store.ts';
import type { Result } from '../../src/kernel/result.ts';
import type { PhrasesApi } from '../../src/studios/doorbell/worker/protocol.ts';
import type { SpeechApi } from '../../src/studios/doorbell/worker/protocol-speech.ts';
import type { SpeechPage } from './speech-page.ts';

const RATE = 16_000;
const MODELS = new URL('../models/', document.baseURI);
const MOONSHINE = 'moonshine-tiny-en';
const PHRASES = 'soundswallower-en';

interface Opened {
  readonly speech: Remote<SpeechApi>;
  readonly phrases: Remote<PhrasesApi>;
}
let opened: Opened | undefined;

function take<T>(result: Result<T>): T {
  if (!result.ok)
    throw new Error(`${result.error.code}: ${result.error.message} ${result.error.cause ?? ''}`);
  return result.value;
}

async function modelFiles(name: string): Promise<Record<string, ArrayBuffer>> {
  const store = new ModelStore(MODELS);
  const manifest = take(await store.manifest(name));
  const files: Record<string, ArrayBuffer> = {};
  for (const { path } of manifest.files) files[path] = take(await store.file(manifest, path)).bytes;
  return files;
}

async function samplesOf(file: string): Promise<Float32Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const buffer = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes.buffer);
  const [first, ...others] = Array.from({ length: buffer.numberOfChannels }, (_, i) =>
    buffer.getChannelData(i),
  );
  return Float32Array.from(
    first ?? [],
    (value, i) => others.reduce((sum, channel) => sum + (channel[i] ?? 0), value) / buffer.numberOfChannels,
  );
}

const page: SpeechPage = {
  async open(addresses) {
    const start = (address: string): Worker => new Worker(address, { type: 'module' });
    const speech = connectWorker<SpeechApi>(start(addresses.speech)).api;
    const phrases = connectWorker<PhrasesApi>(start(addresses.phrases)).api;
    take(await speech.openSite(MODELS.href, MOONSHINE, {}));
    take(await phrases.load('en', await modelFiles(PHRASES)));
    opened = { speech, phrases };
  },

  async hear(engine, file, wordsToKnow) {
    if (opened === undefined) throw new Error('call open first');
    const samples = await samplesOf(file);
    const soundSec = samples.length / RATE;
    const moved = transfer(samples, [samples.buffer]);
    const from = performance.now();
    const words =
      engine === 'moonshine'
        ? take(await opened.speech.hear(moved, 'en', {})).words
        : take(await opened.phrases.hear(moved, wordsToKnow));
    return { words, soundSec, workSec: (performance.now() - from) / 1000 };
  },
};
window.speech = page;
