import { describeKept, keptTensors } from '../engine/kept-network.ts';
import { createLookModel } from '../engine/model.ts';
import type { Embedder } from '../engine/model-embedder.ts';
import { createResNet } from '../engine/model-resnet.ts';
import { PREPROCESSINGS } from '../engine/preprocessing.ts';

/**
 * Builds the network of a weights file on tfjs' current backend: the site's own, or one that a person brought.
 *
 * @param weights the bytes of models/efficientnet-lite1/weights.safetensors, or of a kept network
 * @returns the network; the caller disposes it
 * @throws WeightsError naming the tensor that is wrong
 */
export function createEmbedder(weights: ArrayBuffer): Promise<Embedder> {
  const kept = describeKept(weights);
  if (kept === undefined) return Promise.resolve(createLookModel(weights));
  const { variant, preprocessing } = kept;
  return Promise.resolve(createResNet(keptTensors(weights), variant, PREPROCESSINGS[preprocessing]));
}
