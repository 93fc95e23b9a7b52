import * as tf from '@tensorflow/tfjs-core';
import { WeightsError, type StoredTensor } from './safetensors.ts';
import { takeTensor } from './take-tensor.ts';

/** A convolution with its batch norm folded in. */
export interface ConvWeights {
  /** [height, width, in, out] float32; of a depthwise convolution [height, width, channels, 1]. */
  readonly filter: tf.Tensor4D;
  /** [out] float32. */
  readonly bias: tf.Tensor1D;
}

export type FilterShape = readonly [height: number, width: number, inChannels: number, outChannels: number];

/**
 * Takes tensors out of a weights file by name, each checked against the shape that the network's table asks for.
 * It owns what it has made: `disposeAll` frees the tensors.
 */
export class WeightsReader {
  readonly #stored: ReadonlyMap<string, StoredTensor>;
  readonly #made = new Map<string, tf.Tensor>();
  readonly #derived: tf.Tensor[] = [];

  /**
   * Nothing is made before it is asked for.
   *
   * @param stored the tensors of the file by name
   */
  constructor(stored: ReadonlyMap<string, StoredTensor>) {
    this.#stored = stored;
  }

  /**
   * A convolution's weights.
   *
   * @param name the layer, e.g. `blocks.3.expand`
   * @param shape of the filter
   * @returns filter and bias [out], owned by the reader
   * @throws WeightsError naming the tensor that is missing or of another shape
   */
  conv(name: string, shape: FilterShape): ConvWeights {
    return { filter: this.#filter(`${name}.weight`, shape), bias: this.vector(`${name}.bias`, shape[3]) };
  }

  /**
   * A depthwise convolution's weights.
   *
   * @param name the layer, e.g. `blocks.3.depthwise`
   * @param size height and width of the filter
   * @param channels in and out
   * @returns filter [size, size, channels, 1] and bias [channels], owned by the reader
   * @throws WeightsError naming the tensor that is missing or of another shape
   */
  depthwise(name: string, size: number, channels: number): ConvWeights {
    return {
      filter: this.#filter(`${name}.weight`, [size, size, channels, 1]),
      bias: this.vector(`${name}.bias`, channels),
    };
  }

  /**
   * A matrix.
   *
   * @param name of the tensor
   * @param rows first axis
   * @param columns second axis
   * @returns [rows, columns] float32, owned by the reader
   * @throws WeightsError when it is missing or of another shape
   */
  matrix(name: string, rows: number, columns: number): tf.Tensor2D {
    return this.#keep(name, tf.tensor2d(this.#values(name, [rows, columns]), [rows, columns]));
  }

  /**
   * A vector.
   *
   * @param name of the tensor
   * @param size its only axis
   * @returns [size] float32, owned by the reader
   * @throws WeightsError when it is missing or of another shape
   */
  vector(name: string, size: number): tf.Tensor1D {
    return this.#keep(name, tf.tensor1d(this.#values(name, [size])));
  }

  /**
   * A map over places.
   *
   * @param name of the tensor
   * @param shape [height, width, channels]
   * @returns [height, width, channels] float32, owned by the reader
   * @throws WeightsError when it is missing or of another shape
   */
  map(name: string, shape: readonly [height: number, width: number, channels: number]): tf.Tensor3D {
    return this.#keep(name, tf.tensor3d(this.#values(name, shape), [...shape]));
  }

  /**
   * Checks that the file holds nothing else: then it would be another network's.
   *
   * @throws WeightsError naming a tensor that was not asked for
   */
  assertAllTaken(): void {
    for (const name of this.#stored.keys()) {
      if (!this.#made.has(name)) throw new WeightsError(`tensor ${name}: expected no such tensor, found one`);
    }
  }

  /**
   * Takes over a tensor that was made from weights.
   *
   * @param tensor any; disposed with the others
   * @returns the tensor, owned by the reader
   */
  own<T extends tf.Tensor>(tensor: T): T {
    this.#derived.push(tf.keep(tensor));
    return tensor;
  }

  /** Frees every tensor made so far. */
  disposeAll(): void {
    tf.dispose([...this.#made.values(), ...this.#derived]);
    this.#made.clear();
    this.#derived.length = 0;
  }

  #filter(name: string, shape: FilterShape): tf.Tensor4D {
    return this.#keep(name, tf.tensor4d(this.#values(name, shape), [...shape]));
  }

  #values(name: string, shape: readonly number[]): Float32Array {
    return takeTensor(this.#stored, name, shape).values;
  }

  #keep<T extends tf.Tensor>(name: string, tensor: T): T {
    // Weights may be read inside someone's tf.tidy; they live until disposeAll.
    this.#made.set(name, tf.keep(tensor));
    return tensor;
  }
}

/**
 * Convolution + bias + activation, in one kernel. TensorFlow's `same` padding is what the reference's static
 * padding computes too: more below and to the right when the sum is odd.
 *
 * @param x [B, height, width, in] float32
 * @param weights filter [h, w, in, out]
 * @param stride of both axes
 * @param activation after the bias
 * @param dilation of the first axis; the second has none
 * @returns [B, ceil(height / stride), ceil(width / stride), out] float32; the caller disposes
 */
export function conv(
  x: tf.Tensor4D,
  weights: ConvWeights,
  stride: number,
  activation: 'linear' | 'relu' | 'relu6',
  dilation = 1,
): tf.Tensor4D {
  return tf.fused.conv2d({
    x,
    filter: weights.filter,
    bias: weights.bias,
    strides: stride,
    pad: 'same',
    dilations: [dilation, 1],
    activation,
  });
}

/**
 * Depthwise convolution + bias + relu6, in one kernel.
 *
 * @param x [B, height, width, channels] float32
 * @param weights filter [h, w, channels, 1]
 * @param stride of both axes
 * @returns [B, ceil(height / stride), ceil(width / stride), channels] float32; the caller disposes
 */
export function depthwise(x: tf.Tensor4D, weights: ConvWeights, stride: number): tf.Tensor4D {
  const { filter, bias } = weights;
  return tf.fused.depthwiseConv2d({ x, filter, bias, strides: stride, pad: 'same', activation: 'relu6' });
}
