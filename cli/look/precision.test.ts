import { describe, expect, it } from 'vitest';
import { classOf, precisions } from './precision.ts';

describe('precisions', () => {
  it('counts by rank and averages over the queries', () => {
    const { all, classes } = precisions([
      { ofClass: 'hat', answers: ['hat', 'shoe', 'shoe', 'hat', 'hat'] },
      { ofClass: 'hat', answers: ['hat', 'hat', 'hat', 'shoe', 'shoe'] },
      { ofClass: 'hat', answers: ['shoe', 'shoe', 'shoe', 'shoe', 'shoe'] },
      { ofClass: 'hat', answers: ['hat', 'hat', 'hat', 'shoe', 'shoe'] },
      { ofClass: 'shoe', answers: ['hat', 'shoe', 'hat', 'hat', 'hat'] },
      { ofClass: 'shoe', answers: ['shoe', 'hat', 'hat', 'hat', 'hat'] },
    ]);
    expect(all.pictures).toBe(6);
    expect(all.p1).toBeCloseTo(4 / 6, 12);
    expect(all.p5).toBeCloseTo((3 + 3 + 0 + 3 + 1 + 1) / 5 / 6, 12);
    // Of four hats three can be found for each, of two shoes one.
    expect(all.map10).toBeCloseTo(((1 + 2 / 4 + 3 / 5) / 3 + 1 + 0 + 1 + 1 / 2 + 1) / 6, 12);
    expect(classes.hat?.map10).toBeCloseTo(((1 + 2 / 4 + 3 / 5) / 3 + 1 + 0 + 1) / 4, 12);
    expect(Object.keys(classes)).toEqual(['hat', 'shoe']);
    expect(classes.hat?.p5).toBeCloseTo(9 / 5 / 4, 12);
    expect(classes.shoe?.p1).toBe(0.5);
  });

  it('has figures for no searches at all', () => {
    expect(precisions([]).all).toEqual({ pictures: 0, p1: 0, p5: 0, map10: 0 });
  });
});

describe('classOf', () => {
  it('is the folder of the picture, however deep', () => {
    expect(classOf('clothing/hat/a.jpg')).toBe('hat');
    expect(classOf('hat/a.jpg')).toBe('hat');
    expect(classOf('a.jpg')).toBe('');
  });
});
