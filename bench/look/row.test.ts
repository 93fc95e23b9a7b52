import { describe, expect, it } from 'vitest';
import { row, shown } from './row.ts';

const line = { id: 'a', what: 'a thing', unit: 'ms', beside: { queries: 100, 'p95 ms': 12.3456 } };

describe('row', () => {
  it('passes on the right side of its bound, the bound included', () => {
    expect(row({ ...line, value: 25, must: { atMost: 25 } }).pass).toBe(true);
    expect(row({ ...line, value: 25.01, must: { atMost: 25 } }).pass).toBe(false);
    expect(row({ ...line, value: 1.6, must: { atLeast: 1.6 } }).pass).toBe(true);
    expect(row({ ...line, value: 1.59, must: { atLeast: 1.6 } }).pass).toBe(false);
  });

  it('does not take what is no number for a pass', () => {
    expect(row({ ...line, value: Number.NaN, must: { atMost: 25 } }).pass).toBe(false);
    expect(row({ ...line, value: Number.POSITIVE_INFINITY, must: { atLeast: 1 } }).pass).toBe(false);
  });

  it('is shown with its bound and what it was made of', () => {
    expect(shown(row({ ...line, value: 30.123, must: { atMost: 25 } }))).toEqual({
      verdict: 'FAIL',
      what: 'a thing',
      value: '30.1 ms',
      bound: '≤ 25 ms',
      beside: 'queries 100, p95 ms 12.3',
    });
  });
});
