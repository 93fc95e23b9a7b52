/** A small graph model of tfjs with seeded random weights, as `tensorflowjs_converter` writes it, and what it computes. */
import { mulberry32, normal } from '../../../../kernel/rng.ts';

export const GRAPH_SIDE = 16;
export const GRAPH_CHANNELS = 24;
export const GRAPH_CLASSES = 7;
const KERNEL = 3;
const STRIDE = 2;

interface GraphFiles {
  /** The parsed `model.json`. */
  readonly json: {
    readonly format: string;
    readonly modelTopology: { readonly node: { name: string; op: string }[] };
    readonly weightsManifest: {
      paths: string[];
      weights: { name: string; shape: number[]; dtype: string }[];
    }[];
  };
  /** Its shards, by name, which cut a tensor in half. */
  readonly shards: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly filter: Float32Array<ArrayBuffer>;
  readonly dense: Float32Array<ArrayBuffer>;
}

const gaussian = (seed: number, count: number): Float32Array<ArrayBuffer> => {
  const rng = mulberry32(seed);
  return Float32Array.from({ length: count }, () => normal(rng) / 4);
};

const type = (name: string): object => ({ T: { type: name } });
/** Texts are base64 in a graph's JSON. */
const SAME = { s: 'U0FNRQ==' };
const NHWC = { s: 'TkhXQw==' };

/**
 * picture [1, 16, 16, 3] → convolution 3 × 3 at stride 2 and ReLU [1, 8, 8, 24] → mean [1, 24] → matrix [1, 7].
 *
 * @param pool name of the node with the mean
 * @returns the files, and the weights for a reference
 */
export function graphModel(pool = 'features/pool'): GraphFiles {
  const filter = gaussian(1, KERNEL * KERNEL * 3 * GRAPH_CHANNELS);
  const dense = gaussian(2, GRAPH_CHANNELS * GRAPH_CLASSES);
  const axes = Int32Array.of(1, 2);
  const float = type('DT_FLOAT');
  const constant = (name: string, dtype: string): { name: string; op: string; attr: object } => ({
    name,
    op: 'Const',
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: {} } } },
  });
  const node = [
    {
      name: 'image',
      op: 'Placeholder',
      attr: {
        dtype: { type: 'DT_FLOAT' },
        shape: { shape: { dim: [-1, GRAPH_SIDE, GRAPH_SIDE, 3].map((size) => ({ size: String(size) })) } },
      },
    },
    constant('filter', 'DT_FLOAT'),
    constant('axes', 'DT_INT32'),
    constant('dense', 'DT_FLOAT'),
    {
      name: 'conv',
      op: 'Conv2D',
      input: ['image', 'filter'],
      attr: {
        ...float,
        strides: { list: { i: ['1', String(STRIDE), String(STRIDE), '1'] } },
        padding: SAME,
        data_format: NHWC,
        dilations: { list: { i: ['1', '1', '1', '1'] } },
      },
    },
    { name: 'features/map', op: 'Relu', input: ['conv'], attr: float },
    { name: pool, op: 'Mean', input: ['features/map', 'axes'], attr: { ...float, keep_dims: { b: false } } },
    {
      name: 'logits',
      op: 'MatMul',
      input: [pool, 'dense'],
      attr: { ...float, transpose_a: { b: false }, transpose_b: { b: false } },
    },
  ];
  const weights = [
    { name: 'filter', shape: [KERNEL, KERNEL, 3, GRAPH_CHANNELS], dtype: 'float32' },
    { name: 'axes', shape: [2], dtype: 'int32' },
    { name: 'dense', shape: [GRAPH_CHANNELS, GRAPH_CLASSES], dtype: 'float32' },
  ];
  const all = new Uint8Array([filter, axes, dense].flatMap((each) => [...new Uint8Array(each.buffer)]));
  const cut = 1_001;
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  return {
    json: {
      format: 'graph-model',
      modelTopology: { node },
      weightsManifest: [{ paths, weights }],
    },
    shards: new Map([
      [paths[0] ?? '', all.slice(0, cut)],
      [paths[1] ?? '', all.slice(cut)],
    ]),
    filter,
    dense,
  };
}

/**
 * What a convolution 3 × 3 at stride 2 with `SAME` padding and a ReLU, and then the mean over all places give, by the
 * schoolbook formula.
 *
 * @param image [side, side, 3]
 * @param filter [3, 3, 3, channels]
 * @param side of the picture, even
 * @returns [channels]
 */
export function meanOfConvolution(
  image: ArrayLike<number>,
  filter: ArrayLike<number>,
  side: number,
): number[] {
  const channels = filter.length / (KERNEL * KERNEL * 3);
  const out = side / STRIDE;
  const sums = Array.from({ length: channels }, () => 0);
  // At an even side TensorFlow puts the one padded row and column at the end.
  for (let y = 0; y < out; y += 1)
    for (let x = 0; x < out; x += 1)
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let dy = 0; dy < KERNEL; dy += 1)
          for (let dx = 0; dx < KERNEL; dx += 1)
            for (let colour = 0; colour < 3; colour += 1) {
              const row = y * STRIDE + dy;
              const column = x * STRIDE + dx;
              if (row >= side || column >= side) continue;
              const pixel = image[(row * side + column) * 3 + colour] ?? NaN;
              sum += pixel * (filter[((dy * KERNEL + dx) * 3 + colour) * channels + channel] ?? NaN);
            }
        sums[channel] = (sums[channel] ?? 0) + Math.max(0, sum) / (out * out);
      }
  return sums;
}
