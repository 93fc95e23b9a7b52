import { describe, expect, it } from 'vitest';
import { freeName } from './names.ts';

describe('freeName', () => {
  it('leaves a free name as it is', () => {
    expect(freeName('Shoes', new Set(['Hats', 'shoes']), 200)).toBe('Shoes');
  });

  it('numbers a taken one, past the numbers that are taken too', () => {
    expect(freeName('Shoes', new Set(['Shoes']), 200)).toBe('Shoes (2)');
    expect(freeName('Shoes', new Set(['Shoes', 'Shoes (2)', 'Shoes (4)']), 200)).toBe('Shoes (3)');
  });

  it('cuts a long name to make room for its number', () => {
    const long = 'n'.repeat(200);
    const second = freeName(long, new Set([long]), 200);
    expect(second).toBe(`${'n'.repeat(196)} (2)`);
    expect(freeName(long, new Set([long, second]), 200)).toBe(`${'n'.repeat(196)} (3)`);
  });
});
