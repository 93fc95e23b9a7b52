import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { tempoOf } from './tempo.ts';

describe('the tempo of a hummed line', () => {
  it('is found where notes of one beat and of half a beat are a little late or early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 80, max: 120 }), fc.integer(), (bpm, seed) => {
        const rng = mulberry32(seed);
        let beat = 0;
        const onsets = Array.from({ length: 20 }, (_, i) => {
          const at = (beat * 60) / bpm + 0.02 * (rng() - 0.5);
          beat += i % 4 === 1 || i % 4 === 2 ? 0.5 : 1;
          return at;
        });
        expect(Math.abs((tempoOf(onsets) ?? 0) - bpm)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('is not told from three notes', () => {
    expect(tempoOf([0, 0.5, 1])).toBeUndefined();
    expect(tempoOf([])).toBeUndefined();
  });
});
