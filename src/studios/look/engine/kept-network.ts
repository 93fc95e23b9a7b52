import {
  parseSafetensors,
  safetensorsBytes,
  safetensorsMetadata,
  WeightsError,
  type StoredTensor,
} from '../../../kernel/tensors/safetensors.ts';
import { writeSafetensors, writeSafetensorsBytes } from '../../../kernel/tensors/safetensors-write.ts';
import { isPreprocessingName, type Preprocessing, type PreprocessingName } from './preprocessing.ts';
import type { FoldedResNet, ResNetVariant } from './resnet-weights.ts';

/** Where a kept network's description stands in the metadata of its file. */
const METADATA_KEY = 'atelier.network';
const VERSION = 1;

/** What a kept network says of itself; it is part of the bytes that are hashed. */
export type NetworkDescription = ResNetDescription | TfjsDescription;

interface ResNetDescription {
  readonly kind: 'resnet50';
  readonly variant: ResNetVariant;
  readonly preprocessing: PreprocessingName;
}

/** A graph or layers model of tfjs, of which one output is the embedding. */
export interface TfjsDescription {
  readonly kind: 'tfjs';
  readonly format: TfjsFormat;
  /** Node of a graph, or layer; of [1, h, w, c] the mean over h and w is taken. */
  readonly output: string;
  /** Length of the embedding. */
  readonly dim: number;
  /** Height and width of its input, pixels. */
  readonly inputSize: number;
  /** Range of the pixels. */
  readonly preprocessing: PreprocessingName;
  readonly order: Preprocessing['order'];
}

export type TfjsFormat = 'graph-model' | 'layers-model';

/** Height and width that a network's input may have, pixels. */
export const MAX_INPUT_SIZE = 1024;
/** Length of an embedding at most. */
export const MAX_DIM = 65_536;
const MODEL = 'model';
const WEIGHTS = 'weights';

/**
 * A ResNet as it is kept: one safetensors file of float16, its description in the metadata. The same weights give the same
 * bytes, whatever file they came from.
 *
 * @param network with its batch norms folded in
 * @param preprocessing what it wants of pictures
 * @returns the bytes whose hash collections are tied to
 * @throws WeightsError naming a tensor that float16 cannot hold
 */
export function writeKeptResNet(network: FoldedResNet, preprocessing: PreprocessingName): ArrayBuffer {
  const description: NetworkDescription = { kind: 'resnet50', variant: network.variant, preprocessing };
  return writeSafetensors(network.tensors, { [METADATA_KEY]: textOf(description) });
}

/**
 * A model of tfjs as it is kept: its `model.json` and its weights in one safetensors file, with what was chosen about it.
 *
 * @param model bytes of a `model.json` in UTF-8
 * @param weights all shards, joined, as `model.json` describes them
 * @param description which output is the embedding, and what it wants of pictures; names in ASCII
 * @returns the bytes whose hash collections are tied to
 */
export const writeKeptTfjs = (
  model: Uint8Array,
  weights: Uint8Array,
  description: TfjsDescription,
): ArrayBuffer =>
  writeSafetensorsBytes(
    new Map([
      [MODEL, model],
      [WEIGHTS, weights],
    ]),
    { [METADATA_KEY]: textOf(description) },
  );

/**
 * The parts of a kept model of tfjs.
 *
 * @param file as `writeKeptTfjs` made it
 * @returns the bytes of its `model.json` and of its weights
 * @throws WeightsError when the file is damaged
 */
export const keptTfjs = (
  file: ArrayBuffer,
): { readonly model: ArrayBuffer; readonly weights: ArrayBuffer } => ({
  model: safetensorsBytes(file, MODEL),
  weights: safetensorsBytes(file, WEIGHTS),
});

// A safetensors header is ASCII here: names of layers may not be.
const textOf = (description: NetworkDescription): string =>
  JSON.stringify({ version: VERSION, ...description }).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * What a weights file is by its own words.
 *
 * @param file a safetensors file
 * @returns its description; undefined when it is no kept network, as the site's own is none
 * @throws WeightsError when the file is damaged, or of a version that is not known
 */
export function describeKept(file: ArrayBuffer): NetworkDescription | undefined {
  const text = safetensorsMetadata(file).get(METADATA_KEY);
  if (text === undefined) return undefined;
  const found = JSON.parse(text) as Record<string, unknown>;
  const { version, kind, variant, preprocessing } = found;
  if (version !== VERSION || (kind !== 'resnet50' && kind !== 'tfjs'))
    throw new WeightsError(
      `network: expected resnet50 or tfjs, version ${VERSION}, found ${text.slice(0, 200)}`,
    );
  if (!isPreprocessingName(preprocessing))
    throw new WeightsError(`network: expected a known preprocessing, found ${text.slice(0, 200)}`);
  if (kind === 'tfjs') return describeTfjs(found, preprocessing, text);
  if (variant !== 'torchvision' && variant !== 'keras')
    throw new WeightsError(`network: expected a known variant, found ${text.slice(0, 200)}`);
  return { kind, variant, preprocessing };
}

function describeTfjs(
  { format, output, dim, inputSize, order }: Record<string, unknown>,
  preprocessing: PreprocessingName,
  text: string,
): TfjsDescription {
  const isSize = (value: unknown, most: number): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
  if (
    (format !== 'graph-model' && format !== 'layers-model') ||
    typeof output !== 'string' ||
    (order !== 'rgb' && order !== 'bgr') ||
    !isSize(dim, MAX_DIM) ||
    !isSize(inputSize, MAX_INPUT_SIZE)
  )
    throw new WeightsError(
      `network: expected a model of tfjs and what it wants, found ${text.slice(0, 200)}`,
    );
  return { kind: 'tfjs', format, output, dim, inputSize, preprocessing, order };
}

/**
 * The tensors of a kept network.
 *
 * @param file as `writeKeptResNet` made it
 * @returns tensors by our own names, widened to float32
 * @throws WeightsError when the file is damaged
 */
export const keptTensors = (file: ArrayBuffer): ReadonlyMap<string, StoredTensor> => parseSafetensors(file);
