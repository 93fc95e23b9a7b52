import {
  parseSafetensors,
  safetensorsMetadata,
  WeightsError,
  type StoredTensor,
} from '../../../kernel/tensors/safetensors.ts';
import { writeSafetensors } from '../../../kernel/tensors/safetensors-write.ts';
import { isPreprocessingName, type PreprocessingName } from './preprocessing.ts';
import type { FoldedResNet, ResNetVariant } from './resnet-weights.ts';

/** Where a kept network's description stands in the metadata of its file. */
const METADATA_KEY = 'atelier.network';
const VERSION = 1;

/** What a kept network says of itself; it is part of the bytes that are hashed. */
export interface NetworkDescription {
  readonly kind: 'resnet50';
  readonly variant: ResNetVariant;
  readonly preprocessing: PreprocessingName;
}

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
  const text = JSON.stringify({ version: VERSION, ...description });
  return writeSafetensors(network.tensors, { [METADATA_KEY]: text });
}

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
  const { version, kind, variant, preprocessing } = JSON.parse(text) as Record<string, unknown>;
  if (version !== VERSION || kind !== 'resnet50')
    throw new WeightsError(`network: expected resnet50, version ${VERSION}, found ${text.slice(0, 200)}`);
  if (!isPreprocessingName(preprocessing) || (variant !== 'torchvision' && variant !== 'keras'))
    throw new WeightsError(
      `network: expected a known preprocessing and variant, found ${text.slice(0, 200)}`,
    );
  return { kind, variant, preprocessing };
}

/**
 * The tensors of a kept network.
 *
 * @param file as `writeKeptResNet` made it
 * @returns tensors by our own names, widened to float32
 * @throws WeightsError when the file is damaged
 */
export const keptTensors = (file: ArrayBuffer): ReadonlyMap<string, StoredTensor> => parseSafetensors(file);
