import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertRoll, chordAt, countOn, notesToRoll, rollToNotes, sliceRoll, type Note } from './roll.ts';

const SHAPE = { steps: 128, pitches: 48, pitchLowMidi: 36 };

const note = fc
  .record({
    startStep: fc.integer({ min: 0, max: 127 }),
    lengthSteps: fc.integer({ min: 1, max: 128 }),
    pitchMidi: fc.integer({ min: 0, max: 127 }),
  })
  .map((n) => ({ ...n, lengthSteps: Math.min(n.lengthSteps, 128 - n.startStep) }));

const isInside = ({ pitchMidi }: Note): boolean => pitchMidi >= 36 && pitchMidi < 84;

/** Notes of which none overlaps another of its pitch. */
const apart = fc.array(note, { maxLength: 60 }).map((notes) => {
  const kept: Note[] = [];
  for (const one of notes) {
    const overlaps = kept.some(
      (other) =>
        other.pitchMidi === one.pitchMidi &&
        other.startStep < one.startStep + one.lengthSteps &&
        one.startStep < other.startStep + other.lengthSteps,
    );
    if (!overlaps) kept.push(one);
  }
  return kept.sort((a, b) => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi);
});

describe('notes and rolls', () => {
  it('give the same notes back, repeated ones too; those outside the range are kept apart', () => {
    fc.assert(
      fc.property(apart, (notes) => {
        const { roll, onsets, outside } = notesToRoll(notes, SHAPE);
        expect(rollToNotes(roll, onsets)).toEqual(notes.filter(isInside));
        expect(outside).toEqual(notes.filter((one) => !isInside(one)));
      }),
    );
  });

  it('set exactly the cells that some note covers', () => {
    fc.assert(
      fc.property(fc.array(note, { maxLength: 40 }), (notes) => {
        const { roll } = notesToRoll(notes, SHAPE);
        const covered = new Set<number>();
        for (const { startStep, lengthSteps, pitchMidi } of notes.filter(isInside))
          for (let i = 0; i < lengthSteps; i += 1) covered.add((startStep + i) * 48 + pitchMidi - 36);
        expect(countOn(roll.cells)).toBe(covered.size);
        expect([...covered].every((cell) => roll.cells[cell] === 1)).toBe(true);
      }),
    );
  });

  it('without onsets, a repeated note is one long note', () => {
    const notes = [
      { startStep: 0, lengthSteps: 4, pitchMidi: 60 },
      { startStep: 4, lengthSteps: 4, pitchMidi: 60 },
    ];
    const { roll, onsets } = notesToRoll(notes, SHAPE);
    expect(rollToNotes(roll)).toEqual([{ startStep: 0, lengthSteps: 8, pitchMidi: 60 }]);
    expect(rollToNotes(roll, onsets)).toEqual(notes);
  });

  it.each([
    ['begins before the roll', { startStep: -1, lengthSteps: 2, pitchMidi: 60 }],
    ['has no length', { startStep: 0, lengthSteps: 0, pitchMidi: 60 }],
    ['ends after the roll', { startStep: 120, lengthSteps: 9, pitchMidi: 60 }],
    ['is off the grid', { startStep: 0.5, lengthSteps: 1, pitchMidi: 60 }],
  ])('refuse a note that %s', (_, bad) => {
    expect(() => notesToRoll([bad], SHAPE)).toThrow(RangeError);
  });
});

it('a chord is read from the top', () => {
  const { roll } = notesToRoll(
    [60, 67, 64].map((pitchMidi) => ({ startStep: 3, lengthSteps: 1, pitchMidi })),
    SHAPE,
  );
  expect(chordAt(roll, 3)).toEqual([31, 28, 24]);
  expect(chordAt(roll, 4)).toEqual([]);
});

it('a slice behind the end is silence, and a copy', () => {
  const { roll } = notesToRoll([{ startStep: 120, lengthSteps: 8, pitchMidi: 60 }], SHAPE);
  const part = sliceRoll(roll, 124, 16);
  expect(rollToNotes(part)).toEqual([{ startStep: 0, lengthSteps: 4, pitchMidi: 60 }]);
  part.cells.fill(0);
  expect(countOn(roll.cells)).toBe(8);
});

it('a roll of another size or with other numbers is refused', () => {
  expect(() => assertRoll({ ...SHAPE, cells: new Uint8Array(3) }, 'roll')).toThrow(
    'roll: expected 128 × 48 cells, found 3',
  );
  expect(() =>
    assertRoll({ steps: 1, pitches: 2, pitchLowMidi: 36, cells: new Uint8Array([0, 2]) }, 'roll'),
  ).toThrow('roll: expected 0 or 1 in cell 1, found 2');
});
