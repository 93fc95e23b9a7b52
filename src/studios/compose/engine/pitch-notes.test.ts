import { describe, expect, it } from 'vitest';
import { hummedNotes } from './hummed.ts';
import {
  LOWEST_MIDI,
  notesOf,
  oneVoice,
  PITCHES,
  type HeardNote,
  type Posteriorgram,
} from './pitch-notes.ts';

const FRAME_SEC = 256 / 22_050;

/** What a network would say of these notes: [pitch, first frame, last frame, how sure, how sure of the beginning]. */
function said(
  frames: number,
  notes: readonly (readonly [midi: number, from: number, to: number, sure: number, onset: number])[],
): Posteriorgram {
  const heard = {
    notes: new Float32Array(frames * PITCHES),
    onsets: new Float32Array(frames * PITCHES),
    timesSec: Float64Array.from({ length: frames }, (_, i) => i * FRAME_SEC),
  };
  for (const [midi, from, to, sure, onset] of notes) {
    for (let frame = from; frame <= to; frame += 1) heard.notes[frame * PITCHES + midi - LOWEST_MIDI] = sure;
    heard.onsets[from * PITCHES + midi - LOWEST_MIDI] = onset;
  }
  return heard;
}

const plain = (notes: readonly HeardNote[]): number[][] =>
  notes.map(({ pitchMidi, startSec, endSec }) => [
    pitchMidi,
    Math.round(startSec / FRAME_SEC),
    Math.round(endSec / FRAME_SEC),
  ]);

describe('notes of a transcription', () => {
  it('begin at an onset, end where they are silent, and are cut by the next onset of their pitch', () => {
    const heard = notesOf(
      said(120, [
        [60, 5, 40, 0.9, 0.8],
        [60, 41, 80, 0.9, 0.8],
        [67, 20, 60, 0.7, 0.9],
      ]),
    );
    expect(plain(heard)).toEqual([
      [60, 5, 41],
      [67, 20, 61],
      [60, 41, 81],
    ]);
    expect(heard[0]?.strength).toBeCloseTo(0.9, 5);
  });

  it('are found without an onset, for a voice slides into them; slips are left out', () => {
    expect(plain(notesOf(said(100, [[64, 10, 50, 0.6, 0]])))).toEqual([[64, 10, 51]]);
    expect(notesOf(said(100, [[64, 10, 14, 0.9, 0.9]]))).toEqual([]);
    expect(notesOf(said(100, [[64, 10, 50, 0.2, 0]]))).toEqual([]);
  });

  it('refuses what does not fit together', () => {
    expect(() => notesOf({ ...said(10, []), timesSec: new Float64Array(9) })).toThrow(RangeError);
  });
});

describe('one voice', () => {
  const note = (pitchMidi: number, startSec: number, endSec: number, strength = 0.8): HeardNote => ({
    pitchMidi,
    startSec,
    endSec,
    strength,
  });

  it('is the strongest line: overtones go, what stands beside a note stays', () => {
    const line = oneVoice([note(60, 0, 1), note(72, 0, 1, 0.4), note(62, 1.1, 2), note(65, 0.9, 1.15, 0.5)]);
    expect(line.map(({ pitchMidi }) => pitchMidi)).toEqual([60, 62]);
  });

  it('never has two notes at once', () => {
    const line = oneVoice([note(60, 0, 1), note(62, 0.9, 2), note(64, 1.95, 3)]);
    expect(line).toHaveLength(3);
    for (const [i, { startSec }] of line.entries())
      if (i > 0) expect(startSec).toBeGreaterThanOrEqual(line[i - 1]?.endSec ?? NaN);
  });

  it('becomes notes of a score from its first note on, as it was hummed', () => {
    expect(hummedNotes([note(60, 1, 1.5, 1), note(62, 1.75, 2, 0)], 120, 960)).toEqual([
      { startTick: 960, lengthTick: 480, pitchMidi: 60, velocity: 110, author: 'person' },
      { startTick: 960 + 720, lengthTick: 240, pitchMidi: 62, velocity: 45, author: 'person' },
    ]);
  });
});
