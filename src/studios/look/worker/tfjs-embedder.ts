import * as tf from '@tensorflow/tfjs-core';
import { assertShape } from '../../../kernel/shape.ts';
import { WeightsError } from '../../../kernel/tensors/safetensors.ts';
import { keptTfjs, type TfjsDescription } from '../engine/kept-network.ts';
import type { Embedder } from '../engine/model-embedder.ts';
import { preprocessingOf } from '../engine/preprocessing.ts';
import { openTfjsModel, pooled } from './tfjs-model.ts';

interface KeptModel {
  readonly modelTopology: object;
  readonly specs: readonly tf.io.WeightsManifestEntry[];
}

/**
 * Builds a kept model of tfjs as an embedder on the current backend.
 *
 * @param file as `writeKeptTfjs` made it
 * @param description of it
 * @returns the network; the caller disposes it
 * @throws WeightsError when it cannot be run, or gives an output of another shape than it was kept with
 */
export async function createTfjsEmbedder(file: ArrayBuffer, description: TfjsDescription): Promise<Embedder> {
  const { output, dim, inputSize, preprocessing, order, format } = description;
  const { model, weights } = keptTfjs(file);
  // It was written by us, and its hash was compared.
  const { modelTopology: topology, specs } = JSON.parse(new TextDecoder().decode(model)) as KeptModel;
  const network = await openTfjsModel({ format, topology, specs, data: weights });
  return {
    dim,
    inputSize,
    preprocessing: preprocessingOf(preprocessing, order),
    embed(images) {
      assertShape(images, ['B', inputSize, inputSize, 3], 'images');
      return tf.tidy(() => {
        // One by one: many graphs have their batch of one written into them.
        const rows = tf
          .split<tf.Tensor4D>(images, images.shape[0])
          .map((image) => pooled(network.run(image, output)));
        const all = tf.concat2d(rows, 0);
        if (all.shape[1] !== dim)
          throw new WeightsError(`output ${output}: expected ${dim} numbers, found ${all.shape[1]}`);
        return all;
      });
    },
    dispose: () => network.dispose(),
  };
}
