import { WeightsError, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';
import { takeTensor } from '../../../kernel/tensors/take-tensor.ts';

/**
 * Whose ResNet-50 it is, which decides more than names: torchvision (and timm) has the stride of a stage in the 3 × 3
 * convolution and no biases, Keras has it in the first 1 × 1 and biases everywhere.
 */
export type ResNetVariant = 'torchvision' | 'keras';

/** Blocks of the four stages of ResNet-50: He et al. 2015, Table 1. */
export const STAGE_BLOCKS = [3, 4, 6, 3] as const;
/** A block's output has four times its inner width. */
export const EXPANSION = 4;

/** Height and width of the input, as the authors trained it. */
export const RESNET_INPUT_SIZE = 224;

/** The network by its weights: every batch norm folded into the convolution before it. */
export interface FoldedResNet {
  readonly variant: ResNetVariant;
  /** Filters [h, w, in, out] as `<layer>.weight` and biases [out] as `<layer>.bias`, in the order of computation. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Channels of the stem, and of the first stage's inner convolutions; both 64 in ResNet-50 itself. */
  readonly stem: number;
  readonly width: number;
}

/** One convolution of the network, and its names in a file. */
interface Layer {
  /** As we name it, e.g. `stages.0.0.reduce`. */
  readonly name: string;
  /** In the file. */
  readonly conv: string;
  readonly norm: string;
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

interface Naming {
  readonly variant: ResNetVariant;
  /** Keras's keras/applications/resnet.py and torch.nn.BatchNorm2d. */
  readonly epsilon: number;
  readonly stem: readonly [conv: string, norm: string];
  /** Convolution `part` of a block (0: the shortcut), and its batch norm. */
  block(stage: number, block: number, part: number): readonly [conv: string, norm: string];
  readonly filter: string;
  /** Scale, shift, mean, variance. */
  readonly norm: readonly [string, string, string, string];
  readonly hasBias: boolean;
  /** Tensors that do not matter here: the classifier, counters. */
  readonly ignored: RegExp;
}

const TORCHVISION: Naming = {
  variant: 'torchvision',
  epsilon: 1e-5,
  stem: ['conv1', 'bn1'],
  block: (stage, block, part) => {
    const name = `layer${stage + 1}.${block}`;
    return part === 0
      ? [`${name}.downsample.0`, `${name}.downsample.1`]
      : [`${name}.conv${part}`, `${name}.bn${part}`];
  },
  filter: '.weight',
  norm: ['.weight', '.bias', '.running_mean', '.running_var'],
  hasBias: false,
  ignored: /^fc\.(weight|bias)$|\.num_batches_tracked$/,
};

const KERAS: Naming = {
  variant: 'keras',
  epsilon: 1.001e-5,
  stem: ['conv1_conv', 'conv1_bn'],
  block: (stage, block, part) => {
    const name = `conv${stage + 2}_block${block + 1}_${part}`;
    return [`${name}_conv`, `${name}_bn`];
  },
  filter: '/kernel',
  norm: ['/gamma', '/beta', '/moving_mean', '/moving_variance'],
  hasBias: true,
  ignored: /^(predictions|probs|fc1000)\//,
};

/**
 * Whether a file of torchvision's or timm's names needs a tensor: counters of other types are passed over.
 *
 * @param name of the tensor
 * @returns false for what no embedding depends on
 */
export const isOfResNet = (name: string): boolean => !TORCHVISION.ignored.test(name);

/**
 * Reads ResNet-50 from the tensors of a file, in torchvision's, timm's or Keras's names and layout. Narrower ones of the
 * same shape are taken too.
 *
 * @param stored the file's tensors; Keras's named `<layer>/<weight>`, e.g. `conv1_conv/kernel`
 * @returns the network with its batch norms folded in
 * @throws WeightsError naming the tensor that is missing, misshapen, too much or not finite, with expected and found shape
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition", https://arxiv.org/abs/1512.03385, Table 1
 * @see https://github.com/pytorch/vision/blob/main/torchvision/models/resnet.py
 * @see https://github.com/keras-team/keras/blob/master/keras/src/applications/resnet.py
 */
export function foldResNet(stored: ReadonlyMap<string, StoredTensor>): FoldedResNet {
  const naming = stored.has(`${KERAS.stem[0]}${KERAS.filter}`) ? KERAS : TORCHVISION;
  const outAxis = naming === KERAS ? 3 : 0;
  const widthOf = (conv: string, shape: readonly number[]): number =>
    takeTensor(stored, `${conv}${naming.filter}`, shape).shape[outAxis] ?? 0;
  const stem = widthOf(naming.stem[0], filterShape(naming, 7, 3, -1));
  const width = widthOf(naming.block(0, 0, 1)[0], filterShape(naming, 1, stem, -1));
  const tensors = new Map<string, StoredTensor>();
  const taken = new Set<string>();
  for (const layer of layersOf(naming, stem, width)) {
    const { filter, bias } = fold(stored, naming, layer, taken);
    tensors.set(`${layer.name}.weight`, filter);
    tensors.set(`${layer.name}.bias`, bias);
  }
  for (const [name, { shape }] of stored)
    if (!taken.has(name) && !naming.ignored.test(name))
      throw new WeightsError(
        `tensor ${name}: expected no such tensor in a ResNet-50, found one of shape [${shape.join(', ')}]`,
      );
  return { variant: naming.variant, tensors, stem, width };
}

const filterShape = ({ variant }: Naming, size: number, from: number, to: number): readonly number[] =>
  variant === 'keras' ? [size, size, from, to] : [to, from, size, size];

function layersOf(naming: Naming, stem: number, width: number): Layer[] {
  const layers: Layer[] = [];
  const add = (
    name: string,
    [conv, norm]: readonly [string, string],
    size: number,
    inChannels: number,
    outChannels: number,
  ): void => void layers.push({ name, conv, norm, size, inChannels, outChannels });
  add('stem', naming.stem, 7, 3, stem);
  let from = stem;
  for (const [stage, blocks] of STAGE_BLOCKS.entries()) {
    const inner = width * 2 ** stage;
    for (let block = 0; block < blocks; block += 1) {
      const name = `stages.${stage}.${block}`;
      add(`${name}.reduce`, naming.block(stage, block, 1), 1, from, inner);
      add(`${name}.filter`, naming.block(stage, block, 2), 3, inner, inner);
      add(`${name}.expand`, naming.block(stage, block, 3), 1, inner, inner * EXPANSION);
      if (block === 0) add(`${name}.shortcut`, naming.block(stage, block, 0), 1, from, inner * EXPANSION);
      from = inner * EXPANSION;
    }
  }
  return layers;
}

// y = γ (w·x + b − μ) / √(σ² + ε) + β as one convolution.
function fold(
  stored: ReadonlyMap<string, StoredTensor>,
  naming: Naming,
  { conv, norm, size, inChannels, outChannels }: Layer,
  taken: Set<string>,
): { filter: StoredTensor; bias: StoredTensor } {
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const { values } = takeTensor(stored, name, shape);
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw new WeightsError(`tensor ${name}: expected finite numbers, found ${values[odd]} at ${odd}`);
    taken.add(name);
    return values;
  };
  const filter = take(`${conv}${naming.filter}`, filterShape(naming, size, inChannels, outChannels));
  const before = naming.hasBias ? take(`${conv}/bias`, [outChannels]) : undefined;
  const [gamma, beta, mean, variance] = naming.norm.map((end) => take(`${norm}${end}`, [outChannels]));
  const scale = new Float64Array(outChannels);
  const bias = new Float32Array(outChannels);
  for (let out = 0; out < outChannels; out += 1) {
    const spread = (variance?.[out] ?? 0) + naming.epsilon;
    if (spread <= 0)
      throw new WeightsError(
        `tensor ${norm}${naming.norm[3]}: expected variances ≥ 0, found ${variance?.[out]}`,
      );
    scale[out] = (gamma?.[out] ?? 0) / Math.sqrt(spread);
    bias[out] = (beta?.[out] ?? 0) + ((before?.[out] ?? 0) - (mean?.[out] ?? 0)) * (scale[out] ?? 0);
  }
  const values =
    naming.variant === 'keras'
      ? scaled(filter, scale)
      : scaledAndTurned(filter, scale, inChannels, size * size);
  return {
    filter: { shape: [size, size, inChannels, outChannels], values },
    bias: { shape: [outChannels], values: bias },
  };
}

function scaled(filter: Float32Array, scale: Float64Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(filter, (value, at) => value * (scale[at % scale.length] ?? 0));
}

// [out, in, height·width] → [height·width, in, out].
function scaledAndTurned(
  filter: Float32Array,
  scale: Float64Array,
  inChannels: number,
  places: number,
): Float32Array<ArrayBuffer> {
  const outChannels = scale.length;
  const turned = new Float32Array(filter.length);
  for (let out = 0, at = 0; out < outChannels; out += 1)
    for (let from = 0; from < inChannels; from += 1)
      for (let place = 0; place < places; place += 1, at += 1)
        turned[(place * inChannels + from) * outChannels + out] = (filter[at] ?? 0) * (scale[out] ?? 0);
  return turned;
}
