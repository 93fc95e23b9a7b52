import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outline, PEAK_COUNT, PeakFinder, readPeaks } from './peaks.ts';

const peaksOf = (samples: Float32Array, chunk = samples.length): string => {
  const finder = new PeakFinder(samples.length);
  for (let from = 0; from < samples.length; from += Math.max(1, chunk))
    finder.push(samples.subarray(from, from + chunk));
  return finder.written();
};

describe('peaks', () => {
  it('are the loudest of each part', () => {
    const samples = new Float32Array(PEAK_COUNT * 100);
    samples[150] = -1;
    samples[PEAK_COUNT * 100 - 1] = 0.25;
    const peaks = readPeaks(peaksOf(samples));
    expect(peaks).toHaveLength(PEAK_COUNT);
    expect(peaks[0]).toBe(0);
    expect(peaks[1]).toBe(1);
    expect(peaks.at(-1)).toBeCloseTo(0.5, 1);
    expect(peaks.filter((peak) => peak > 0)).toHaveLength(2);
  });

  it('of any sound in any chunks are the same, as long, and within 0 … 1', () => {
    const sound = fc.array(fc.float({ min: -2, max: 2 }), { maxLength: 3000 });
    fc.assert(
      fc.property(sound, fc.integer({ min: 1, max: 700 }), (values, chunk) => {
        const samples = Float32Array.from(values);
        const written = peaksOf(samples);
        expect(written).toHaveLength(PEAK_COUNT);
        expect(peaksOf(samples, chunk)).toBe(written);
        const loudest = samples.reduce((most, value) => Math.max(most, Math.min(1, Math.abs(value) || 0)), 0);
        expect(Math.max(...readPeaks(written))).toBeCloseTo(Math.sqrt(loudest), 1);
      }),
    );
  });

  it('of anything else are none', () => {
    for (const text of ['', 'A B', '{}', 'é', 'A'.repeat(2000)]) expect(readPeaks(text)).toEqual([]);
    expect(outline([])).toBe('');
  });

  it('are drawn within their box', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (peaks) => {
          const points = outline(peaks)
            .slice(1, -1)
            .split('L')
            .map((point) => point.split(' ').map(Number));
          expect(points).toHaveLength(2 * peaks.length);
          for (const [x = NaN, y = NaN] of points) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x).toBeLessThanOrEqual(PEAK_COUNT);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(2);
          }
        },
      ),
    );
  });
});
