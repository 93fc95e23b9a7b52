import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { finished, someNetwork } from '../worker/testing/runs.ts';
import { scaleOf } from './constraints.ts';
import { findKey } from './key-finding.ts';
import { presetOf } from './presets.ts';
import type { Roll } from './roll.ts';
import { rulesOf } from './rules.ts';
import { SAMPLE_MELODIES, scoreOfSample } from './samples.ts';
import type { Sampler } from './sampler.ts';
import { onGrid, scoreToRoll, type Score } from './score.ts';

const RANGE = { pitches: 48, pitchLowMidi: 36 };

const ROWS = Array.from({ length: RANGE.pitches }, (_, row) => row);

/** A run of the preset to its end, by a network that likes anything. */
function mended(roll: Roll, seed: number): Sampler {
  const preset = presetOf('mend');
  if (preset === undefined) throw new Error('there is no preset Mend');
  return finished(
    { roll, ...rulesOf(preset.constraints, roll) },
    { ...preset.settings, seed },
    someNetwork(seed),
  );
}

const rolled = (score: Score): Roll => scoreToRoll(score, RANGE).roll;

function scaleOfScore({ notes }: Score): readonly number[] {
  const key = findKey(notes);
  if (key === undefined) throw new Error('no key');
  return scaleOf(key.tonic, key.mode);
}

describe('mending', () => {
  it.each(SAMPLE_MELODIES)('leaves $title as it is: nothing in it is wrong', (sample) => {
    const score = scoreOfSample(sample);
    const scale = scaleOfScore(score);
    const isClean = score.notes.every(({ pitchMidi }) => scale.includes(pitchMidi % 12));
    expect(isClean).toBe(true);
    expect(mended(rolled(score), 1).edits).toEqual([]);
  });

  it.each(SAMPLE_MELODIES)(
    'gives each wrong note of $title one of the key, as long, and cuts no other',
    (sample) => {
      const right = scoreOfSample(sample);
      const scale = scaleOfScore(right);
      const next = mulberry32(3);
      for (let round = 0; round < 2; round += 1) {
        const wrong = new Set<number>();
        const notes = right.notes.map((note) => {
          const by = next() < 0.5 ? 1 : -1;
          if (wrong.size >= 2 || next() > 0.2 || scale.includes((note.pitchMidi + by) % 12)) return note;
          wrong.add(note.id);
          return { ...note, pitchMidi: note.pitchMidi + by };
        });
        const given = rolled({ ...right, notes });
        const key = findKey(notes);
        if (key === undefined || String(scaleOf(key.tonic, key.mode)) !== String(scale)) continue;
        const after = mended(given, round);
        expect(after.stop).toBe('no-cell-left');
        for (const note of notes) {
          const { startStep, lengthSteps, pitchMidi } = onGrid(note);
          const rows = Array.from({ length: lengthSteps }, (_, at) =>
            ROWS.filter((row) => after.roll.cells[(startStep + at) * RANGE.pitches + row] === 1),
          );
          const first = rows[0]?.[0] ?? -1;
          // One voice: in each step of the note one row, the same in all.
          expect(rows.every((of) => of.length === 1 && of[0] === first)).toBe(true);
          const row = pitchMidi - RANGE.pitchLowMidi;
          if (wrong.has(note.id)) {
            expect(scale).toContain((RANGE.pitchLowMidi + first) % 12);
            expect(Math.abs(first - row)).toBeLessThanOrEqual(2);
          } else expect(first).toBe(row);
        }
      }
    },
  );

  it('changes nothing where there is no key', () => {
    expect(mended(rolled({ notes: [], bars: 1, tempoBpm: 100, quantizeStrength: 1 }), 1).edits).toEqual([]);
  });
});
