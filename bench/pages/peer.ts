/**
 * What a straightforward page does: the same network on tfjs-wasm, on the main thread, one picture after the other. Also
 * the bare forward pass, alone and in several workers at once, which says what this machine can give.
 */
import { cropBox } from '../../src/studios/look/engine/preprocess.ts';
import { INPUT_SIZE } from '../../src/studios/look/engine/model.ts';
import { loadNetwork, pass, rawPasses } from './forward.ts';
import type { PeerPage, Timed } from './peer-page.ts';

const CHANNELS = 3;

const canvas = new OffscreenCanvas(INPUT_SIZE, INPUT_SIZE);
const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
if (context === null) throw new Error('no 2D canvas');
context.imageSmoothingQuality = 'high';

/** The cheapest way from a file to the network's input that keeps its quality: the browser's own scaler. */
async function inputOf(file: File): Promise<Float32Array> {
  const bitmap = await createImageBitmap(file);
  const { x, y, size } = cropBox(bitmap.width, bitmap.height);
  context?.drawImage(bitmap, x, y, size, size, 0, 0, INPUT_SIZE, INPUT_SIZE);
  bitmap.close();
  const rgba = context?.getImageData(0, 0, INPUT_SIZE, INPUT_SIZE).data ?? new Uint8ClampedArray();
  const input = new Float32Array(INPUT_SIZE * INPUT_SIZE * CHANNELS);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += CHANNELS) {
    for (let channel = 0; channel < CHANNELS; channel += 1)
      input[to + channel] = ((rgba[from + channel] ?? 0) - 127) / 128;
  }
  return input;
}

function rawInWorker(passes: number): Promise<number> {
  const worker = new Worker(new URL('./raw.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<'ready' | number>) => {
      if (data === 'ready') waiting.push(() => worker.postMessage(passes));
      else {
        worker.terminate();
        resolve(data);
      }
      startTogether();
    };
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

let expected = 0;
let waiting: (() => void)[] = [];

function startTogether(): void {
  if (expected === 0 || waiting.length < expected) return;
  for (const start of waiting) start();
  waiting = [];
  expected = 0;
}

const page: PeerPage = {
  ready: loadNetwork,

  async run(from, step) {
    const all = [...(document.querySelector('input')?.files ?? [])];
    const files = all.filter((_, index) => index % step === from);
    const vectors: Float32Array[] = [];
    const started = performance.now();
    for (const file of files) vectors.push(await pass(await inputOf(file)));
    return { count: vectors.length, seconds: (performance.now() - started) / 1000 };
  },

  async raw(passes) {
    return { count: passes, seconds: (await rawPasses(passes)) / 1000 };
  },

  async rawAtOnce(workers, passes): Promise<Timed> {
    expected = workers;
    const times = await Promise.all(Array.from({ length: workers }, () => rawInWorker(passes)));
    return { count: workers * passes, seconds: Math.max(...times) / 1000 };
  },
};
window.peer = page;
