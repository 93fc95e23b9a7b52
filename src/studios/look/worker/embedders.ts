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
export async function createEmbedder(weights: ArrayBuffer): Promise<Embedder> {
  const kept = describeKept(weights);
  if (kept === undefined) return createLookModel(weights);
  // tfjs's readers of models come only with a network that needs them.
  if (kept.kind === 'tfjs') return (await import('./tfjs-embedder.ts')).createTfjsEmbedder(weights, kept);
  const { variant, preprocessing } = kept;
  return createResNet(keptTensors(weights), variant, PREPROCESSINGS[preprocessing]);
}
