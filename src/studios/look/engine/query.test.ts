import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactScore } from './distance.ts';
import { queryVector } from './query.ts';

const DIM = 6;
const vector = fc
  .array(fc.float({ min: Math.fround(0.1), max: 6, noNaN: true }), { minLength: DIM, maxLength: DIM })
  .map((numbers) => Float32Array.from(numbers));
const of = (...numbers: number[]) => Float32Array.from(numbers);

describe('queryVector', () => {
  it('answers one liked vector as it is, as a copy', () => {
    const only = of(0.1, 0.2, 0.3);
    for (const metric of ['cosine', 'euclidean'] as const) {
      const query = queryVector(metric, [only], []);
      expect(query).toEqual(only);
      expect(query.buffer).not.toBe(only.buffer);
    }
  });

  it('is the mean of what is liked', () => {
    expect([...queryVector('euclidean', [of(1, 0), of(3, 4)], [])]).toEqual([2, 2]);
    // Directions (1, 0) and (0, 1): lengths do not count.
    expect([...queryVector('cosine', [of(10, 0), of(0, 2)], [])]).toEqual([0.5, 0.5]);
  });

  it('follows Rocchio with 1, .75, .15, weights adding up to 1', () => {
    const [x, y] = queryVector('euclidean', [of(2, 0)], [of(0, 2)]);
    expect(x).toBeCloseTo((1.75 * 2) / 1.6, 6);
    expect(y).toBeCloseTo((-0.15 * 2) / 1.6, 6);
  });

  it('does not depend on the order of its vectors beyond rounding', () => {
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1, maxLength: 4 }),
        fc.array(vector, { maxLength: 3 }),
        fc.constantFrom('cosine' as const, 'euclidean' as const),
        (like, unlike, metric) => {
          const there = queryVector(metric, like, unlike);
          const back = queryVector(metric, like.toReversed(), unlike.toReversed());
          there.forEach((value, i) => expect(value).toBeCloseTo(back[i] ?? NaN, 5));
        },
      ),
    );
  });

  it('moves away from what is not liked, in both measures', () => {
    fc.assert(
      fc.property(vector, vector, (like, unlike) => {
        // The same direction cannot be left.
        fc.pre(exactScore('cosine', like, unlike) < 0.999);
        const cosine = queryVector('cosine', [like], [unlike]);
        expect(exactScore('cosine', unlike, cosine)).toBeLessThan(exactScore('cosine', unlike, like));
        const euclidean = queryVector('euclidean', [like], [unlike]);
        expect(exactScore('euclidean', unlike, euclidean)).toBeGreaterThan(
          exactScore('euclidean', unlike, like),
        );
      }),
    );
  });

  it('takes a zero vector for no direction', () => {
    expect([...queryVector('cosine', [of(0, 0), of(0, 2)], [])]).toEqual([0, 0.5]);
  });

  it('refuses an empty query and mixed dimensions', () => {
    expect(() => queryVector('cosine', [], [of(1)])).toThrow(RangeError);
    expect(() => queryVector('cosine', [of(1)], [of(1, 2)])).toThrow('expected 1');
  });
});
