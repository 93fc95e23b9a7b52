import { WeightsError, widenFloat16, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';

/** One tensor of a `model.json`. */
interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization: { readonly dtype: string; readonly scale: number; readonly min: number } | undefined;
}

/** What a `model.json` of tfjs says of its weights. */
export interface TfjsManifest {
  /** `graph-model` or `layers-model`, or what else it says. */
  readonly format: string;
  /** Names of the shards, without folders, in the order in which they are joined. */
  readonly shards: readonly string[];
  readonly entries: readonly WeightEntry[];
}

const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};
const MAX_RANK = 8;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Reads what a `model.json` says of its weights.
 *
 * @param json the parsed file, which is believed in nothing
 * @returns shards and tensors
 * @throws WeightsError naming the tensor whose description cannot be used, or saying that it is no model of tfjs
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export function readTfjsManifest(json: unknown): TfjsManifest {
  if (!isRecord(json) || !Array.isArray(json.weightsManifest))
    throw new WeightsError('model.json: expected a weightsManifest as tfjs writes it, found none');
  const groups = json.weightsManifest.filter(isRecord);
  const paths = groups.flatMap(({ paths: some }) => listOf(some));
  return {
    format: typeof json.format === 'string' ? json.format : 'of no format that it names',
    shards: paths.map((path) => baseName(String(path))),
    entries: groups.flatMap(({ weights }) => listOf(weights)).map(readEntry),
  };
}

function readEntry(value: unknown): WeightEntry {
  const { name, shape, dtype, quantization } = isRecord(value) ? value : {};
  if (typeof name !== 'string')
    throw new WeightsError('model.json: expected a name for each tensor, found none');
  const isShape =
    Array.isArray(shape) &&
    shape.length <= MAX_RANK &&
    shape.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
  if (!isShape)
    throw new WeightsError(`tensor ${name}: expected a shape of sizes, found ${JSON.stringify(shape)}`);
  const { dtype: stored, scale, min } = isRecord(quantization) ? quantization : {};
  return {
    name,
    shape: shape as number[],
    dtype: String(dtype),
    quantization:
      typeof stored === 'string'
        ? {
            dtype: stored,
            scale: typeof scale === 'number' ? scale : 1,
            min: typeof min === 'number' ? min : 0,
          }
        : undefined,
  };
}

/**
 * Compares how long the shards are with what their description says.
 *
 * @param manifest whose
 * @param given bytes of all shards together
 * @throws WeightsError naming the tensor for which they are too short or whose dtype is not read, or saying how much too
 *   long they are
 */
export function assertTfjsBytes(manifest: TfjsManifest, given: number): void {
  let end = 0;
  for (const entry of manifest.entries) {
    end += bytesOf(entry);
    if (end > given)
      throw new WeightsError(
        `tensor ${entry.name}: expected data up to byte ${end}, found shards of ${given} bytes`,
      );
  }
  if (end !== given) throw new WeightsError(`model.json: expected shards of ${end} bytes, found ${given}`);
}

function bytesOf({ name, shape, dtype, quantization }: WeightEntry): number {
  const type = quantization?.dtype ?? dtype;
  const bytes = BYTES[type];
  if (bytes === undefined)
    throw new WeightsError(
      `tensor ${name}: expected a dtype of ${Object.keys(BYTES).join(', ')}, found ${type}`,
    );
  return shape.reduce((product, size) => product * size, bytes);
}

/**
 * The tensors of a model of tfjs, quantised ones too.
 *
 * @param manifest as `readTfjsManifest` gives it
 * @param data all shards, joined
 * @returns tensors by name, widened to float32
 * @throws WeightsError naming the tensor for which the shards are too short, or saying how much too long they are
 */
export function readTfjsWeights(manifest: TfjsManifest, data: ArrayBuffer): Map<string, StoredTensor> {
  assertTfjsBytes(manifest, data.byteLength);
  const tensors = new Map<string, StoredTensor>();
  let at = 0;
  for (const entry of manifest.entries) {
    const end = at + bytesOf(entry);
    tensors.set(entry.name, { shape: entry.shape, values: valuesOf(entry, data.slice(at, end)) });
    at = end;
  }
  return tensors;
}

function valuesOf({ dtype, quantization }: WeightEntry, bytes: ArrayBuffer): Float32Array<ArrayBuffer> {
  switch (quantization?.dtype ?? dtype) {
    case 'float32':
      return new Float32Array(bytes);
    case 'float16':
      return widenFloat16(new Uint16Array(bytes));
    case 'int32':
      return Float32Array.from(new Int32Array(bytes));
    default: {
      const steps =
        bytes.byteLength === 0 || !isWide(quantization, dtype)
          ? new Uint8Array(bytes)
          : new Uint16Array(bytes);
      const { scale, min } = quantization ?? { scale: 1, min: 0 };
      return Float32Array.from(steps, (step) => step * scale + min);
    }
  }
}

const isWide = (quantization: WeightEntry['quantization'], dtype: string): boolean =>
  (quantization?.dtype ?? dtype) === 'uint16';
