import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '../../src/platform/tf-backend.ts';
import { createLookModel, INPUT_SIZE, type LookModel } from '../../src/studios/look/engine/model.ts';
import weightsUrl from '../../models/efficientnet-lite1/weights.safetensors?url';

let model: LookModel | undefined;

/** Loads the network that the site ships, and runs it once: the first pass allocates. */
export async function loadNetwork(): Promise<void> {
  await useWasm();
  const weights = await (await fetch(new URL(weightsUrl, import.meta.url))).arrayBuffer();
  model = createLookModel(weights);
  await pass(someInput());
}

/** An input that is no picture: the time of a pass does not depend on what it sees. */
const someInput = (): Float32Array =>
  Float32Array.from({ length: INPUT_SIZE * INPUT_SIZE * 3 }, (_, i) => Math.sin(i * 0.37) * 0.8);

/**
 * One forward pass.
 *
 * @param input [240·240·3] float32
 * @returns [1280] float32
 */
export async function pass(input: Float32Array): Promise<Float32Array> {
  if (model === undefined) throw new Error('the network is not loaded');
  const images = tf.tensor4d(input, [1, INPUT_SIZE, INPUT_SIZE, 3]);
  const features = model.embed(images);
  const vector = await features.data<'float32'>();
  tf.dispose([images, features]);
  return vector;
}

/** Milliseconds of a number of passes on one input. */
export async function rawPasses(passes: number): Promise<number> {
  const input = someInput();
  const started = performance.now();
  for (let done = 0; done < passes; done += 1) await pass(input);
  return performance.now() - started;
}
