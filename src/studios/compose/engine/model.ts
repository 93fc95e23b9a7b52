import * as tf from '@tensorflow/tfjs-core';
import { assertShape } from '../../../kernel/shape.ts';
import { conv, WeightsReader, type ConvWeights } from '../../../kernel/tensors/model-layers.ts';
import { parseSafetensors } from '../../../kernel/tensors/safetensors.ts';
import { STEPS_PER_QUARTER } from './roll.ts';
import type { ArCnnShape } from './network-shape.ts';

/** x + two convolutions. */
interface Block {
  readonly first: ConvWeights;
  readonly second: ConvWeights;
  readonly dilation: number;
}

/** A convolution whose bias depends on the absolute pitch, and on the place in the beat where a beat has several rows. */
interface Pitched {
  readonly conv: ConvWeights;
  /** [rows, columns, out] float32. */
  readonly place: tf.Tensor3D;
}

/** The network of Compose. */
export interface ArCnn {
  /**
   * Rolls → logits of flipping each cell.
   *
   * @param rolls [B, T, P] float32 {0, 1}; not disposed
   * @returns [B, T, P] float32; the caller disposes
   * @throws RangeError when the shape is another one
   */
  logits(rolls: tf.Tensor3D): tf.Tensor3D;
  /**
   * One roll's logits, as the sampler asks for them; leaves no tensor behind.
   *
   * @param cells [T, P] uint8 {0, 1}
   * @returns [T, P] float32
   * @throws RangeError when the size is another one
   */
  logitsOf(cells: Uint8Array): Promise<Float32Array>;
  /** Frees the weights; the network is of no use afterwards. */
  dispose(): void;
}

/**
 * Builds the network on tfjs' current backend: a U-Net of three levels over patches of the roll, with skips that are added.
 *
 * @param weights the bytes of models/ar-cnn/weights.safetensors; not kept
 * @param shape its sizes, from the manifest
 * @returns the network; the caller disposes it
 * @throws WeightsError naming the tensor that is missing, too much, or of another shape or type
 * @see models/ar-cnn/card.md, the forward pass
 * @see https://arxiv.org/abs/2008.08927
 */
export function createArCnn(weights: ArrayBuffer, shape: ArCnnShape): ArCnn {
  const reader = new WeightsReader(parseSafetensors(weights));
  try {
    const { steps, pitches, patch, widths, blocks } = shape;
    const [one, two, three] = widths;
    const cells = patch[0] * patch[1];
    const stem = readPitched(reader, 'stem', [3, 3, cells, one], shape, 1);
    const down1 = readBlocks(reader, 'down_1', blocks[0], one);
    const to2 = readPitched(reader, 'to_2', [3, 3, one, two], shape, 2);
    const down2 = readBlocks(reader, 'down_2', blocks[1], two);
    const to3 = readPitched(reader, 'to_3', [3, 3, two, three], shape, 4);
    const bottom = readBlocks(reader, 'bottom', blocks[2], three, shape.dilations);
    const from3 = reader.conv('from_3', [1, 1, three, 4 * two]);
    const up2 = readBlocks(reader, 'up_2', blocks[3], two);
    const from2 = reader.conv('from_2', [1, 1, two, 4 * one]);
    const up1 = readBlocks(reader, 'up_1', blocks[4], one);
    const head = reader.conv('head', [3, 3, one, cells]);
    reader.assertAllTaken();
    const logits = (rolls: tf.Tensor3D): tf.Tensor3D => {
      assertShape(rolls, ['B', steps, pitches], 'rolls');
      return tf.tidy(() => {
        const level1 = runBlocks(runPitched(toPatches(rolls, patch), stem, 1), down1);
        const level2 = runBlocks(runPitched(level1, to2, 2), down2);
        const level3 = runBlocks(runPitched(level2, to3, 2), bottom);
        const up = runBlocks(runUp(level3, from3, level2), up2);
        const top = runBlocks(runUp(up, from2, level1), up1);
        return toCells(conv(top, head, 1, 'linear'), shape);
      });
    };
    return {
      logits,
      async logitsOf(roll) {
        if (roll.length !== steps * pitches)
          throw new RangeError(`roll: expected ${steps * pitches} cells, found ${roll.length}`);
        const out = tf.tidy(() => logits(tf.tensor3d(Float32Array.from(roll), [1, steps, pitches])));
        try {
          return await out.data<'float32'>();
        } finally {
          out.dispose();
        }
      },
      dispose: () => reader.disposeAll(),
    };
  } catch (thrown) {
    reader.disposeAll();
    throw thrown;
  }
}

