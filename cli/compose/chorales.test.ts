import { describe, expect, it } from 'vitest';
import { leaks, rollOf, type Chorale } from './chorales.ts';

const chorale = (soprano: readonly number[]): Chorale => soprano.map((pitch) => [pitch, 60, 55, -1]);
const tune = Array.from({ length: 70 }, (_, i) => (i % 9 === 8 ? -1 : 60 + ((i * 7) % 12)));

describe('a soprano leaks', () => {
  it('when it is there, transposed or not, and whatever comes after step 64', () => {
    expect(leaks(chorale(tune), [chorale([60, 62]), chorale(tune)])).toBe(true);
    expect(leaks(chorale(tune), [chorale(tune.map((pitch) => (pitch < 0 ? -1 : pitch + 5)))])).toBe(true);
    expect(leaks(chorale(tune), [chorale(tune.map((pitch, i) => (i < 64 ? pitch : 72)))])).toBe(true);
  });

  it('not when a note or a rest differs, or it is shorter', () => {
    expect(leaks(chorale(tune), [chorale(tune.map((pitch, i) => (i === 63 ? pitch + 1 : pitch)))])).toBe(
      false,
    );
    expect(leaks(chorale(tune), [chorale(tune.map((pitch, i) => (i === 62 ? 60 : pitch)))])).toBe(false);
    expect(leaks(chorale(tune), [chorale(tune.slice(0, 50))])).toBe(false);
  });
});

it('voices are merged into one roll, rests and all', () => {
  const roll = rollOf([[72, 60, 60, -1]], [0, 1, 2, 3], { pitches: 48, pitchLowMidi: 36 }, 2);
  expect([...roll.cells].flatMap((cell, i) => (cell === 1 ? [i] : []))).toEqual([24, 36]);
});
