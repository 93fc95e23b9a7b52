import { describe, expect, it } from 'vitest';
import { findKey, nameOfKey } from './key-finding.ts';

const notes = (...pitches: number[]) => pitches.map((pitchMidi) => ({ pitchMidi, lengthTick: 480 }));

describe('the key of notes', () => {
  it.each([
    [[60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60], 'C major', 0],
    [[67, 69, 71, 72, 74, 76, 78, 79, 74, 71, 67], 'G major', 1],
    [[57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57], 'A minor', 0],
    [[60, 62, 63, 65, 67, 68, 71, 72, 67, 63, 60], 'C minor', -3],
  ])('%j is %s', (pitches, name, fifths) => {
    const key = findKey(notes(...pitches));
    expect(key && nameOfKey(key)).toBe(name);
    expect(key?.fifths).toBe(fifths);
  });

  it('is none without notes', () => {
    expect(findKey([])).toBeUndefined();
  });
});
