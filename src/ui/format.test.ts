import { describe, expect, it } from 'vitest';
import { formatAmount, formatBytes, formatDuration, formatRate } from './format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [10_842_112, '10.8 MB'],
    [999_600, '1 MB'],
    [123_456_789, '123 MB'],
    [2_500_000_000, '2.5 GB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0.2, '1 s'],
    [59.4, '59 s'],
    [65, '1 min 5 s'],
    [3700, '1 h 2 min'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('amounts and rates', () => {
  it('names the total when it is known', () => {
    expect(formatAmount({ phase: 'x', done: 12, total: 1800, unit: 'pictures' })).toBe(
      '12 of 1,800 pictures',
    );
    expect(formatAmount({ phase: 'x', done: 12, total: 0, unit: 'pictures' })).toBe('12 pictures');
    expect(formatAmount({ phase: 'x', done: 3_100_000, total: 10_800_000, unit: 'bytes' })).toBe(
      '3.1 MB of 10.8 MB',
    );
  });
  it('measures bytes in bytes', () => {
    expect(formatRate(2_100_000, 'bytes')).toBe('2.1 MB/s');
    expect(formatRate(31.44, 'pictures')).toBe('31.4 pictures/s');
  });
});
