import * as tf from '@tensorflow/tfjs-core';
import { assertShape } from '../../../kernel/shape.ts';
import { WeightsReader, type ConvWeights } from '../../../kernel/tensors/model-layers.ts';
import { WeightsError, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';
import type { Embedder } from './model-embedder.ts';
import { PREPROCESSINGS, type Preprocessing } from './preprocessing.ts';
import { EXPANSION, RESNET_INPUT_SIZE, STAGE_BLOCKS, type ResNetVariant } from './resnet-weights.ts';

interface Bottleneck {
  readonly reduce: ConvWeights;
  readonly filter: ConvWeights;
  readonly expand: ConvWeights;
  /** In the first block of a stage, where the shapes differ. */
  readonly shortcut: ConvWeights | undefined;
  /** Of the stage's first block; the variant says which convolution has it. */
  readonly stride: number;
}

/**
 * Builds ResNet-50 without its classifier on tfjs' current backend.
 *
 * @param tensors as `foldResNet` gives them, perhaps rounded to float16 since
 * @param variant whose network it is: where the stride is, and by default the preprocessing
 * @param preprocessing another one, for tests
 * @returns the network: `embed` gives [B, 32 · width] float32, average-pooled, ≥ 0; the caller disposes
 * @throws WeightsError naming the tensor that is missing, too much, or of another shape
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition", https://arxiv.org/abs/1512.03385, Table 1
 */
export function createResNet(
  tensors: ReadonlyMap<string, StoredTensor>,
  variant: ResNetVariant,
  preprocessing: Preprocessing = PREPROCESSINGS[variant],
): Embedder {
  const reader = new WeightsReader(tensors);
  try {
    const stemChannels = channelsOf(tensors, 'stem');
    const width = channelsOf(tensors, 'stages.0.0.reduce');
    const stem = reader.conv('stem', [7, 7, 3, stemChannels]);
    const blocks = readBlocks(reader, stemChannels, width);
    reader.assertAllTaken();
    return {
      dim: width * 2 ** (STAGE_BLOCKS.length - 1) * EXPANSION,
      inputSize: RESNET_INPUT_SIZE,
      preprocessing,
      embed(images) {
        assertShape(images, ['B', RESNET_INPUT_SIZE, RESNET_INPUT_SIZE, 3], 'images');
        return tf.tidy(() => {
          let x = convolve(images, stem, 2, 3, 'relu');
          // Behind a ReLU the padding's value does not matter: nothing is below zero.
          x = replace(x, tf.maxPool(x, 3, 2, 1));
          for (const block of blocks) x = replace(x, runBlock(x, block, variant));
          return tf.mean<tf.Tensor2D>(x, [1, 2]);
        });
      },
      dispose: () => reader.disposeAll(),
    };
  } catch (thrown) {
    reader.disposeAll();
    throw thrown;
  }
}

function channelsOf(tensors: ReadonlyMap<string, StoredTensor>, layer: string): number {
  const channels = tensors.get(`${layer}.bias`)?.shape[0];
  if (channels === undefined)
    throw new WeightsError(`tensor ${layer}.bias: expected shape [any], found no such tensor`);
  return channels;
}

function readBlocks(reader: WeightsReader, stemChannels: number, width: number): Bottleneck[] {
  const blocks: Bottleneck[] = [];
  let from = stemChannels;
  for (const [stage, count] of STAGE_BLOCKS.entries()) {
    const inner = width * 2 ** stage;
    const out = inner * EXPANSION;
    for (let block = 0; block < count; block += 1) {
      const name = `stages.${stage}.${block}`;
      blocks.push({
        reduce: reader.conv(`${name}.reduce`, [1, 1, from, inner]),
        filter: reader.conv(`${name}.filter`, [3, 3, inner, inner]),
        expand: reader.conv(`${name}.expand`, [1, 1, inner, out]),
        shortcut: block === 0 ? reader.conv(`${name}.shortcut`, [1, 1, from, out]) : undefined,
        stride: block === 0 && stage > 0 ? 2 : 1,
      });
      from = out;
    }
  }
  return blocks;
}

/**
 * One bottleneck block.
 *
 * @param x [B, height, width, in] float32; not disposed
 * @param block its weights
 * @param variant which convolution has the stride
 * @returns [B, height / stride, width / stride, out] float32; the caller disposes
 */
function runBlock(x: tf.Tensor4D, block: Bottleneck, variant: ResNetVariant): tf.Tensor4D {
  const { reduce, filter, expand, shortcut, stride } = block;
  const isEarly = variant === 'keras';
  const narrow = convolve(x, reduce, isEarly ? stride : 1, 0, 'relu');
  const filtered = replace(narrow, convolve(narrow, filter, isEarly ? 1 : stride, 1, 'relu'));
  const wide = replace(filtered, convolve(filtered, expand, 1, 0, 'linear'));
  const past = shortcut === undefined ? x : convolve(x, shortcut, stride, 0, 'linear');
  const sum = replace(wide, tf.add<tf.Tensor4D>(wide, past));
  if (past !== x) past.dispose();
  return replace(sum, tf.relu(sum));
}

// Padding of so many pixels on each side: `same` would put the odd one elsewhere at stride 2.
function convolve(
  x: tf.Tensor4D,
  { filter, bias }: ConvWeights,
  strides: number,
  pad: number,
  activation: 'linear' | 'relu',
): tf.Tensor4D {
  return tf.fused.conv2d({ x, filter, bias, strides, pad, dimRoundingMode: 'floor', activation });
}

// `next`, after freeing what it was made from.
function replace(previous: tf.Tensor4D, next: tf.Tensor4D): tf.Tensor4D {
  previous.dispose();
  return next;
}
