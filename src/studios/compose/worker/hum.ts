import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { notesOf, oneVoice, PITCHES, type HeardNote, type Posteriorgram } from '../engine/pitch-notes.ts';
import type { HumApi, HumErrorCode } from './protocol.ts';

/** The network's, of models/basic-pitch/card.md. */
export const SAMPLE_RATE = 22_050;
const WINDOW = 43_844;
const HOP = 256;
const FRAMES = 172;
/** Frames at either end of a window that see too little: windows overlap by twice that. */
const EDGE = 15;
const KEPT = FRAMES - 2 * EDGE;
const STRIDE = WINDOW - 2 * EDGE * HOP;
const NOTE_OUTPUT = 'Identity_1';
const ONSET_OUTPUT = 'Identity_2';

interface GraphFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly tf.io.WeightsManifestEntry[] }[];
}

const isGraphFile = (value: unknown): value is GraphFile =>
  typeof value === 'object' &&
  value !== null &&
  'modelTopology' in value &&
  'weightsManifest' in value &&
  Array.isArray(value.weightsManifest);

/** The worker's side of humming, without the worker. */
export class Hum implements HumApi {
  readonly #startBackend: () => Promise<void>;
  readonly #pause: () => Promise<void>;
  #network: GraphModel | undefined;

  /**
   * @param startBackend makes a tfjs backend the current one
   * @param pause lets waiting messages have their turn
   */
  constructor(startBackend: () => Promise<void>, pause: () => Promise<void>) {
    this.#startBackend = startBackend;
    this.#pause = pause;
  }

  async load(graph: unknown, weights: ArrayBuffer): Promise<Result<void, StudioError<HumErrorCode>>> {
    try {
      if (!isGraphFile(graph)) throw new TypeError('model.json is no graph of tfjs');
      await this.#startBackend();
      this.#network?.dispose();
      this.#network = await loadGraphModel({
        load: () =>
          Promise.resolve({
            modelTopology: graph.modelTopology,
            weightSpecs: graph.weightsManifest.flatMap((group) => [...group.weights]),
            weightData: weights,
          }),
      });
      return ok(undefined);
    } catch (cause) {
      return fail('bad-weights', `The network that hears notes could not be started: ${describe(cause)}.`, {
        hint: 'Reload the page; if it happens again, delete the stored network on the device page.',
        retryable: true,
        cause: describe(cause),
      });
    }
  }

  async transcribe(
    samples: Float32Array,
    { signal, onProgress }: TaskOptions = {},
  ): Promise<Result<readonly HeardNote[], StudioError<HumErrorCode | 'cancelled'>>> {
    const network = this.#network;
    if (network === undefined)
      return fail('not-ready', 'The network is not loaded yet.', { retryable: true });
    const windows = Math.max(1, Math.ceil(samples.length / STRIDE));
    const heard = emptyPosteriorgram(windows, samples.length);
    try {
      for (let window = 0; window < windows; window += 1) {
        await this.#pause();
        if (signal?.aborted === true) return fail('cancelled', 'The recording was not turned into notes.');
        const answer = await runWindow(network, windowOf(samples, window));
        keep(heard, answer, window);
        onProgress?.({
          phase: 'listening',
          done: Math.min(samples.length, (window + 1) * STRIDE) / SAMPLE_RATE,
          total: samples.length / SAMPLE_RATE,
          unit: 'seconds',
        });
      }
    } catch (cause) {
      return fail('network-failed', `The network that hears notes stopped: ${describe(cause)}.`, {
        retryable: true,
        cause: describe(cause),
      });
    }
    return ok(oneVoice(notesOf(heard)));
  }
}

// What a window has before and after the recording is silence.
function windowOf(samples: Float32Array, window: number): Float32Array {
  const input = new Float32Array(WINDOW);
  const from = window * STRIDE - EDGE * HOP;
  input.set(samples.subarray(Math.max(0, from), Math.max(0, from + WINDOW)), Math.max(0, -from));
  return input;
}

/**
 * What the network answers for one window, edges and all.
 *
 * @param network of models/basic-pitch
 * @param input [43844] float32
 * @returns [172, 88] each
 * @throws RangeError when it is another network
 */
export async function runWindow(
  network: GraphModel,
  input: Float32Array,
): Promise<{ readonly notes: Float32Array; readonly onsets: Float32Array }> {
  const tensors = tf.tidy(() => {
    const answer = network.execute(tf.tensor3d(input, [1, WINDOW, 1]), [NOTE_OUTPUT, ONSET_OUTPUT]);
    return Array.isArray(answer) ? answer : [answer];
  });
  const [notes = new Float32Array(), onsets = new Float32Array()] = await Promise.all(
    tensors.map(async (tensor) => Float32Array.from(await tensor.data())),
  );
  tf.dispose(tensors);
  if (notes.length !== FRAMES * PITCHES || onsets.length !== notes.length)
    throw new RangeError(`expected ${FRAMES} frames of ${PITCHES} pitches, found ${notes.length} values`);
  return { notes, onsets };
}

// A window's frames last a little longer than its stride: each frame's own time says where it belongs.
function emptyPosteriorgram(windows: number, samples: number): Posteriorgram {
  const times = Array.from({ length: windows * KEPT }, (_, frame) => {
    const window = Math.floor(frame / KEPT);
    return (window * STRIDE + (frame - window * KEPT) * HOP) / SAMPLE_RATE;
  }).filter((time) => time < samples / SAMPLE_RATE);
  return {
    notes: new Float32Array(times.length * PITCHES),
    onsets: new Float32Array(times.length * PITCHES),
    timesSec: Float64Array.from(times),
  };
}

function keep(
  heard: Posteriorgram,
  { notes, onsets }: { readonly notes: Float32Array; readonly onsets: Float32Array },
  window: number,
): void {
  const at = window * KEPT * PITCHES;
  const room = Math.min(KEPT * PITCHES, heard.notes.length - at);
  heard.notes.set(notes.subarray(EDGE * PITCHES, EDGE * PITCHES + room), at);
  heard.onsets.set(onsets.subarray(EDGE * PITCHES, EDGE * PITCHES + room), at);
}
