/*
 * NumPy's .npy format, versions 1 to 3: "\x93NUMPY", two bytes of version, the header's length (uint16, from version 2 on
 * uint32), the header: a Python dictionary with `descr`, `fortran_order` and `shape`, ended by a line feed, then the
 * numbers. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** Rows and columns. */
  readonly shape: readonly [rows: number, dim: number];
  /** Numbers in the file, little-endian: float16, float32 or float64. */
  readonly type: '<f2' | '<f4' | '<f8';
  /** Whether columns, not rows, lie together. */
  readonly isFortran: boolean;
  /** Where the numbers begin, bytes. */
  readonly offset: number;
}

/** The longest header that is looked at; NumPy itself writes some 120 bytes. */
export const NPY_PREFIX_BYTES = 4096;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** NumPy's own headers end on a multiple of this, so that the numbers are aligned. */
const ALIGN = 64;
const MAX_ROWS = 2 ** 31;
const MAX_DIM = 65_536;

/**
 * The bytes before the numbers of a float32 matrix in row order.
 *
 * @param rows ≥ 0
 * @param dim numbers in a row
 * @returns a header of version 1, a multiple of 64 bytes
 */
export function npyHeader(rows: number, dim: number): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dim}), }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGN) * ALIGN;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([...MAGIC, 1, 0, (length - 10) & 0xff, (length - 10) >> 8]);
  for (let i = 0; i < text.length; i += 1) bytes[10 + i] = text.charCodeAt(i);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/**
 * Reads the header of a .npy file.
 *
 * @param bytes the first NPY_PREFIX_BYTES of the file, or all of it when it is shorter
 * @returns what it says
 * @throws RangeError in words for a person, when it is no .npy file, or not one with a matrix of numbers
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw new RangeError('it is no .npy file');
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw new RangeError(`its format is of version ${version}`);
  const start = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < start) throw new RangeError('it is cut off');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) throw new RangeError('its header is cut off');
  const text = String.fromCharCode(...bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1] ?? '';
  if (type !== '<f2' && type !== '<f4' && type !== '<f8')
    throw new RangeError(`it holds ${type === '' ? 'records' : `numbers of the type ${type}`}, not floats`);
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(text)?.[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  const [rows = -1, dim = -1] = shape;
  if (shape.length !== 2 || !isCount(rows, MAX_ROWS) || !isCount(dim, MAX_DIM) || dim === 0)
    throw new RangeError(
      `its shape is (${shape.join(', ')}), and a matrix with a vector in each row is needed`,
    );
  return {
    shape: [rows, dim],
    type,
    isFortran: /'fortran_order':\s*True/.test(text),
    offset: start + length,
  };
}

/**
 * The numbers of a part of a .npy file as float32.
 *
 * @param bytes whole numbers of the header's type, little-endian
 * @param type the header's type
 * @returns the numbers in the order of the file
 */
export function npyNumbers(bytes: Uint8Array, type: NpyHeader['type']): Float32Array<ArrayBuffer> {
  const size = npyNumberBytes(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(Math.floor(bytes.length / size));
  const read = {
    '<f2': (at: number): number => fromHalf(view.getUint16(at, true)),
    '<f4': (at: number): number => view.getFloat32(at, true),
    '<f8': (at: number): number => view.getFloat64(at, true),
  }[type];
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = read(i * size);
  return numbers;
}

/**
 * How many bytes a number takes.
 *
 * @param type of the header
 * @returns 2, 4 or 8
 */
export const npyNumberBytes = (type: NpyHeader['type']): number => Number(type.at(-1));

const isCount = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;

// IEEE 754 binary16: sign, five bits of exponent, ten of fraction.
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
