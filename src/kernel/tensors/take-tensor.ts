import { WeightsError, type StoredTensor } from './safetensors.ts';

/**
 * A tensor of a file, of the shape that a network's table asks for.
 *
 * @param stored the tensors of the file by name
 * @param name which one
 * @param shape sizes that it must have; −1 stands for any
 * @returns the tensor
 * @throws WeightsError naming the tensor, the expected and the found shape, when it is missing or of another shape
 */
export function takeTensor(
  stored: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
): StoredTensor {
  const tensor = stored.get(name);
  const expected = `expected shape [${shape.map((size) => (size === -1 ? 'any' : size)).join(', ')}]`;
  if (!tensor) throw new WeightsError(`tensor ${name}: ${expected}, found no such tensor`);
  const fits =
    tensor.shape.length === shape.length &&
    tensor.shape.every((size, axis) => shape[axis] === -1 || shape[axis] === size);
  if (!fits) throw new WeightsError(`tensor ${name}: ${expected}, found [${tensor.shape.join(', ')}]`);
  return tensor;
}
