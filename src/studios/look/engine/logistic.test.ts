import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { decide, fitLogistic, gramMatrix, sigmoid } from './logistic.ts';

const DIM = 5;
const RIDGE = 0.05;

function problem(seed: number, n: number) {
  const rng = mulberry32(seed);
  const rows = Float32Array.from({ length: n * DIM }, () => normal(rng));
  const targets = Array.from({ length: n }, (_, at) => (at === 0 ? 1 : at === 1 ? 0 : rng() < 0.5 ? 1 : 0));
  const raw = Array.from({ length: n }, () => 0.1 + rng());
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = Float64Array.from(raw, (weight) => weight / total);
  return { rows, targets, weights, gram: gramMatrix(rows, DIM), ridge: RIDGE };
}

/** The loss as the textbook writes it, on weights and intercept. */
function loss(w: readonly number[], b: number, of: ReturnType<typeof problem>): number {
  const penalty = (RIDGE / 2) * (w.reduce((sum, each) => sum + each * each, 0) + b * b);
  return of.targets.reduce((sum, target, at) => {
    const score = w.reduce((total, each, i) => total + each * (of.rows[at * DIM + i] ?? 0), b);
    return sum - (of.weights[at] ?? 0) * Math.log(sigmoid(target === 1 ? score : -score));
  }, penalty);
}

const seeds = fc.record({ seed: fc.integer(), n: fc.integer({ min: 2, max: 30 }) });

describe('fitLogistic', () => {
  it('finds the minimum: no direction leads further down', () => {
    fc.assert(
      fc.property(seeds, ({ seed, n }) => {
        const given = problem(seed, n);
        const { coefficients } = fitLogistic(given);
        const w = Array.from({ length: DIM }, (_, i) =>
          coefficients.reduce((sum, each, at) => sum + each * (given.rows[at * DIM + i] ?? 0), 0),
        );
        const b = coefficients.reduce((sum, each) => sum + each, 0);
        const least = loss(w, b, given);
        const step = 0.05;
        for (let i = 0; i < DIM; i += 1)
          for (const sign of [-1, 1]) {
            const moved = w.map((each, at) => (at === i ? each + sign * step : each));
            expect(loss(moved, b, given)).toBeGreaterThan(least);
          }
        for (const sign of [-1, 1]) expect(loss(w, b + sign * step, given)).toBeGreaterThan(least);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out what weighs nothing, to the last bit', () => {
    fc.assert(
      fc.property(seeds, ({ seed, n }) => {
        const all = problem(seed, n + 3);
        const weights = Float64Array.from(all.weights, (weight, at) => (at < n ? weight : 0));
        const cut = { ...problem(seed, n + 3), weights };
        const small = {
          gram: gramMatrix(all.rows.subarray(0, n * DIM), DIM),
          targets: all.targets.slice(0, n),
          weights: weights.slice(0, n),
          ridge: RIDGE,
        };
        expect([...fitLogistic(cut).coefficients.slice(0, n)]).toEqual([...fitLogistic(small).coefficients]);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses shapes that do not fit, and no penalty', () => {
    const given = problem(1, 4);
    expect(() => fitLogistic({ ...given, targets: [1] })).toThrow(RangeError);
    expect(() => fitLogistic({ ...given, ridge: 0 })).toThrow('penalty above 0');
  });
});

it('gramMatrix has the inner products, for any number of rows', () => {
  fc.assert(
    fc.property(seeds, ({ seed, n }) => {
      const { rows, gram } = problem(seed, n);
      for (let i = 0; i < n; i += 1)
        for (let j = 0; j < n; j += 1) {
          let sum = 0;
          for (let d = 0; d < DIM; d += 1) sum += (rows[i * DIM + d] ?? 0) * (rows[j * DIM + d] ?? 0);
          expect(gram[i * n + j]).toBeCloseTo(sum, 9);
        }
    }),
    { numRuns: 30 },
  );
});

it('decide is the sum over the examples, and the intercept', () => {
  const gram = gramMatrix(Float32Array.of(1, 0, 0, 2), 2);
  expect([...decide(gram, Float64Array.of(3, -1), [1, 0])]).toEqual([-4 + 2, 3 + 2]);
});
