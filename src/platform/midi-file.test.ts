import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMidi, writeMidi, type GridNote, type MidiScore } from './midi-file.ts';

const HEADER = { tempoBpm: 96, metre: [3, 4] } as const;

const note = fc.record({
  startStep: fc.nat(400),
  lengthSteps: fc.integer({ min: 1, max: 64 }),
  pitchMidi: fc.nat(127),
});

/** Notes of which none overlaps another of its pitch: MIDI cannot tell those apart. */
const apart = fc.array(note, { minLength: 1, maxLength: 60 }).map((notes) => {
  const kept: GridNote[] = [];
  for (const one of notes) {
    const isFree = kept.every(
      (other) =>
        other.pitchMidi !== one.pitchMidi ||
        other.startStep + other.lengthSteps <= one.startStep ||
        one.startStep + one.lengthSteps <= other.startStep,
    );
    if (isFree) kept.push(one);
  }
  return kept.sort((a, b) => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi);
});

function read(bytes: Uint8Array<ArrayBuffer>): MidiScore {
  const score = readMidi(bytes, 'a.mid');
  if (!score.ok) throw new Error(score.error.message);
  return score.value;
}

describe('a MIDI file', () => {
  it('gives back the notes, tempo and metre that were written', () => {
    fc.assert(
      fc.property(apart, apart, (notes, drums) => {
        const bytes = writeMidi(
          [
            { name: 'Soprano', notes },
            { name: 'Drums', notes: drums, isDrums: true },
          ],
          HEADER,
        );
        const score = read(bytes);
        expect(score.notes).toEqual(notes);
        expect(score.drums).toEqual(drums);
        expect(score.steps).toBe(Math.max(...[...notes, ...drums].map((n) => n.startStep + n.lengthSteps)));
        expect(score.tempoBpm).toBeCloseTo(96, 3);
        expect(score.metre).toEqual([3, 4]);
      }),
    );
  });

  it('keeps more parts apart than there are channels', () => {
    const parts = Array.from({ length: 20 }, (_, i) => ({
      name: `${i}`,
      notes: [{ startStep: 0, lengthSteps: 1, pitchMidi: 40 + i }],
    }));
    expect(read(writeMidi(parts, HEADER)).notes).toHaveLength(20);
  });

  it('is refused when it has no note, only drums, or goes on for an hour', () => {
    const one = (startStep: number): GridNote => ({ startStep, lengthSteps: 1, pitchMidi: 40 });
    const code = (bytes: Uint8Array<ArrayBuffer>): unknown => {
      const score = readMidi(bytes, 'a.mid');
      expect(score.ok ? '' : score.error.message).toContain('a.mid');
      expect(score.ok ? '' : score.error.hint).not.toBe('');
      return score.ok || score.error.code;
    };
    expect(code(writeMidi([], HEADER))).toBe('no-notes');
    expect(code(writeMidi([{ name: '', notes: [one(0)], isDrums: true }], HEADER))).toBe('only-drums');
    expect(code(writeMidi([{ name: '', notes: [one(0), one(28_800)] }], HEADER))).toBe('too-long');
    expect(code(new Uint8Array())).toBe('not-midi');
    expect(code(new TextEncoder().encode('MThd, but no more than that'))).toBe('not-midi');
    expect(code(new Uint8Array(5_000_000))).toBe('too-large');
  });

  it('that counts in film frames is refused', () => {
    const bytes = writeMidi([{ name: '', notes: [{ startStep: 0, lengthSteps: 1, pitchMidi: 60 }] }], HEADER);
    bytes[12] = 0xe7; // 25 frames a second
    bytes[13] = 40;
    expect(readMidi(bytes, 'a.mid')).toMatchObject({ ok: false, error: { code: 'not-midi' } });
  });

  it('whatever is damaged gives notes on the grid or a message that names it', () => {
    const whole = writeMidi(
      [
        {
          name: 'x',
          notes: Array.from({ length: 9 }, (_, i) => ({ startStep: i, lengthSteps: 2, pitchMidi: 60 + i })),
        },
      ],
      HEADER,
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(whole.length),
        (changes, length) => {
          const file = whole.slice(0, length);
          for (const [at, value] of changes) if (at < length) file[at] = value;
          const score = readMidi(file, 'a.mid');
          if (!score.ok) {
            expect(score.error.message).toContain('a.mid');
            return;
          }
          for (const { startStep, lengthSteps, pitchMidi } of score.value.notes) {
            expect(Number.isInteger(startStep) && startStep >= 0).toBe(true);
            expect(Number.isInteger(lengthSteps) && lengthSteps >= 1).toBe(true);
            expect(pitchMidi >= 0 && pitchMidi <= 127).toBe(true);
            expect(startStep + lengthSteps).toBeLessThanOrEqual(4096);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
