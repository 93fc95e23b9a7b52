import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spell, writeMusicXml } from './musicxml.ts';
import type { Note } from './roll.ts';

const HEADER = { title: 'A & <B>', tempoBpm: 96, key: { fifths: 0, mode: 'major' } } as const;
const SEMITONES: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** An importer of what we write: each part's notes with ties joined, and the length of each bar. */
function read(xml: string): { parts: Note[][]; bars: number[] } {
  const bars: number[] = [];
  const parts = [...xml.matchAll(/<part id="[^"]+">(.*?)<\/part>/gsu)].map(([, part = '']) => {
    const notes: { startStep: number; lengthSteps: number; pitchMidi: number; isOpen: boolean }[] = [];
    let step = 0;
    for (const [, measure = ''] of part.matchAll(/<measure [^>]*>(.*?)<\/measure>/gsu)) {
      const begin = step;
      let last = step;
      for (const [, text = ''] of measure.matchAll(/<note>(.*?)<\/note>/gsu)) {
        const duration = Number(/<duration>(\d+)</u.exec(text)?.[1]);
        const isChord = text.includes('<chord/>');
        const at = isChord ? last : step;
        last = at;
        if (!isChord) step += duration;
        const letter = /<step>(.)</u.exec(text)?.[1];
        if (letter === undefined) continue;
        const alter = Number(/<alter>(-?\d+)</u.exec(text)?.[1] ?? 0);
        const octave = Number(/<octave>(-?\d+)</u.exec(text)?.[1]);
        const pitchMidi = (octave + 1) * 12 + (SEMITONES[letter] ?? NaN) + alter;
        const isOpen = text.includes('<tie type="start"/>');
        if (text.includes('<tie type="stop"/>')) {
          const held = notes.find(
            (n) => n.isOpen && n.pitchMidi === pitchMidi && n.startStep + n.lengthSteps === at,
          );
          if (held === undefined) throw new Error('a tie begins nowhere');
          held.lengthSteps += duration;
          held.isOpen = isOpen;
        } else notes.push({ startStep: at, lengthSteps: duration, pitchMidi, isOpen });
      }
      bars.push(step - begin);
    }
    if (notes.some(({ isOpen }) => isOpen)) throw new Error('a tie ends nowhere');
    return notes
      .map(({ startStep, lengthSteps, pitchMidi }) => ({ startStep, lengthSteps, pitchMidi }))
      .sort((a, b) => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi);
  });
  return { parts, bars };
}

/** Notes of one pitch do not overlap, all end within four bars. */
const part = fc
  .array(
    fc.record({
      startStep: fc.nat(63),
      lengthSteps: fc.integer({ min: 1, max: 40 }),
      pitchMidi: fc.integer({ min: 12, max: 115 }),
    }),
    { maxLength: 30 },
  )
  .map((notes) => {
    const kept: Note[] = [];
    for (const one of notes)
      if (
        one.startStep + one.lengthSteps <= 64 &&
        kept.every(
          (other) =>
            other.pitchMidi !== one.pitchMidi ||
            other.startStep + other.lengthSteps <= one.startStep ||
            one.startStep + one.lengthSteps <= other.startStep,
        )
      )
        kept.push(one);
    return kept.sort((a, b) => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi);
  });

describe('MusicXML', () => {
  it('read back has each note with its ties joined, in full bars, in any key', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -6, max: 6 }),
        (parts, fifths) => {
          const xml = writeMusicXml(
            parts.map((notes, i) => ({ name: `Voice ${i}`, notes })),
            4,
            { ...HEADER, key: { fifths, mode: 'minor' } },
          );
          const found = read(xml);
          expect(found.parts).toEqual(parts);
          expect(found.bars).toEqual(new Array(parts.length * 4).fill(16));
        },
      ),
    );
  });

  it('spells the notes of a key as they stand in it', () => {
    const names = (pitches: number[], fifths: number): string =>
      pitches
        .map((pitch) => spell(pitch, fifths))
        .map(({ step, alter, octave }) => `${step}${alter > 0 ? '#' : alter < 0 ? 'b' : ''}${octave}`)
        .join(' ');
    expect(names([60, 62, 64, 65, 67, 69, 71], 0)).toBe('C4 D4 E4 F4 G4 A4 B4');
    expect(names([62, 64, 66, 67, 69, 71, 73], 2)).toBe('D4 E4 F#4 G4 A4 B4 C#5');
    expect(names([63, 65, 67, 68, 70, 72, 74], -3)).toBe('Eb4 F4 G4 Ab4 Bb4 C5 D5');
    expect(names([68], 0)).toBe('G#4');
  });

  it('escapes names and refuses nothing to write', () => {
    expect(writeMusicXml([{ name: '<&\u0000', notes: [] }], 1, HEADER)).toContain('A &amp; &lt;B&gt;');
    expect(() => writeMusicXml([], 1, HEADER)).toThrow(RangeError);
  });
});
