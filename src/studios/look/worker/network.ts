import * as tf from '@tensorflow/tfjs-core';
import { quantile } from '../../../kernel/metrics.ts';
import { describe, fail, ok } from '../../../kernel/result.ts';
import { useBackend, useWasm, useWebGpu } from '../../../platform/tf-backend.ts';
import type { Embedder } from '../engine/model-embedder.ts';
import { createEmbedder } from './embedders.ts';
import { loadFastDepthwise } from './fast-depthwise.ts';
import type { EmbedInfo, LabelScore, LookResult } from './protocol.ts';

const PROBE_PASSES = 3;
/** WebGPU is taken only when its embeddings are the ones that wasm gives. */
const MIN_AGREEMENT = 0.999;

interface Probe {
  readonly passMs: number;
  readonly embedding: Float32Array;
}

/** The network of a worker, on the backend that a timed probe chose. */
export class Network {
  readonly info: EmbedInfo;
  readonly #model: Embedder;

  private constructor(model: Embedder, info: EmbedInfo) {
    this.#model = model;
    this.info = info;
  }

  /**
   * Builds the network, runs it once to warm up, and takes WebGPU when that is faster here and agrees.
   *
   * @param weights the bytes of weights.safetensors, or of a network that a person brought, as it is kept
   * @returns the network, or what is wrong with the weights
   */
  static async load(weights: ArrayBuffer): Promise<LookResult<Network>> {
    try {
      await useWasm();
      await tryFastDepthwise();
      const model = await createEmbedder(weights);
      const wasm = await probe(model);
      const gpu = await tryWebGpu(weights, wasm);
      if (gpu !== undefined) {
        model.dispose();
        return ok(new Network(gpu.model, { backend: 'webgpu', passMs: gpu.passMs }));
      }
      return ok(new Network(model, { backend: 'wasm', passMs: wasm.passMs }));
    } catch (cause) {
      return fail('bad-weights', 'The network could not be started.', {
        hint: 'Reload the page; if it happens again, delete the stored network on the device page.',
        retryable: true,
        cause,
      });
    }
  }

  /** How it looks at a picture. */
  get sight(): Pick<Embedder, 'inputSize' | 'preprocessing'> {
    return this.#model;
  }

  /**
   * Pictures → their embeddings, in one pass.
   *
   * @param inputs B times [S·S·3] float32, S and the preprocessing by `sight`
   * @returns B times [dim] float32, not normalised; the same whatever B is
   */
  async embed(inputs: readonly Float32Array[]): Promise<Float32Array<ArrayBuffer>[]> {
    const all = await run(this.#model, inputs);
    const { dim } = this.#model;
    return inputs.map((_, at) => all.slice(at * dim, (at + 1) * dim));
  }

  /**
   * Embedding → the labels that the network finds most likely.
   *
   * @param embedding [dim] float32
   * @param count how many, 1–1000
   * @returns the best labels, most likely first; probabilities by softmax over all classes. None without a classifier
   */
  classify(embedding: Float32Array, count: number): LabelScore[] {
    const { classify, dim } = this.#model;
    if (classify === undefined || embedding.length !== dim) return [];
    const probabilities = tf.tidy(() => tf.softmax(classify(tf.tensor2d(embedding, [1, dim]))).dataSync());
    return Array.from(probabilities, (probability, index) => ({ index, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count);
  }
}

/** A quarter of a pass is depthwise convolution, and tfjs's own takes twice as long. */
async function tryFastDepthwise(): Promise<void> {
  try {
    if (await loadFastDepthwise()) return;
    console.info('The network runs with tfjs’s own depthwise convolution');
  } catch (cause) {
    console.info('The network runs with tfjs’s own depthwise convolution:', describe(cause));
  }
}

async function run(model: Embedder, inputs: readonly Float32Array[]): Promise<Float32Array<ArrayBuffer>> {
  const [only = new Float32Array()] = inputs;
  const images = tf.tensor4d(inputs.length === 1 ? only : joined(inputs), [
    inputs.length,
    model.inputSize,
    model.inputSize,
    3,
  ]);
  const features = model.embed(images);
  try {
    return new Float32Array(await features.data<'float32'>());
  } finally {
    tf.dispose([images, features]);
  }
}

/** The inputs of a pass: megabytes that were made anew for each would cost as much as filling them. */
let gathered = new Float32Array(0);

// The next pass begins when this one's answer is there, and by then the backend has its own copy.
function joined(inputs: readonly Float32Array[]): Float32Array {
  const size = inputs[0]?.length ?? 0;
  if (gathered.length !== inputs.length * size) gathered = new Float32Array(inputs.length * size);
  inputs.forEach((input, at) => gathered.set(input, at * size));
  return gathered;
}

async function probe(model: Embedder): Promise<Probe> {
  const input = Float32Array.from({ length: model.inputSize ** 2 * 3 }, (_, i) => Math.sin(i * 0.37) * 0.8);
  let embedding = await run(model, [input]); // compiles and allocates: not timed
  const times: number[] = [];
  for (let pass = 0; pass < PROBE_PASSES; pass += 1) {
    const started = performance.now();
    embedding = await run(model, [input]);
    times.push(performance.now() - started);
  }
  return { passMs: quantile(times, 0.5), embedding };
}

async function tryWebGpu(
  weights: ArrayBuffer,
  wasm: Probe,
): Promise<{ model: Embedder; passMs: number } | undefined> {
  let model: Embedder | undefined;
  try {
    if (!(await useWebGpu())) return undefined;
    model = await createEmbedder(weights);
    const gpu = await probe(model);
    if (gpu.passMs < wasm.passMs && cosine(gpu.embedding, wasm.embedding) >= MIN_AGREEMENT) {
      return { model, passMs: gpu.passMs };
    }
  } catch (cause) {
    // A driver that fails in the probe would fail later too: wasm it is.
    console.info('WebGPU was tried and left', cause);
  }
  model?.dispose();
  await useBackend('wasm');
  return undefined;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? 0;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  });
  return dot / Math.sqrt(aa * bb);
}
