import { describe, expect, it } from 'vitest';
import {
  cutNotes,
  DEFAULT_BARS,
  MAX_BARS,
  PPQ,
  quantized,
  scoreToRoll,
  snapToGrid,
  sortNotes,
  stepsOf,
  TICKS_PER_STEP,
  type Author,
  type NewNote,
  type Score,
  type ScoreNote,
} from './score.ts';

const RANGE = { pitches: 48, pitchLowMidi: 36 };
const author: Author = 'person';
const played: NewNote = { startTick: 125, lengthTick: 300, pitchMidi: 60, velocity: 90, author };
const note = (id: number, changes: Partial<ScoreNote> = {}): ScoreNote => ({ ...played, id, ...changes });
const scoreOf = (notes: ScoreNote[]): Score => ({
  notes,
  bars: DEFAULT_BARS,
  tempoBpm: 100,
  quantizeStrength: 1,
});

describe('a score', () => {
  it('keeps what was played and snaps only what is asked', () => {
    expect(snapToGrid(played)).toEqual({ startStep: 1, lengthSteps: 3 });
    expect(quantized(played, 0)).toEqual({ startTick: 125, lengthTick: 300 });
    expect(quantized(played, 1)).toEqual({ startTick: TICKS_PER_STEP, lengthTick: 3 * TICKS_PER_STEP });
    expect(quantized(played, 0.5)).toEqual({ startTick: 122.5, lengthTick: 330 });
  });

  it('gives the shortest note a step', () => {
    expect(snapToGrid({ startTick: PPQ, lengthTick: 1 })).toEqual({ startStep: 4, lengthSteps: 1 });
  });

  it('is a roll of whole bars, notes behind the end left out, notes over the end cut', () => {
    const end = stepsOf({ bars: DEFAULT_BARS }) * TICKS_PER_STEP;
    const score = scoreOf([
      note(1),
      note(2, { startTick: end - TICKS_PER_STEP, lengthTick: PPQ }),
      note(3, { startTick: end }),
      note(4, { pitchMidi: 100 }),
    ]);
    const { roll, outside } = scoreToRoll(score, RANGE);
    expect(roll.steps).toBe(128);
    expect([...roll.cells].filter((cell) => cell === 1)).toHaveLength(4);
    expect(outside).toEqual([{ startStep: 1, lengthSteps: 3, pitchMidi: 100 }]);
    expect(MAX_BARS).toBeGreaterThan(DEFAULT_BARS);
  });

  it('orders notes by start, pitch and id', () => {
    const sorted = sortNotes([note(3), note(2), note(1, { pitchMidi: 59 }), note(4, { startTick: 0 })]);
    expect(sorted.map(({ id }) => id)).toEqual([4, 1, 2, 3]);
  });
});

describe('cutting notes', () => {
  it('leaves what lies before and behind, as it was played', () => {
    const notes: ScoreNote[] = [
      { id: 1, startTick: 3, lengthTick: 32 * TICKS_PER_STEP, pitchMidi: 60, velocity: 70, author: 'person' },
      {
        id: 2,
        startTick: 8 * TICKS_PER_STEP,
        lengthTick: 240,
        pitchMidi: 62,
        velocity: 70,
        author: 'person',
      },
      { id: 3, startTick: 0, lengthTick: 9000, pitchMidi: 64, velocity: 70, author: 'person' },
    ];
    const score: Score = { notes, bars: 4, tempoBpm: 100, quantizeStrength: 1 };
    const cut = cutNotes(score, new Set([1, 2]), 8, 16, 4);
    expect(cut.notes.map(({ id, startTick, lengthTick }) => [id, startTick, lengthTick])).toEqual([
      [3, 0, 9000],
      [1, 3, 8 * TICKS_PER_STEP - 3],
      [4, 16 * TICKS_PER_STEP, 16 * TICKS_PER_STEP + 3],
    ]);
  });
});
