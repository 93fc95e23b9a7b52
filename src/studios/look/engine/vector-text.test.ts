import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatText, tsvCell, vectorText } from './vector-text.ts';

describe('floatText', () => {
  it('gives back every float32, with at most 9 digits, as JSON', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        // JSON knows one zero.
        expect(Math.fround(JSON.parse(text) as number) + 0).toBe(value + 0);
        const digits = text
          .replace(/e.*$/, '')
          .replace(/[-.]/g, '')
          .replace(/^0+|0+$/g, '');
        expect(digits.length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 2_000 },
    );
    expect(floatText(Math.fround(0.1))).toBe('0.100000001');
    expect(floatText(-0)).toBe('0');
  });
});

describe('vectorText', () => {
  it('sets the separator between numbers only', () => {
    expect(vectorText(Float32Array.of(1, 0, -0.5), '\t')).toBe('1\t0\t-0.5');
    expect(vectorText(new Float32Array(0), ',')).toBe('');
  });
});

describe('tsvCell', () => {
  it('keeps a name in its cell', () => {
    expect(tsvCell('a\tb\r\nc\u2028d "e"')).toBe('a b c d "e"');
  });
});
