import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyRoll, rollAfter } from './apply-edits.ts';
import { cellAt } from './roll.ts';
import { scoreToRoll, sortNotes, stepsOf, type Score, type ScoreNote } from './score.ts';

const RANGE = { pitches: 48, pitchLowMidi: 36 };

const note = fc.record({
  startTick: fc.integer({ min: 0, max: 8 * 1920 - 1 }),
  lengthTick: fc.integer({ min: 1, max: 2000 }),
  pitchMidi: fc.integer({ min: 30, max: 90 }),
  velocity: fc.integer({ min: 1, max: 127 }),
  author: fc.constantFrom('person' as const, 'network' as const),
});
const scores = fc.array(note, { maxLength: 30 }).map((notes): Score => ({
  notes: sortNotes(notes.map((each, id): ScoreNote => ({ ...each, id: id + 1 }))),
  bars: 8,
  tempoBpm: 100,
  quantizeStrength: 1,
}));
const flips = fc.array(
  fc.record({
    step: fc.integer({ min: 0, max: 127 }),
    pitch: fc.integer({ min: 0, max: 47 }),
    on: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe('a score after the network’s edits', () => {
  it('has the roll that the edits made', () => {
    fc.assert(
      fc.property(scores, flips, (score, edits) => {
        const after = rollAfter(scoreToRoll(score, RANGE).roll, edits);
        const applied = applyRoll(score, after, 1000);
        expect(scoreToRoll(applied, RANGE).roll.cells).toEqual(after.cells);
        const ids = applied.notes.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('leaves every note of a person as it was played whose cells are all still on', () => {
    fc.assert(
      fc.property(scores, flips, (score, edits) => {
        const after = rollAfter(scoreToRoll(score, RANGE).roll, edits);
        const applied = applyRoll(score, after, 1000);
        const steps = stepsOf(score);
        for (const one of score.notes) {
          const row = one.pitchMidi - RANGE.pitchLowMidi;
          const from = Math.round(one.startTick / 120);
          const to = Math.max(from + 1, Math.round((one.startTick + one.lengthTick) / 120));
          const isWhole = Array.from({ length: to - from }, (_, i) => from + i).every(
            (step) => step >= steps || after.cells[cellAt(after, step, row)] === 1,
          );
          if (one.author === 'person' && row >= 0 && row < 48 && isWhole)
            expect(applied.notes).toContainEqual(one);
        }
      }),
    );
  });

  it('leaves the network’s own notes as they were changed by hand, where no edit touches them', () => {
    const own = (id: number, startTick: number, lengthTick: number, velocity: number): ScoreNote => ({
      ...{ id, startTick, lengthTick, velocity },
      pitchMidi: 60,
      author: 'network',
    });
    // Two that follow each other on one pitch stay two; the third grows, and keeps its loudness.
    const notes = [own(1, 10, 470, 110), own(2, 480, 480, 40), own(3, 1920, 480, 99)];
    const score: Score = { notes, bars: 8, tempoBpm: 100, quantizeStrength: 1 };
    const after = rollAfter(scoreToRoll(score, RANGE).roll, [{ step: 20, pitch: 24, on: true }]);
    expect(applyRoll(score, after, 10).notes).toEqual([
      notes[0],
      notes[1],
      { ...own(3, 1920, 600, 99), id: 3 },
    ]);
  });

  it('keeps notes outside the network’s pitches', () => {
    const outside: ScoreNote = {
      id: 1,
      startTick: 7,
      lengthTick: 33,
      pitchMidi: 100,
      velocity: 9,
      author: 'person',
    };
    const score: Score = { notes: [outside], bars: 8, tempoBpm: 90, quantizeStrength: 0 };
    const { roll } = scoreToRoll(score, RANGE);
    expect(applyRoll(score, rollAfter(roll, [{ step: 0, pitch: 0, on: true }]), 2).notes).toContainEqual(
      outside,
    );
  });
});
