import { describe, expect, it } from 'vitest';
import { findKey, nameOfKey } from './key-finding.ts';
import { SAMPLE_MELODIES, scoreOfSample } from './samples.ts';
import { scoreToRoll } from './score.ts';

const KEYS: Record<string, string> = {
  'ode-to-joy': 'D major',
  'frere-jacques': 'F major',
  'ah-vous-dirai-je': 'C major',
  'au-clair-de-la-lune': 'G major',
  'lightly-row': 'C major',
  mary: 'G major',
  'when-the-saints': 'F major',
  'jingle-bells': 'G major',
  'yankee-doodle': 'G major',
  'good-king-wenceslas': 'G major',
  'old-hundredth': 'G major',
  'nun-danket': 'A major',
  'tallis-canon': 'G major',
};

describe('sample melodies', () => {
  it('are at least twelve, each with a name of its own', () => {
    expect(SAMPLE_MELODIES.length).toBeGreaterThanOrEqual(12);
    expect(new Set(SAMPLE_MELODIES.map(({ id }) => id)).size).toBe(SAMPLE_MELODIES.length);
  });

  it.each(SAMPLE_MELODIES)('$title fills whole bars, fits the network and stands in its key', (sample) => {
    const score = scoreOfSample(sample);
    expect(sample.bars).toBe(8);
    const last = sample.notes.at(-1);
    expect(((last?.startTick ?? 0) + (last?.lengthTick ?? 0)) / 120).toBe(128);
    const { outside } = scoreToRoll(score, { pitches: 48, pitchLowMidi: 36 });
    expect(outside).toEqual([]);
    const key = findKey(sample.notes);
    expect(key === undefined ? '' : nameOfKey(key)).toBe(KEYS[sample.id]);
  });
});
