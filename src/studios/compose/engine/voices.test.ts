import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellAt, notesToRoll, type Note, type Roll } from './roll.ts';
import { smallRoll } from '../worker/testing/runs.ts';
import { VoiceSearch } from './voice-search.ts';
import { notesOfVoices, separateVoices } from './voices.ts';

/** Two bars of four parts, a chord a quarter: I–vi–ii–V–I–IV–V–I in C. */
const PARTS = [
  [72, 72, 74, 74, 76, 77, 74, 72],
  [67, 69, 69, 67, 67, 69, 67, 67],
  [64, 64, 65, 62, 60, 60, 59, 64],
  [48, 45, 50, 55, 48, 53, 55, 48],
];

const inQuarters = (part: readonly number[]): Note[] =>
  part.map((pitchMidi, i) => ({ startStep: 4 * i, lengthSteps: 4, pitchMidi }));

const chorale = (): { roll: Roll; onsets: Uint8Array } =>
  notesToRoll(PARTS.flatMap(inQuarters), { steps: 32, pitches: 48, pitchLowMidi: 36 });

describe('voices', () => {
  it('of a chorale are its parts', () => {
    const { roll, onsets } = chorale();
    expect(notesOfVoices(roll, separateVoices(roll), onsets)).toEqual(PARTS.map(inQuarters));
  });

  it('that cross for a moment are followed', () => {
    const parts = [
      [72, 71, 69, 69],
      [67, 69, 71, 72],
    ];
    const { roll } = notesToRoll(parts.flatMap(inQuarters), { steps: 16, pitches: 48, pitchLowMidi: 36 });
    // Whoever sings them, nobody leaps: each voice moves by step or stays.
    const { rows } = separateVoices(roll);
    for (let step = 1; step < 16; step += 1)
      for (let voice = 0; voice < 4; voice += 1) {
        const [before = -1, now = -1] = [rows[(step - 1) * 4 + voice], rows[step * 4 + voice]];
        expect(Math.abs(now - before)).toBeLessThanOrEqual(3);
      }
  });

  it('give one note alone to the voice whose range it lies in', () => {
    for (const [pitchMidi, voice] of [
      [79, 0],
      [38, 3],
    ] as const) {
      const { roll } = notesToRoll([{ startStep: 0, lengthSteps: 4, pitchMidi }], {
        steps: 4,
        pitches: 48,
        pitchLowMidi: 36,
      });
      expect(notesOfVoices(roll, separateVoices(roll))[voice]).toEqual([
        { startStep: 0, lengthSteps: 4, pitchMidi },
      ]);
    }
  });

  it('sing every note that sounds, none that does not; what is more than four is left over', () => {
    fc.assert(
      fc.property(smallRoll, (roll) => {
        const voices = separateVoices(roll);
        const sung = voices.left.slice();
        voices.rows.forEach((row, at) => {
          if (row >= 0) sung[cellAt(roll, Math.floor(at / 4), row)] = 1;
        });
        expect(sung).toEqual(roll.cells);
        for (let step = 0; step < roll.steps; step += 1) {
          const cells = roll.cells.subarray(cellAt(roll, step, 0), cellAt(roll, step + 1, 0));
          const left = voices.left.subarray(cellAt(roll, step, 0), cellAt(roll, step + 1, 0));
          const count = (row: Uint8Array): number => row.reduce((sum, cell) => sum + cell, 0);
          expect(count(left)).toBe(Math.max(0, count(cells) - 4));
        }
      }),
    );
  });

  it('of silence rest', () => {
    const { roll } = notesToRoll([], { steps: 8, pitches: 48, pitchLowMidi: 36 });
    expect(notesOfVoices(roll, separateVoices(roll))).toEqual([[], [], [], []]);
  });

  it('of a roll that was edited are those of a search from the start', () => {
    fc.assert(
      fc.property(
        smallRoll,
        fc.array(fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 3 }), { maxLength: 4 }),
        (roll, edits) => {
          const search = new VoiceSearch();
          const cells = roll.cells.slice();
          expect(search.separate({ ...roll, cells })).toEqual(separateVoices(roll));
          for (const edit of edits) {
            for (const [at, isOn] of edit) cells[at % cells.length] = isOn ? 1 : 0;
            expect(search.separate({ ...roll, cells })).toEqual(separateVoices({ ...roll, cells }));
          }
        },
      ),
    );
  });

  it('of a roll that became shorter, longer, or lies elsewhere are searched anew where they must be', () => {
    const { roll } = chorale();
    const search = new VoiceSearch();
    search.separate(roll);
    const shorter = { ...roll, steps: 20, cells: roll.cells.slice(0, 20 * roll.pitches) };
    const higher = { ...roll, pitchLowMidi: 48 };
    for (const next of [shorter, roll, higher, roll])
      expect(search.separate(next)).toEqual(separateVoices(next));
  });
});