function readBlocks(
  reader: WeightsReader,
  name: string,
  count: number,
  width: number,
  dilations: readonly number[] = [],
): Block[] {
  return Array.from({ length: count }, (_, i) => ({
    first: reader.conv(`${name}.${i}.first`, [3, 3, width, width]),
    second: reader.conv(`${name}.${i}.second`, [3, 3, width, width]),
    dilation: dilations[i] ?? 1,
  }));
}

// `scale`: how many places of the first level lie in one of this level, along each axis.
function readPitched(
  reader: WeightsReader,
  name: string,
  filter: readonly [number, number, number, number],
  { steps, pitches, patch }: ArCnnShape,
  scale: number,
): Pitched {
  const rows = steps / (patch[0] * scale);
  const columns = pitches / (patch[1] * scale);
  const phases = Math.max(1, STEPS_PER_QUARTER / (patch[0] * scale));
  const weights = reader.conv(name, filter);
  const place = reader.map(`${name}.place`, [phases, columns, filter[3]]);
  // One beat's rows, once for each beat: the sum then needs no broadcast but the batch's.
  return { conv: weights, place: reader.own(tf.tile(place, [rows / phases, 1, 1])) };
}

/**
 * The roll, cut into patches.
 *
 * @param rolls [B, T, P] float32
 * @param patch steps and semitones of one
 * @returns [B, T / steps, P / semitones, steps · semitones], channel = step · semitones + semitone; the caller disposes
 */
function toPatches(rolls: tf.Tensor3D, [steps, semitones]: readonly [number, number]): tf.Tensor4D {
  const [batch, allSteps, pitches] = rolls.shape;
  const [rows, columns] = [allSteps / steps, pitches / semitones];
  const cut = tf.reshape(rolls, [batch, rows, steps, columns, semitones]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, rows, columns, steps * semitones]);
}

/**
 * The way back.
 *
 * @param x [B, rows, columns, steps · semitones] float32
 * @param shape of the network
 * @returns [B, T, P]; the caller disposes
 */
function toCells(x: tf.Tensor4D, { patch, steps, pitches }: ArCnnShape): tf.Tensor3D {
  const [batch, rows, columns] = x.shape;
  const cut = tf.reshape(x, [batch, rows, columns, patch[0], patch[1]]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, steps, pitches]);
}

const runPitched = (x: tf.Tensor4D, { conv: weights, place }: Pitched, stride: number): tf.Tensor4D =>
  tf.relu(tf.add<tf.Tensor4D>(conv(x, weights, stride, 'linear'), place));

/**
 * tf.depthToSpace with blocks of two, by a transposition: the wasm backend's own kernel takes 2 ms for what this does in
 * 0.03 (`npm run bench -- compose --only passes`), a fifth of a pass.
 *
 * @param x [B, height, width, 4 C] float32, channel = (row · 2 + column) · C + c
 * @returns [B, 2 height, 2 width, C]; the caller disposes
 */
function depthToSpace(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, depth] = x.shape;
  // A place's two columns lie side by side already: only rows and places change their order.
  const rows = tf.transpose(tf.reshape(x, [batch * height, width, 2, depth / 2]), [0, 2, 1, 3]);
  return tf.reshape(rows, [batch, 2 * height, 2 * width, depth / 4]);
}

const runUp = (x: tf.Tensor4D, weights: ConvWeights, skip: tf.Tensor4D): tf.Tensor4D =>
  tf.relu(tf.add<tf.Tensor4D>(depthToSpace(conv(x, weights, 1, 'linear')), skip));

const runBlocks = (x: tf.Tensor4D, blocks: readonly Block[]): tf.Tensor4D =>
  blocks.reduce((before, { first, second, dilation }) => {
    const inner = conv(before, first, 1, 'relu', dilation);
    return tf.relu(tf.add<tf.Tensor4D>(before, conv(inner, second, 1, 'linear')));
  }, x);
