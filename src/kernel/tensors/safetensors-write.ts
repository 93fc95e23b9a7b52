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
  const json = JSON.stringify(header);
  // Spaces at its end bring the numbers to an even place, as the format allows.
  const text = json.padEnd(Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES);
  const file = new ArrayBuffer(LENGTH_BYTES + text.length + at);
  new DataView(file).setBigUint64(0, BigInt(text.length), true);
  const bytes = new Uint8Array(file, LENGTH_BYTES, text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  let half = (LENGTH_BYTES + text.length) / HALF_BYTES;
  const halves = new Uint16Array(file);
  for (const [name, { values }] of tensors) {
    narrowFloat16(name, values, halves.subarray(half, half + values.length));
    half += values.length;
  }
  return file;
}

/**
 * Rounds to half precision.
 *
 * @param name of the tensor, for the error
 * @param values [N] float32
 * @param halves [N] written: the bits of float16 numbers
 * @throws WeightsError when a number is not finite, or beyond ±65,504
 */
function narrowFloat16(name: string, values: Float32Array<ArrayBuffer>, halves: Uint16Array): void {
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
