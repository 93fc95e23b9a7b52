import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafetensors, WeightsError, widenFloat16 } from './safetensors.ts';

const BYTES = { F16: 2, F32: 4 } as const;

interface Sketch {
  readonly dtype: keyof typeof BYTES;
  readonly shape: readonly number[];
}

function headerOf(sketches: Readonly<Record<string, Sketch>>): Record<string, unknown> {
  let at = 0;
  const entries = Object.entries(sketches).map(([name, { dtype, shape }]) => {
    const begin = at;
    at += shape.reduce((product, size) => product * size, BYTES[dtype]);
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  return Object.fromEntries(entries);
}

function fileOf(header: unknown, dataBytes: number): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  for (let i = 0; i < dataBytes; i += 1) file[8 + text.length + i] = i & 0x3f;
  return file.buffer;
}

const good = headerOf({ a: { dtype: 'F16', shape: [2, 3] }, b: { dtype: 'F32', shape: [2] } });

function withA(change: object): ArrayBuffer {
  return fileOf({ ...good, a: { ...(good.a as object), ...change } }, 20);
}

describe('safetensors', () => {
  it('reads float16 and float32 tensors, whatever the alignment', () => {
    const tensors = parseSafetensors(fileOf({ __metadata__: { odd: 'x' }, ...good }, 20));
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('a')?.shape).toEqual([2, 3]);
    expect(tensors.get('a')?.values).toEqual(
      widenFloat16(new Uint16Array([0x100, 0x302, 0x504, 0x706, 0x908, 0xb0a])),
    );
    expect(tensors.get('b')?.values).toHaveLength(2);
  });

  it.each([
    ['nothing', new ArrayBuffer(0), 'header: expected at least 8 bytes, found 0'],
    ['a forged header length', new Uint8Array(64).fill(0xff).buffer, 'header: expected at most'],
    ['text that is no JSON', fileOf('{"a"', 20), 'header: expected JSON'],
    ['a JSON array', fileOf([], 0), 'header: expected a JSON object'],
    ['bytes that are no ASCII', fileOf('{"ä": 1}', 0), 'header: expected ASCII'],
    ['a tensor without a description', fileOf({ a: 3 }, 0), 'tensor a: expected a description'],
    ['another dtype', withA({ dtype: 'BF16' }), 'tensor a: expected dtype F16 or F32, found "BF16"'],
    ['a negative size', withA({ shape: [-2, -3] }), 'tensor a: expected a shape of sizes, found [-2,-3]'],
    ['a size beyond integers', withA({ shape: [1e300, 3] }), 'tensor a: expected a shape of sizes'],
    ['a shape of another size', withA({ shape: [2, 4] }), 'tensor a: expected 16 bytes for [2, 4], found 12'],
    ['one offset', withA({ data_offsets: [0] }), 'tensor a: expected two offsets, found [0]'],
    ['a hole', withA({ data_offsets: [1, 13] }), 'tensor a: expected to begin at byte 0, found 1'],
    ['data that is cut', fileOf(good, 19), 'tensor b: expected data up to byte 20, found a file with 19'],
    ['data that is too long', fileOf(good, 21), 'data: expected 20 bytes, found 21'],
  ])('refuses %s', (_, file, message) => {
    expect(() => parseSafetensors(file)).toThrow(WeightsError);
    expect(() => parseSafetensors(file)).toThrow(message);
  });

  it('answers any damage with a WeightsError or with tensors of the shapes it says', () => {
    const whole = new Uint8Array(fileOf(good, 20));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(whole.length),
        (changes, length) => {
          const file = whole.slice(0, length);
          for (const [at, value] of changes) if (at < length) file[at] = value;
          try {
            for (const { shape, values } of parseSafetensors(file.buffer).values()) {
              expect(values).toHaveLength(shape.reduce((product, size) => product * size, 1));
            }
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(WeightsError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('widenFloat16', () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('%i → %d', (bits, value) => {
    expect(widenFloat16(new Uint16Array([bits]))[0]).toBe(value);
  });

  it('keeps the order of all positive halves, the sign of negative ones, and NaN', () => {
    const all = widenFloat16(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits));
    const positive = all.subarray(0, 0x7c01);
    const negative = all.subarray(0x8000, 0xfc01);
    expect(positive.every((value, bits) => bits === 0 || value > (all[bits - 1] ?? NaN))).toBe(true);
    expect(positive.every((value, bits) => negative[bits] === -value)).toBe(true);
    expect(all.subarray(0x7c01, 0x8000).every(Number.isNaN)).toBe(true);
    expect(Object.is(all[0x8000], -0)).toBe(true);
  });
});
