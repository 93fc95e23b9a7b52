import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resampler } from './resampler.ts';

const TO = 16_000;
const sine = (hertz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate),
  );
/** Of the middle, where the beginning and the end are not felt; decibels of a sine at full scale. */
function levelDb(samples: Float32Array): number {
  const middle = samples.subarray(samples.length >> 2, samples.length - (samples.length >> 2));
  const power = middle.reduce((sum, value) => sum + value * value, 0) / middle.length;
  return 10 * Math.log10(Math.max(2 * power, 1e-12));
}

describe.each([48_000, 44_100, 96_000, 22_050, 8000])('from %i Hz to 16,000', (rate) => {
  it('has as many samples as seconds, less than 3 ms late', () => {
    const out = new Resampler(rate, TO).push(new Float32Array(rate));
    expect(out.length).toBeLessThanOrEqual(TO);
    expect(out.length).toBeGreaterThan(TO - (rate === 8000 ? 120 : 60));
  });

  it('lets a voice through as it is', () => {
    for (const hertz of [100, 440, 2000, 0.38 * Math.min(rate, TO)]) {
      const out = new Resampler(rate, TO).push(sine(hertz, rate, 0.5));
      expect(levelDb(out)).toBeCloseTo(0, 1);
      const wanted = sine(hertz, TO, 0.5);
      const middle = out.length >> 1;
      for (let i = middle; i < middle + 50; i += 1) expect(out[i]).toBeCloseTo(wanted[i] ?? NaN, 2);
    }
  });

  it('lets nothing fold back', () => {
    // Where the input has nothing above 8,000 Hz nothing can fold back.
    for (const hertz of [8100, 9000, 11_000, 15_000, 20_000].filter((each) => each < rate / 2))
      expect(levelDb(new Resampler(rate, TO).push(sine(hertz, rate, 0.5)))).toBeLessThan(-65);
  });
});

it('cut into any chunks the same comes out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(48_000, 44_100, 8000, 16_000),
      fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 2000 }),
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }),
      (rate, values, cuts) => {
        const input = Float32Array.from(values);
        const whole = new Resampler(rate, TO).push(input);
        const resampler = new Resampler(rate, TO);
        const parts: number[] = [];
        let from = 0;
        for (const cut of [...cuts, input.length]) {
          parts.push(...resampler.push(input.subarray(from, from + cut)));
          from = Math.min(input.length, from + cut);
        }
        expect(parts).toEqual([...whole]);
      },
    ),
    { numRuns: 50 },
  );
});

it('takes no rates that are none', () => {
  for (const rate of [0, -1, 44_100.5, NaN]) expect(() => new Resampler(rate, TO)).toThrow(RangeError);
});
