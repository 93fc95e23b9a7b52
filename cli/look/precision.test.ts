import { describe, expect, it } from 'vitest';
import { classOf, precisions } from './precision.ts';

describe('precisions', () => {
  it('counts by rank and averages over the queries', () => {
    const { all, classes } = precisions([
      { ofClass: 'hat', answers: ['hat', 'hat', 'shoe', 'hat', 'shoe'] },
      { ofClass: 'shoe', answers: ['hat', 'shoe', 'hat', 'hat', 'hat'] },
    ]);
    expect(all.pictures).toBe(2);
    expect(all.p1).toBe(0.5);
    expect(all.p5).toBeCloseTo((3 / 5 + 1 / 5) / 2, 12);
    expect(all.map10).toBeCloseTo(((1 + 1 + 3 / 4) / 3 + 1 / 2) / 2, 12);
    expect(Object.keys(classes)).toEqual(['hat', 'shoe']);
    expect(classes.hat?.p5).toBeCloseTo(0.6, 12);
    expect(classes.shoe?.p1).toBe(0);
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
