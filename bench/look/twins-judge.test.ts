import { describe, expect, it } from 'vitest';
import { judgeTwins } from './twins-judge.ts';

describe('judging twins', () => {
  it('counts variants by their photograph, and pairs of two as false', () => {
    const pairs = [
      { a: 'x/0001/original.jpg', b: 'x/0001/half.jpeg', likeness: 0.9 },
      { a: 'x/0002/half.jpeg', b: 'x/0002/original.jpg', likeness: 0.8 },
      { a: 'x/0001/original.jpg', b: 'x/0001/third.jpeg', likeness: 0.7 },
      // Two variants of one photograph are no hit, and not false either.
      { a: 'x/0001/double.jpeg', b: 'x/0001/half.jpeg', likeness: 0.9 },
      { a: 'x/0001/original.jpg', b: 'x/0002/original.jpg', likeness: 0.76 },
      { a: 'x/0001/original.jpg', b: 'x/0002/flipped.jpeg', likeness: 0.76 },
    ];
    const found = judgeTwins(pairs, { threshold: 0.75, photographs: 2 });
    expect(found.recipes).toMatchObject({ half: 1, third: 0, double: 0 });
    expect(found.recall.resizing).toBeCloseTo(1 / 3, 12);
    expect(found).toMatchObject({ pairs: 5, falsePairs: 2, falseOriginals: ['0001 0002'] });
  });
});
