import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { npyHeader, npyNumberBytes, npyNumbers, parseNpyHeader } from './npy.ts';

const latin = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
/** A header as other programs write it, of any version. */
const header = (text: string, version = 1): Uint8Array => {
  const length = [text.length & 0xff, text.length >> 8];
  return Uint8Array.from([
    0x93,
    ...latin('NUMPY'),
    version,
    0,
    ...length,
    ...(version > 1 ? [0, 0] : []),
    ...latin(text),
  ]);
};

describe('npyHeader', () => {
  it('is read back, aligned as NumPy wants it', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 65_536 }), (rows, dim) => {
        const bytes = npyHeader(rows, dim);
        expect(bytes.length % 64).toBe(0);
        expect(bytes.at(-1)).toBe(10);
        expect(parseNpyHeader(bytes)).toEqual({
          shape: [rows, dim],
          type: '<f4',
          isFortran: false,
          offset: bytes.length,
        });
      }),
    );
  });
});

describe('parseNpyHeader', () => {
  it('reads versions 2 and 3, other floats and Fortran order', () => {
    const text = "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }\n";
    for (const version of [2, 3])
      expect(parseNpyHeader(header(text, version))).toEqual({
        shape: [3, 2],
        type: '<f8',
        isFortran: true,
        offset: 12 + text.length,
      });
  });

  it.each([
    ['something else', Uint8Array.from(latin('PK\x03\x04 a zip file')), /no \.npy file/],
    ['nothing', new Uint8Array(0), /no \.npy file/],
    ['a cut header', npyHeader(3, 4).subarray(0, 60), /cut off/],
    ['a cut length', npyHeader(3, 4).subarray(0, 9), /cut off/],
    ['version 9', header('{}', 9), /version 9/],
    ['integers', header("{'descr': '<i8', 'fortran_order': False, 'shape': (3, 4), }"), /<i8/],
    ['big-endian floats', header("{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4), }"), />f4/],
    ['records', header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }"), /records/],
    [
      'one dimension',
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (12,), }"),
      /shape is \(12\)/,
    ],
    ['three dimensions', header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }"), /1, 2, 3/],
    ['no width', header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }"), /3, 0/],
    ['a shape too large', header("{'descr': '<f4', 'fortran_order': False, 'shape': (9, 99999), }"), /99999/],
  ])('refuses %s and says why', (_what, bytes, why) => {
    expect(() => parseNpyHeader(bytes)).toThrow(why);
  });
});

describe('npyNumbers', () => {
  it('reads float32 and float64 as they are', () => {
    const values = [0, -1.5, 3.25e-12, 1e30];
    const single = Float32Array.from(values);
    expect(npyNumbers(new Uint8Array(single.buffer), '<f4')).toEqual(single);
    expect(npyNumbers(new Uint8Array(Float64Array.from(values).buffer), '<f8')).toEqual(single);
  });

  it('reads float16: values of IEEE 754, its limits included', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x7e00, 0x3555);
    const numbers = npyNumbers(new Uint8Array(bits.buffer), '<f2');
    expect([...numbers]).toEqual([1, -2, 65_504, 2 ** -14, 2 ** -24, -0, Infinity, NaN, 0.333251953125]);
    expect((['<f2', '<f4', '<f8'] as const).map(npyNumberBytes)).toEqual([2, 4, 8]);
  });
});
