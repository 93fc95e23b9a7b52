/** A weights file that cannot be used; the message names the tensor, what was expected and what was found. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
}

/** One tensor of the file, widened to float32. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** More header than any network of ours needs; a forged length must not make us parse megabytes of JSON. */
const MAX_HEADER_BYTES = 1 << 20;
const MAX_RANK = 8;
const LENGTH_BYTES = 8;
const BYTES_PER_VALUE = { F16: 2, F32: 4 } as const;

type DataType = keyof typeof BYTES_PER_VALUE;

interface Place {
  readonly begin: number;
  readonly end: number;
}

interface Entry extends Place {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/**
 * Reads a safetensors file of float16 and float32 tensors, trusting nothing in it.
 *
 * @param file the whole file
 * @param isWanted by name; of any other tensor only its place is checked, so it may have any dtype. By default all
 * @returns the wanted tensors by name, float16 widened to float32; the buffer is not kept
 * @throws WeightsError naming the tensor (or the header) and what is wrong with it
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseSafetensors(
  file: ArrayBuffer,
  isWanted: (name: string) => boolean = () => true,
): Map<string, StoredTensor> {
  const { header, dataStart } = readHeader(file);
  const tensors = new Map<string, StoredTensor>();
  const ranges: { name: string; begin: number; end: number }[] = [];
  for (const [name, description] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = isWanted(name) ? readEntry(name, description) : readPlace(name, description);
    if (dataStart + entry.end > file.byteLength) {
      const found = file.byteLength - dataStart;
      throw new WeightsError(
        `tensor ${name}: expected data up to byte ${entry.end}, found a file with ${found}`,
      );
    }
    ranges.push({ name, begin: entry.begin, end: entry.end });
    if (isEntry(entry)) tensors.set(name, { shape: entry.shape, values: readValues(file, dataStart, entry) });
  }
  assertNoHoles(ranges, file.byteLength - dataStart);
  return tensors;
}

/**
 * What a safetensors file says of itself.
 *
 * @param file the whole file, or its beginning with the whole header
 * @returns the texts of `__metadata__` by key; none where the file has none
 * @throws WeightsError when there is no sound header
 */
export function safetensorsMetadata(file: ArrayBuffer): ReadonlyMap<string, string> {
  const metadata = readHeader(file).header.__metadata__;
  const texts = isRecord(metadata) ? Object.entries(metadata) : [];
  return new Map(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/**
 * The bytes of one tensor of a safetensors file, whatever its dtype.
 *
 * @param file the whole file
 * @param name of the tensor
 * @returns a copy of its bytes
 * @throws WeightsError when the file has no such tensor, or ends before it
 */
export function safetensorsBytes(file: ArrayBuffer, name: string): ArrayBuffer {
  const { header, dataStart } = readHeader(file);
  if (!Object.hasOwn(header, name))
    throw new WeightsError(`tensor ${name}: expected it in the file, found none`);
  const { begin, end } = readPlace(name, header[name]);
  if (dataStart + end > file.byteLength)
    throw new WeightsError(
      `tensor ${name}: expected data up to byte ${end}, found a file with ${file.byteLength - dataStart}`,
    );
  return file.slice(dataStart + begin, dataStart + end);
}

/**
 * Widens IEEE 754 half-precision numbers.
 *
 * @param halves [N] the bits of float16 numbers
 * @returns [N] float32, each exactly the same number
 */
export function widenFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = float16Table();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) values[i] = table[halves[i] ?? 0] ?? 0;
  return values;
}

let cachedTable: Float32Array | undefined;

// All 65,536 halves: 5.4 million look-ups take a few milliseconds, decoding each number would take hundreds.
function float16Table(): Float32Array {
  if (cachedTable) return cachedTable;
  const table = new Float32Array(1 << 16);
  for (let bits = 0; bits < table.length; bits += 1) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : NaN;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  cachedTable = table;
  return table;
}

function readHeader(file: ArrayBuffer): { header: Record<string, unknown>; dataStart: number } {
  if (file.byteLength < LENGTH_BYTES) {
    throw new WeightsError(`header: expected at least ${LENGTH_BYTES} bytes, found ${file.byteLength}`);
  }
  const length = new DataView(file).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, file.byteLength - LENGTH_BYTES);
  if (length > BigInt(limit))
    throw new WeightsError(`header: expected at most ${limit} bytes, found ${length}`);
  const dataStart = LENGTH_BYTES + Number(length);
  const header = parseJson(new Uint8Array(file, LENGTH_BYTES, Number(length)));
  if (!isRecord(header)) throw new WeightsError('header: expected a JSON object, found something else');
  return { header, dataStart };
}

function parseJson(bytes: Uint8Array): unknown {
  // The format asks for UTF-8; our tensors have ASCII names, and an engine has no TextDecoder.
  let text = '';
  for (const byte of bytes) {
    if (byte > 0x7f) throw new WeightsError(`header: expected ASCII, found byte ${byte}`);
    text += String.fromCharCode(byte);
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new WeightsError('header: expected JSON, found something else', { cause: thrown });
  }
}

function readPlace(name: string, description: unknown): Place {
  const offsets = isRecord(description) ? description.data_offsets : undefined;
  const [begin, end] = isCounts(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || end < begin) {
    throw new WeightsError(`tensor ${name}: expected two offsets, found ${JSON.stringify(offsets)}`);
  }
  return { begin, end };
}

function readEntry(name: string, description: unknown): Entry {
  if (!isRecord(description)) throw new WeightsError(`tensor ${name}: expected a description, found none`);
  const { dtype, shape } = description;
  if (dtype !== 'F16' && dtype !== 'F32') {
    throw new WeightsError(`tensor ${name}: expected dtype F16 or F32, found ${JSON.stringify(dtype)}`);
  }
  if (!isCounts(shape) || shape.length > MAX_RANK) {
    throw new WeightsError(`tensor ${name}: expected a shape of sizes, found ${JSON.stringify(shape)}`);
  }
  const { begin, end } = readPlace(name, description);
  const bytes = shape.reduce((product, size) => product * size, BYTES_PER_VALUE[dtype]);
  if (end - begin !== bytes) {
    throw new WeightsError(
      `tensor ${name}: expected ${bytes} bytes for [${shape.join(', ')}], found ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

function readValues(file: ArrayBuffer, dataStart: number, entry: Entry): Float32Array<ArrayBuffer> {
  // A copy, since the data need not be aligned and the file's buffer should be free to go.
  const bytes = file.slice(dataStart + entry.begin, dataStart + entry.end);
  return entry.dtype === 'F32' ? new Float32Array(bytes) : widenFloat16(new Uint16Array(bytes));
}

// The format forbids holes and overlaps: every byte belongs to one tensor.
function assertNoHoles(ranges: { name: string; begin: number; end: number }[], dataBytes: number): void {
  let position = 0;
  for (const { name, begin, end } of ranges.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      throw new WeightsError(`tensor ${name}: expected to begin at byte ${position}, found ${begin}`);
    }
    position = end;
  }
  if (position !== dataBytes) throw new WeightsError(`data: expected ${position} bytes, found ${dataBytes}`);
}

const isEntry = (place: Place | Entry): place is Entry => 'dtype' in place;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
