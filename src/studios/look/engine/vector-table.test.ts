import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { isFiniteVector } from './vector-index.ts';
import { BLOCK_ROWS as WHOLE, VectorTable } from './vector-table.ts';

const DIM = 3;

const idsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

function some(count: number, seed: number): Float32Array<ArrayBuffer> {
  const rng = mulberry32(seed);
  return Float32Array.from({ length: count * DIM }, () => rng() - 0.5);
}

/** Everything that a table answers, by id. */
const contents = (table: VectorTable): unknown =>
  [...table.ids()].sort((a, b) => a - b).map((id) => [id, [...(table.vector(id) ?? [])]]);
const norms = (table: VectorTable): number[] =>
  table.blocks.flatMap(({ inverseNorms, rows }) => [...inverseNorms.subarray(0, rows)]);

describe('a table that takes chunks over', () => {
  it.each([
    ['whole chunks', [WHOLE, WHOLE]],
    ['a whole one behind a part', [5, WHOLE]],
    ['a part behind a whole one', [WHOLE, 7, 1]],
  ])('holds what one that copies holds: %s', (_, sizes) => {
    const taking = new VectorTable(DIM);
    const adding = new VectorTable(DIM);
    let first = 1;
    for (const size of sizes) {
      taking.take(idsFrom(first, size), some(size, first));
      adding.add(idsFrom(first, size), some(size, first));
      first += size;
    }
    expect(taking.size).toBe(first - 1);
    expect(contents(taking)).toEqual(contents(adding));
    expect(norms(taking)).toEqual(norms(adding));
    for (const table of [taking, adding]) {
      table.remove([2, first - 1]);
      table.add([9999], some(1, 99));
    }
    expect(contents(taking)).toEqual(contents(adding));
    expect(norms(taking)).toEqual(norms(adding));
  });

  it('keeps the array of a whole chunk itself, and no other', () => {
    const table = new VectorTable(DIM);
    const whole = some(WHOLE, 1);
    const part = some(4, 2);
    table.take(idsFrom(1, WHOLE), whole);
    table.take(idsFrom(1000, 4), part);
    expect(table.vector(1)?.buffer).toBe(whole.buffer);
    expect(table.vector(1000)?.buffer).not.toBe(part.buffer);
  });

  it('refuses a chunk with a number that is not finite, or an id that is taken, and is as before', () => {
    const table = new VectorTable(DIM);
    table.take(idsFrom(1, WHOLE), some(WHOLE, 1));
    const before = contents(table);
    const broken = some(WHOLE, 2);
    broken[WHOLE * DIM - 1] = Number.NaN;
    expect(() => table.take(idsFrom(1000, WHOLE), broken)).toThrow('not finite');
    expect(() => table.take(idsFrom(WHOLE, WHOLE), some(WHOLE, 3))).toThrow('is taken');
    expect(contents(table)).toEqual(before);
    expect(table.blocks).toHaveLength(1);
  });
});

describe('a finite vector', () => {
  it.each([Number.NaN, Infinity, -Infinity])('has no %d, wherever it is', (bad) => {
    for (const length of [1, 2, 5, 8]) {
      for (let at = 0; at < length; at += 1) {
        // Float32's largest and smallest are finite.
        const vector = Float32Array.from({ length }, (_, i) => (i % 2 === 0 ? 3.4e38 : -1e-45));
        expect(isFiniteVector(vector)).toBe(true);
        vector[at] = bad;
        expect(isFiniteVector(vector)).toBe(false);
      }
    }
  });
});
