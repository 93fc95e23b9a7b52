import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editRng, seedOf } from './edit-rng.ts';
import { expOf, logOf } from './elementary.ts';

describe('exp', () => {
  it('is the exponential to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expOf(x) / Math.exp(x) - 1)).toBeLessThan(2e-15);
      }),
      { numRuns: 5000 },
    );
  });

  it('is 1 at 0, 0 far below, and never less for more', () => {
    expect(expOf(0)).toBe(1);
    expect(expOf(-1e300)).toBe(0);
    expect(expOf(-Infinity)).toBe(0);
    fc.assert(
      fc.property(
        fc.double({ min: -750, max: 0, noNaN: true }),
        fc.double({ min: -750, max: 0, noNaN: true }),
        (a, b) => {
          if (b - a > 1e-12) expect(expOf(b)).toBeGreaterThanOrEqual(expOf(a));
        },
      ),
    );
  });

  it.each([1, NaN])('refuses %d', (x) => {
    expect(() => expOf(x)).toThrow(RangeError);
  });
});

describe('log', () => {
  it('is the logarithm to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(logOf(x) - Math.log(x))).toBeLessThan(2e-15 * Math.max(1, Math.abs(Math.log(x))));
      }),
      { numRuns: 5000 },
    );
    expect(logOf(1)).toBe(0);
  });

  it.each([0, -1, NaN, Infinity])('refuses %d', (x) => {
    expect(() => logOf(x)).toThrow(RangeError);
  });
});

it('takes the same bits everywhere: no digit of these may change', () => {
  expect([-0.1, -1, -10, -100].map(expOf)).toEqual([
    0.9048374180359595, 0.36787944117144233, 0.00004539992976248485, 3.720075976020836e-44,
  ]);
});

describe('random numbers of an edit', () => {
  it('are uniform over edits and over seeds', () => {
    for (const stream of [(i: number) => editRng(7, i)(), (i: number) => editRng(i, 7)()]) {
      const bins = new Float64Array(16);
      const draws = 16_000;
      for (let i = 0; i < draws; i += 1) {
        const bin = Math.floor(stream(i) * 16);
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      const expected = draws / 16;
      const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = .001
    }
  });

  it('are others for another seed or edit', () => {
    expect(new Set([editRng(1, 0)(), editRng(1, 1)(), editRng(2, 0)(), editRng(2, 1)()]).size).toBe(4);
  });
});

describe('a seed that was typed', () => {
  it('is itself when it is a whole number, else a hash of the text', () => {
    expect(seedOf(' 7 ')).toBe(7);
    expect(seedOf('4294967295')).toBe(4_294_967_295);
    expect(seedOf('4294967296')).not.toBe(0);
    expect(seedOf('Bach')).toBe(seedOf('Bach'));
    expect(seedOf('Bach')).not.toBe(seedOf('bach'));
  });

  it('always is a uint32', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(seedOf(text) >>> 0).toBe(seedOf(text));
      }),
    );
  });
});
