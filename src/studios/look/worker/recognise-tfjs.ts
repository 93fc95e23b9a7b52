import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../../../kernel/tensors/safetensors.ts';
import { narrowFloat16 } from '../../../kernel/tensors/safetensors-write.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import {
  MAX_INPUT_SIZE,
  type TfjsDescription,
  type TfjsFormat,
  writeKeptTfjs,
} from '../engine/kept-network.ts';
import type { TfjsManifest } from '../engine/tfjs-weights.ts';
import type { ChoosableNetwork, RecognisedNetwork, TfjsChoice } from './protocol-networks.ts';
import { openTfjsModel, pooled, type TfjsFiles, type TfjsModel, type TfjsOutput } from './tfjs-model.ts';

/** Where `@tensorflow-models/mobilenet` takes its embedding from; it wants 224 × 224 pixels in [0, 1]. */
const MOBILENET_NODES: Readonly<Record<string, string>> = {
  'module_apply_default/MobilenetV1/Logits/global_pool': 'MobileNet v1',
  'module_apply_default/MobilenetV2/Logits/AvgPool': 'MobileNet v2',
};
const USUAL_SIZE = 224;
/** Below this many numbers nothing is gained by rounding, and constants such as an ε must stay what they are. */
const MIN_ROUNDED = 1_024;
const MAX_HALF = 65_504;

