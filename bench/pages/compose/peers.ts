import * as tf from '@tensorflow/tfjs-core';

/** A network of another project, built at its published size with random weights: the time of a pass does not depend on them. */
export interface Peer {
  readonly parameters: number;
  /** Its input's shape, without the batch. */
  readonly input: readonly [number, number, number];
  run(x: tf.Tensor4D): tf.Tensor4D;
}

class Maker {
  parameters = 0;
  weight<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    const size = shape.reduce<number>((product, axis) => product * axis, 1);
    this.parameters += size;
    return tf.keep(tf.randomNormal<R>(shape, 0, 0.02, 'float32', this.parameters));
  }
}

/**
 * AWS DeepComposer's AR-CNN: U-Net of five levels over 128 × 128, 32 filters growing twofold, two 3 × 3 convolutions a level,
 * a bottleneck of 1,024. Without its batch norms, which cost nothing once folded.
 *
 * @see https://github.com/aws-samples/aws-deepcomposer-samples/blob/master/ar-cnn/model.py
 */
export function awsArCnn(): Peer {
  const LEVELS = 5;
  const FILTERS = 32;
  const SIZE = 128;
  const maker = new Maker();
  const conv = (size: number, from: number, to: number, activation: 'relu' | 'linear') => {
    const filter = maker.weight<tf.Rank.R4>([size, size, from, to]);
    const bias = maker.weight<tf.Rank.R1>([to]);
    return (x: tf.Tensor4D): tf.Tensor4D =>
      tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation });
  };
  const twice = (from: number, to: number) => {
    const [first, second] = [conv(3, from, to, 'relu'), conv(3, to, to, 'relu')];
    return (x: tf.Tensor4D): tf.Tensor4D => second(first(x));
  };
  const widths = Array.from({ length: LEVELS }, (_, level) => FILTERS * 2 ** level);
  const down = widths.map((width, level) => twice(level === 0 ? 1 : width / 2, width));
  const bottom = twice(FILTERS * 2 ** (LEVELS - 1), FILTERS * 2 ** LEVELS);
  const up = widths.toReversed().map((width) => twice(3 * width, width));
  const head = conv(1, FILTERS, 1, 'linear');
  return {
    parameters: maker.parameters,
    input: [SIZE, SIZE, 1],
    run: (roll) =>
      tf.tidy(() => {
        const skips: tf.Tensor4D[] = [];
        let x = roll;
        for (const level of down) {
          const wide = level(x);
          skips.push(wide);
          x = tf.maxPool(wide, 2, 2, 'valid');
        }
        x = bottom(x);
        for (const level of up) {
          const [, height, width] = x.shape;
          const skip = skips.pop();
          if (skip === undefined) throw new Error('a level without a skip');
          x = level(tf.concat([tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]), skip], 3));
        }
        return head(x);
      }),
  };
}

/**
 * Coconet as Magenta.js runs it in the browser, at 128 steps: 33 separable layers of 128 filters, dilated, batch norm and
 * residuals as there, over 46 pitches and four voices with their masks.
 *
 * @see https://github.com/magenta/magenta-js/blob/master/music/src/coconet/model.ts
 */
export function coconet(): Peer {
  const [STEPS, PITCHES, VOICES, FILTERS, LAYERS] = [128, 46, 4, 128, 33];
  const DILATIONS: readonly (readonly [number, number])[] = [
    [1, 1],
    [2, 2],
    [4, 4],
    [8, 8],
    [16, 16],
    [16, 32],
  ];
  /** This layer's pointwise convolution is split in four. */
  const SPLIT_LAYER = 17;
  const SPLITS = 4;
  const maker = new Maker();
  const layers = Array.from({ length: LAYERS }, (_, i) => {
    const isLast = i === LAYERS - 1;
    const size = i >= LAYERS - 2 ? 2 : 3;
    const from = i === 0 ? 2 * VOICES : FILTERS;
    const to = isLast ? VOICES : FILTERS;
    const depth = maker.weight<tf.Rank.R4>([size, size, from, 1]);
    const groups = i === SPLIT_LAYER ? SPLITS : 1;
    const points = Array.from({ length: groups }, () =>
      maker.weight<tf.Rank.R4>([1, 1, from / groups, to / groups]),
    );
    const [bias, mean, gamma, beta] = Array.from({ length: 4 }, () => maker.weight<tf.Rank.R1>([to]));
    const variance = tf.keep(tf.ones<tf.Rank.R1>([to]));
    if (bias === undefined || mean === undefined || gamma === undefined || beta === undefined)
      throw new Error('four vectors were made');
    const dilation = i > 0 && i < LAYERS - 2 ? (DILATIONS[(i - 1) % DILATIONS.length] ?? [1, 1]) : [1, 1];
    const dilations: [number, number] = [dilation[0] ?? 1, dilation[1] ?? 1];
    return (x: tf.Tensor4D): tf.Tensor4D => {
      const filtered: tf.Tensor4D = tf.depthwiseConv2d(x, depth, [1, 1], 'same', 'NHWC', dilations);
      const parts = groups === 1 ? [filtered] : tf.split<tf.Tensor4D>(filtered, groups, 3);
      const mixed = parts.map((part, at) => {
        const filter = points[at];
        if (filter === undefined) throw new Error('a part without weights');
        return tf.conv2d(part, filter, 1, 'same');
      });
      const sum = tf.add<tf.Tensor4D>(groups === 1 ? (mixed[0] ?? x) : tf.concat(mixed, 3), bias);
      return tf.batchNorm(sum, mean, variance, beta, gamma, 1e-7);
    };
  });
  return {
    parameters: maker.parameters,
    input: [STEPS, PITCHES, 2 * VOICES],
    run: (rolls) =>
      tf.tidy(() => {
        let x = rolls;
        let kept = x;
        layers.forEach((layer, i) => {
          const isLast = i === LAYERS - 1;
          // Every second layer adds what went into the one before it.
          if (i % 2 === 1) kept = x;
          x = layer(x);
          if (i > 0 && i % 2 === 0 && !isLast) x = tf.add(x, kept);
          if (!isLast) x = tf.relu(x);
        });
        return x;
      }),
  };
}
