import { Dataset, File, Group } from 'jsfive';
import { describe } from '../../../kernel/result.ts';
import { WeightsError, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Where the superblock says how long the file is, by its version: HDF5 File Format Specification 3.0, II.A. */
const END_OF_FILE_AT: Readonly<Record<number, number>> = { 0: 40, 1: 44, 2: 28, 3: 28 };
/** Groups in groups: Keras has three levels. A file that leads in circles must end too. */
const MAX_DEPTH = 6;
const MAX_OBJECTS = 20_000;
const FLOAT = /^[<>=|]?f[248]$/;

/** Whether bytes begin as an HDF5 file does. */
export const isH5 = (head: Uint8Array): boolean => SIGNATURE.every((byte, at) => head[at] === byte);

/**
 * Reads the numbers of a Keras HDF5 file: weights alone, or a whole saved model.
 *
 * @param file the whole file
 * @param isWanted by name `<layer>/<weight>`; others are not read. By default all
 * @returns tensors by `<layer>/<weight>`, e.g. `conv1_conv/kernel`, whatever groups they lie in, widened to float32
 * @throws WeightsError when the file is cut or damaged, naming the tensor where it is one
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export function readH5(
  file: ArrayBuffer,
  isWanted: (name: string) => boolean = () => true,
): Map<string, StoredTensor> {
  assertWhole(file);
  const tensors = new Map<string, StoredTensor>();
  let seen = 0;
  const visit = (group: Group, path: readonly string[]): void => {
    for (const key of group.keys) {
      seen += 1;
      if (seen > MAX_OBJECTS || path.length > MAX_DEPTH)
        throw new WeightsError('HDF5: expected layers and their weights, found endless groups');
      if (path.length === 0 && key === 'optimizer_weights') continue;
      const child = orDamaged([...path, key].join('/'), () => group.get(key));
      if (child instanceof Group) visit(child, [...path, key]);
      else if (child instanceof Dataset) take(child, path.at(-1) ?? '', key);
    }
  };
  const take = (dataset: Dataset, layer: string, weight: string): void => {
    const name = `${layer}/${weight.replace(/:\d+$/, '')}`;
    if (isWanted(name)) tensors.set(name, readDataset(dataset, name, file.byteLength));
  };
  visit(
    orDamaged('its root', () => new File(file, 'weights.h5')),
    [],
  );
  return tensors;
}

function assertWhole(file: ArrayBuffer): void {
  const view = new DataView(file);
  const version = file.byteLength > SIGNATURE.length ? view.getUint8(SIGNATURE.length) : -1;
  const at = END_OF_FILE_AT[version];
  if (at === undefined || file.byteLength < at + 8)
    throw new WeightsError(
      `HDF5: expected a superblock of version 0 to 3, found a file of ${file.byteLength} bytes`,
    );
  const end = view.getBigUint64(at, true);
  if (end > BigInt(file.byteLength))
    throw new WeightsError(
      `HDF5: expected a file of ${end} bytes, found ${file.byteLength}: its end is missing`,
    );
}

function readDataset(dataset: Dataset, name: string, fileBytes: number): StoredTensor {
  const { shape, dtype } = orDamaged(name, () => ({ shape: [...dataset.shape], dtype: dataset.dtype }));
  if (typeof dtype !== 'string' || !FLOAT.test(dtype))
    throw new WeightsError(`tensor ${name}: expected numbers of type f2, f4 or f8, found ${String(dtype)}`);
  const size = shape.reduce((product, axis) => product * axis, 1);
  // Compressed data may be longer than the file; no weights shrink to a sixteenth.
  if (!(size <= fileBytes * 16))
    throw new WeightsError(`tensor ${name}: expected a size that fits the file, found [${shape.join(', ')}]`);
  const values = Float32Array.from(orDamaged(name, () => dataset.value));
  if (values.length !== size)
    throw new WeightsError(`tensor ${name}: expected ${size} numbers, found ${values.length}`);
  return { shape, values };
}

/** The reader throws strings, and errors of its own kinds, at whatever it does not understand. */
function orDamaged<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new WeightsError(`tensor ${what}: expected readable HDF5, found damage (${describe(cause)})`, {
      cause,
    });
  }
}