/** A `model.json` that was parsed, and its shards, joined. */
export interface GivenTfjs {
  readonly json: unknown;
  readonly manifest: TfjsManifest;
  readonly data: ArrayBuffer;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Its topology tells the format, whatever it calls itself. */
function formatOf(topology: Record<string, unknown>): TfjsFormat | undefined {
  if (Array.isArray(topology.node)) return 'graph-model';
  return 'model_config' in topology || 'layers' in topology || 'config' in topology
    ? 'layers-model'
    : undefined;
}

function filesOf({ json, data }: GivenTfjs): TfjsFiles {
  const topology = isRecord(json) && isRecord(json.modelTopology) ? json.modelTopology : {};
  const format = formatOf(topology);
  if (format === undefined)
    throw new WeightsError(
      'model.json: expected the modelTopology of a graph or layers model, found neither',
    );
  const groups = isRecord(json) && Array.isArray(json.weightsManifest) ? json.weightsManifest : [];
  // `readTfjsManifest` has looked at every entry.
  const specs = groups.flatMap(
    (group) => (group as { readonly weights?: readonly tf.io.WeightsManifestEntry[] }).weights ?? [],
  );
  return { format, topology, specs, data };
}

/**
 * What can be chosen about a model of tfjs: its outputs with their shapes, and what is likely.
 *
 * @param given the files, whose lengths were compared
 * @returns the choices
 * @throws WeightsError when it has not one picture as its input, cannot be run, or has no output of a usable shape
 */
export async function choicesOf(given: GivenTfjs): Promise<ChoosableNetwork> {
  const files = filesOf(given);
  const model = await openTfjsModel(files);
  try {
    const [, side = -1] = model.input.shape;
    const inputSize = side === -1 ? USUAL_SIZE : side;
    const outputs = model.outputs(inputSize);
    const suggested = outputs.find(({ name }) => name in MOBILENET_NODES) ?? likelyOf(outputs);
    if (suggested === undefined)
      throw new WeightsError('outputs: expected one of shape [1, d] or [1, h, w, c], found none');
    const known = MOBILENET_NODES[suggested.name];
    return {
      kind: 'tfjs',
      title: known ?? titleOf(model, files.format),
      format: files.format,
      input: model.input,
      isSizeFixed: side !== -1,
      outputs,
      suggested: {
        output: suggested.name,
        inputSize,
        preprocessing: known === undefined ? 'minus-one-to-one' : 'zero-to-one',
        order: 'rgb',
      },
    };
  } finally {
    model.dispose();
  }
}

const titleOf = ({ name }: TfjsModel, format: TfjsFormat): string => {
  const kind = format === 'graph-model' ? 'Graph model' : 'Layers model';
  return name === '' ? kind : `${kind} ${name.slice(0, 40)}`;
};

/** The last map before the classifier says most about what a picture looks like: the last of [h, w, c], else the last. */
const likelyOf = (outputs: readonly TfjsOutput[]): TfjsOutput | undefined =>
  outputs.findLast(({ shape }) => shape.length === 3 && (shape[0] ?? 0) > 1) ?? outputs.at(-1);

/**
 * A model of tfjs as it is kept, with what a person chose.
 *
 * @param given the files, whose lengths were compared
 * @param choice of output, size and preprocessing
 * @returns the network, after it was run once as it is kept
 * @throws WeightsError when it cannot be run so
 */
export async function keptAsChosen(given: GivenTfjs, choice: TfjsChoice): Promise<RecognisedNetwork> {
  const { inputSize, output } = choice;
  if (!Number.isInteger(inputSize) || inputSize < 1 || inputSize > MAX_INPUT_SIZE)
    throw new WeightsError(`input: expected a size of 1 to ${MAX_INPUT_SIZE} pixels, found ${inputSize}`);
  const files = rounded(filesOf(given));
  const { format, topology, specs, data } = files;
  const model = await openTfjsModel(files);
  try {
    const { dim, title } = await tryOut(model, files, choice);
    const description: TfjsDescription = { kind: 'tfjs', format, dim, ...choice };
    const text = new TextEncoder().encode(JSON.stringify({ modelTopology: topology, specs }));
    const weights = writeKeptTfjs(text, new Uint8Array(data), description);
    return {
      title,
      origin: format === 'graph-model' ? 'a tfjs graph model' : 'a tfjs layers model',
      dim,
      inputSize,
      preprocessing: choice.preprocessing,
      order: choice.order,
      output,
      parameters: specs.reduce(
        (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
        0,
      ),
      hash: await sha256Hex(new Uint8Array(weights)),
      weights,
    };
  } finally {
    model.dispose();
  }
}

async function tryOut(
  model: TfjsModel,
  { format }: TfjsFiles,
  { output, inputSize }: TfjsChoice,
): Promise<{ readonly dim: number; readonly title: string }> {
  const { zeros } = await import('@tensorflow/tfjs-core');
  const image = zeros<tf.Rank.R4>([1, inputSize, inputSize, 3]);
  try {
    const embedding = pooled(model.run(image, output));
    const dim = embedding.shape[1];
    embedding.dispose();
    return { dim, title: MOBILENET_NODES[output] ?? titleOf(model, format) };
  } finally {
    image.dispose();
  }
}

/** Large tensors as float16, which tfjs widens when it reads them; one that float16 cannot hold stays as it is. */
function rounded(files: TfjsFiles): TfjsFiles {
  const { specs, data } = files;
  const parts: Uint8Array[] = [];
  let at = 0;
  const kept = specs.map((spec) => {
    const bytes = bytesOf(spec);
    const part = data.slice(at, at + bytes);
    at += bytes;
    const values =
      spec.dtype === 'float32' && spec.quantization === undefined ? new Float32Array(part) : undefined;
    const fits =
      values !== undefined &&
      values.length >= MIN_ROUNDED &&
      values.every((value) => Math.abs(value) <= MAX_HALF);
    if (!fits) {
      parts.push(new Uint8Array(part));
      return spec;
    }
    const halves = new Uint16Array(values.length);
    narrowFloat16(spec.name, values, halves);
    parts.push(new Uint8Array(halves.buffer));
    return { ...spec, quantization: { dtype: 'float16', original_dtype: 'float32' } } as const;
  });
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of parts) {
    all.set(part, to);
    to += part.length;
  }
  return { ...files, specs: kept, data: all.buffer };
}

const WIDTH: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const bytesOf = ({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number =>
  shape.reduce((product, size) => product * size, WIDTH[quantization?.dtype ?? dtype] ?? 0);
