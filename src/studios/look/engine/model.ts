import * as tf from '@tensorflow/tfjs-core';
import { assertShape } from '../../../kernel/shape.ts';
import { INPUT_SIZE } from './input-size.ts';
import type { Embedder } from './model-embedder.ts';
import { LITE_PREPROCESSING } from './preprocess.ts';
import { conv, depthwise, WeightsReader, type ConvWeights } from '../../../kernel/tensors/model-layers.ts';
import { parseSafetensors } from '../../../kernel/tensors/safetensors.ts';

export { INPUT_SIZE };
/** Length of the mean-pooled feature: output of the head, EfficientNet's Table 1, stage 9. */
export const EMBEDDING_DIM = 1280;
/** ImageNet (ILSVRC 2012). */
export const CLASS_COUNT = 1000;

const STEM_CHANNELS = 32;

interface Stage {
  /** The inner width of a block is `expand` times its input's channels. */
  readonly expand: number;
  /** Height and width of the depthwise filter. */
  readonly kernel: number;
  /** Of the first block; the others have stride 1. */
  readonly stride: number;
  readonly channels: number;
  readonly layers: number;
}

/**
 * Stages 2–8 of EfficientNet's Table 1. Lite1 multiplies the layers by 1.1, rounding up, except for the first and the
 * last stage; it has no squeeze-and-excitation, and relu6 in the place of swish.
 */
const STAGES: readonly Stage[] = [
  { expand: 1, kernel: 3, stride: 1, channels: 16, layers: 1 },
  { expand: 6, kernel: 3, stride: 2, channels: 24, layers: 3 },
  { expand: 6, kernel: 5, stride: 2, channels: 40, layers: 3 },
  { expand: 6, kernel: 3, stride: 2, channels: 80, layers: 4 },
  { expand: 6, kernel: 5, stride: 1, channels: 112, layers: 4 },
  { expand: 6, kernel: 5, stride: 2, channels: 192, layers: 5 },
  { expand: 6, kernel: 3, stride: 1, channels: 320, layers: 1 },
];

/** MBConv: widen, filter each channel, narrow; the sum with the input where the shapes allow it. */
interface Block {
  /** Absent where the inner width is the input's (expand 1). */
  readonly expand: ConvWeights | undefined;
  readonly depthwise: ConvWeights;
  readonly project: ConvWeights;
  readonly stride: number;
  readonly residual: boolean;
}

/** The network of Look: EfficientNet-Lite1. */
export interface LookModel extends Embedder {
  /**
   * Pictures → embeddings.
   *
   * @param images [B, 240, 240, 3] float32, RGB, (x − 127) / 128, so within [−0.9922, 1]; not disposed
   * @returns [B, 1280] float32, mean-pooled, not normalised, ≥ 0; the caller disposes
   * @throws RangeError when the shape is another one
   */
  embed(images: tf.Tensor4D): tf.Tensor2D;
  /**
   * Embeddings → ImageNet scores.
   *
   * @param features [B, 1280] float32, as `embed` gives them; not disposed
   * @returns [B, 1000] float32 logits in the order of labels.json; the caller disposes
   * @throws RangeError when the shape is another one
   */
  readonly classify: (features: tf.Tensor2D) => tf.Tensor2D;
  /** Frees the weights; the model is of no use afterwards. */
  dispose(): void;
}

/**
 * Builds the network on tfjs' current backend.
 *
 * @param weights the bytes of models/efficientnet-lite1/weights.safetensors; not kept
 * @returns the model; the caller disposes it
 * @throws WeightsError naming the tensor that is missing, too much, or of another shape or type
 * @see Tan and Le 2019, "EfficientNet", https://arxiv.org/abs/1905.11946, Table 1
 * @see https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
 */
export function createLookModel(weights: ArrayBuffer): LookModel {
  const reader = new WeightsReader(parseSafetensors(weights));
  try {
    const stem = reader.conv('stem', [3, 3, 3, STEM_CHANNELS]);
    const blocks = readBlocks(reader);
    const head = reader.conv('head', [1, 1, STAGES.at(-1)?.channels ?? 0, EMBEDDING_DIM]);
    const classWeights = reader.matrix('classifier.weight', EMBEDDING_DIM, CLASS_COUNT);
    const classBias = reader.vector('classifier.bias', CLASS_COUNT);
    reader.assertAllTaken();
    return {
      dim: EMBEDDING_DIM,
      inputSize: INPUT_SIZE,
      preprocessing: LITE_PREPROCESSING,
      embed(images) {
        assertShape(images, ['B', INPUT_SIZE, INPUT_SIZE, 3], 'images');
        return tf.tidy(() => {
          // Freeing each map at once, not at the end of the tidy, keeps the heap small and the same memory warm.
          let x = conv(images, stem, 2, 'relu6');
          for (const block of blocks) x = replace(x, runBlock(x, block));
          x = replace(x, conv(x, head, 1, 'relu6'));
          return tf.mean<tf.Tensor2D>(x, [1, 2]);
        });
      },
      classify(features) {
        assertShape(features, ['B', EMBEDDING_DIM], 'features');
        return tf.fused.matMul({ a: features, b: classWeights, bias: classBias }) as tf.Tensor2D;
      },
      dispose: () => reader.disposeAll(),
    };
  } catch (thrown) {
    reader.disposeAll();
    throw thrown;
  }
}

function readBlocks(reader: WeightsReader): Block[] {
  const blocks: Block[] = [];
  let inChannels = STEM_CHANNELS;
  for (const stage of STAGES) {
    for (let layer = 0; layer < stage.layers; layer += 1) {
      const name = `blocks.${blocks.length}`;
      const inner = inChannels * stage.expand;
      const stride = layer === 0 ? stage.stride : 1;
      blocks.push({
        expand: stage.expand === 1 ? undefined : reader.conv(`${name}.expand`, [1, 1, inChannels, inner]),
        depthwise: reader.depthwise(`${name}.depthwise`, stage.kernel, inner),
        project: reader.conv(`${name}.project`, [1, 1, inner, stage.channels]),
        stride,
        residual: stride === 1 && inChannels === stage.channels,
      });
      inChannels = stage.channels;
    }
  }
  return blocks;
}

/**
 * One MBConv block.
 *
 * @param x [B, height, width, in] float32; not disposed
 * @param block its weights
 * @returns [B, ceil(height / stride), ceil(width / stride), out] float32; the caller disposes
 */
function runBlock(x: tf.Tensor4D, block: Block): tf.Tensor4D {
  const wide = block.expand && conv(x, block.expand, 1, 'relu6');
  const filtered = depthwise(wide ?? x, block.depthwise, block.stride);
  wide?.dispose();
  const narrow = replace(filtered, conv(filtered, block.project, 1, 'linear'));
  return block.residual ? replace(narrow, tf.add<tf.Tensor4D>(narrow, x)) : narrow;
}

// `next`, after freeing what it was made from.
function replace(previous: tf.Tensor4D, next: tf.Tensor4D): tf.Tensor4D {
  previous.dispose();
  return next;
}
