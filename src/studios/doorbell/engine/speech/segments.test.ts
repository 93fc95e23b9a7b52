import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentsOf } from './segments.ts';

const RATE = 1000;
const loud = (seconds: number): number[] =>
  Array.from({ length: seconds * RATE }, (_, i) => 0.2 * Math.sin(i));
const silent = (seconds: number): number[] => Array.from({ length: seconds * RATE }, () => 0);

describe('pieces of a recording', () => {
  it('are the whole of a short one', () => {
    expect(segmentsOf(Float32Array.from(loud(3)), RATE, 5)).toEqual([{ from: 0, to: 3 * RATE }]);
  });

  it('are cut in a pause', () => {
    const samples = Float32Array.from([...loud(4), ...silent(1), ...loud(4)]);
    const [first, second, ...more] = segmentsOf(samples, RATE, 6);
    expect(more).toEqual([]);
    expect(first?.from).toBe(0);
    expect(first?.to).toBeGreaterThan(4 * RATE);
    expect(first?.to).toBeLessThan(5 * RATE);
    expect(second).toEqual({ from: first?.to, to: 9 * RATE });
  });

  it('leave silence out', () => {
    expect(segmentsOf(Float32Array.from(silent(20)), RATE, 5)).toEqual([]);
    const some = segmentsOf(Float32Array.from([...silent(11), ...loud(2)]), RATE, 5);
    expect(some).toHaveLength(1);
    expect(some[0]?.to).toBe(13 * RATE);
  });

  it('of any loud recording follow each other, are short enough, and lose nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 9 }), (tenths, most) => {
        const samples = Float32Array.from({ length: tenths * 100 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 50));
        const pieces = segmentsOf(samples, RATE, most);
        expect(pieces[0]?.from).toBe(0);
        expect(pieces.at(-1)?.to).toBe(samples.length);
        pieces.forEach(({ from, to }, i) => {
          expect(to - from).toBeLessThanOrEqual(most * RATE);
          expect(to).toBeGreaterThan(from);
          if (i > 0) expect(from).toBe(pieces[i - 1]?.to);
        });
      }),
    );
  });

  it('are none of nothing', () => {
    expect(segmentsOf(new Float32Array(0), RATE, 5)).toEqual([]);
  });
});
