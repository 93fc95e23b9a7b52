import { expect, it } from 'vitest';
import { EMPTY_SCORE } from './composition.ts';
import { partsOf } from './parts.ts';
import { scoreToRoll, TICKS_PER_STEP, type Score } from './score.ts';

const RANGE = { pitches: 48, pitchLowMidi: 36 };

const chord = (pitches: readonly number[]): Score => ({
  ...EMPTY_SCORE,
  notes: pitches.map((pitchMidi, at) => ({
    id: at + 1,
    startTick: 0,
    lengthTick: 4 * TICKS_PER_STEP,
    pitchMidi,
    velocity: 80,
    author: 'person',
  })),
});

it('notes of a chord that has more than there are voices go to the voice nearest to them, in order', () => {
  const pitches = [48, 52, 55, 60, 64, 67, 72];
  const score = chord(pitches);
  const parts = partsOf(score, scoreToRoll(score, RANGE).roll);
  const order = pitches.map((_, at) => parts.get(at + 1) ?? NaN);
  expect(order[0]).toBe(3);
  expect(order.at(-1)).toBe(0);
  // From the bass upward nobody is below a lower note's voice.
  expect(order).toEqual(order.toSorted((a, b) => b - a));
});
