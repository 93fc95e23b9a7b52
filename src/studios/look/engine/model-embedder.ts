import type * as tf from '@tensorflow/tfjs-core';
import type { Preprocessing } from './preprocessing.ts';

/**
 * A network that turns pictures into embeddings. A collection is tied to one by its hash: vectors of two networks cannot
 * be compared.
 */
export interface Embedder {
  /** Length of an embedding. */
  readonly dim: number;
  /** Height and width of its input, pixels. */
  readonly inputSize: number;
  /** How its pictures are cut out and normalised. */
  readonly preprocessing: Preprocessing;
  /**
   * Pictures → embeddings.
   *
   * @param images [B, inputSize, inputSize, 3] float32, preprocessed; not disposed
   * @returns [B, dim] float32, not normalised; the caller disposes
   * @throws RangeError when the shape is another one
   */
  embed(images: tf.Tensor4D): tf.Tensor2D;
  /**
   * Embeddings → ImageNet scores, where the network has a classifier.
   *
   * @param features [B, dim] float32, as `embed` gives them; not disposed
   * @returns [B, 1000] float32 logits; the caller disposes
   */
  readonly classify?: (features: tf.Tensor2D) => tf.Tensor2D;
  /** Frees the weights; the network is of no use afterwards. */
  dispose(): void;
}
