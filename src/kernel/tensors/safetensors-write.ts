import { WeightsError, type StoredTensor } from './safetensors.ts';

const LENGTH_BYTES = 8;
const HALF_BYTES = 2;
/** The largest finite half-precision number. */
const MAX_HALF = 65_504;

/**
 * Writes a safetensors file of float16 tensors, in the order given: the same tensors give the same bytes.
 *
 * @param tensors by name, names in ASCII; rounded to the nearest half, ties to even
 * @param metadata texts in ASCII, for the file's `__metadata__`
 * @returns the file's bytes
 * @throws WeightsError naming the tensor that has a number which float16 cannot hold
 * @see https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { shape, values }] of tensors) {
    const end = at + values.length * HALF_BYTES;
    header[name] = { dtype: 'F16', shape, data_offsets: [at, end] };
    at = end;
  }
  const { file, dataStart } = fileFor(header, at);
  let half = dataStart / HALF_BYTES;
  const halves = new Uint16Array(file);
  for (const [name, { values }] of tensors) {
    narrowFloat16(name, values, halves.subarray(half, half + values.length));
    half += values.length;
  }
  return file;
}

/**
 * Writes a safetensors file of plain bytes, in the order given.
 *
 * @param parts by name, names in ASCII; each becomes a tensor of dtype U8
 * @param metadata texts in ASCII, for the file's `__metadata__`
 * @returns the file's bytes
 */
export function writeSafetensorsBytes(
  parts: ReadonlyMap<string, Uint8Array>,
  metadata: Readonly<Record<string, string>>,
): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { length }] of parts) {
    header[name] = { dtype: 'U8', shape: [length], data_offsets: [at, at + length] };
    at += length;
  }
  const { file, dataStart } = fileFor(header, at);
  let to = dataStart;
  for (const part of parts.values()) {
    new Uint8Array(file).set(part, to);
    to += part.length;
  }
  return file;
}

/**
 * A file with its header and room for its data.
 *
 * @param header as the format wants it, in ASCII
 * @param dataBytes of all tensors
 * @returns the file, and where its data begin: at a place that eight divides
 */
function fileFor(
  header: Readonly<Record<string, unknown>>,
  dataBytes: number,
): { readonly file: ArrayBuffer; readonly dataStart: number } {
  const json = JSON.stringify(header);
  // Spaces at its end bring the numbers to an even place, as the format allows.
  const text = json.padEnd(Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES);
  const file = new ArrayBuffer(LENGTH_BYTES + text.length + dataBytes);
  new DataView(file).setBigUint64(0, BigInt(text.length), true);
  const bytes = new Uint8Array(file, LENGTH_BYTES, text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return { file, dataStart: LENGTH_BYTES + text.length };
}

/**
 * Rounds to half precision.
 *
 * @param name of the tensor, for the error
 * @param values [N] float32
 * @param halves [N] written: the bits of float16 numbers
 * @throws WeightsError when a number is not finite, or beyond ±65,504
 */
export function narrowFloat16(name: string, values: Float32Array<ArrayBuffer>, halves: Uint16Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (!(Math.abs(value) <= MAX_HALF))
      throw new WeightsError(`tensor ${name}: expected numbers within ±${MAX_HALF}, found ${value}`);
    halves[i] = toHalf(bits[i]!, value);
  }
}

function toHalf(bits: number, value: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112; // 127 − 15: the difference of the two biases
  if (exponent > 0) {
    const cut = (exponent << 10) | ((bits >>> 13) & 0x3ff);
    // A carry runs on into the exponent, which is what rounding up to the next power of two means.
    return sign | (cut + roundUp(bits & 0x1fff, 0x1000, cut));
  }
  // Subnormal halves are whole multiples of 2⁻²⁴.
  const steps = Math.abs(value) * 2 ** 24;
  const cut = Math.floor(steps);
  return sign | (cut + roundUp(steps - cut, 0.5, cut));
}

const roundUp = (rest: number, half: number, cut: number): number =>
  rest > half || (rest === half && (cut & 1) === 1) ? 1 : 0;
