import { describe, expect, it } from 'vitest';
import { barsOfSong, firstChoice, viewSong, type FileSong } from './midi-view.ts';

const note = (startTick: number, lengthTick: number, pitchMidi = 60) => ({
  startTick,
  lengthTick,
  pitchMidi,
  velocity: 80,
});
const SONG: FileSong = {
  tempoBpm: 120,
  endTick: 1920 * 10,
  tracks: [
    // A triplet of eighths: 0, 160, 320 of 480.
    {
      name: 'Melody',
      isDrums: false,
      notes: [note(1920, 160), note(2080, 160), note(2240, 160), note(9600, 9600)],
    },
    { name: 'Bass', isDrums: false, notes: [note(3840, 480, 40)] },
    { name: 'Drums', isDrums: true, notes: [note(0, 10), note(480, 10)] },
  ],
};

describe('the part of a file that was chosen', () => {
  it('is at first every pitched track from the first note’s bar, eight bars', () => {
    expect(barsOfSong(SONG)).toBe(10);
    expect(firstChoice(SONG)).toEqual({ tracks: new Set([0, 1]), startBar: 1, bars: 8 });
  });

  it('keeps ticks as they are and counts what is left out', () => {
    const view = viewSong(SONG, { tracks: new Set([0, 2]), startBar: 1, bars: 8 });
    expect(view.notes.map(({ startTick, lengthTick }) => [startTick, lengthTick])).toEqual([
      [0, 160],
      [160, 160],
      [320, 160],
      [7680, 7680],
    ]);
    expect(view.leftOut).toEqual({ drums: 2, otherTracks: 1, outsideWindow: 0, cut: 1 });
    expect(viewSong(SONG, { tracks: new Set([0]), startBar: 5, bars: 1 }).leftOut.outsideWindow).toBe(3);
  });

  it('says how far the grid moves it', () => {
    const { approximated } = viewSong(SONG, { tracks: new Set([0]), startBar: 1, bars: 8 });
    // Off by 40 ticks of 480, at 120 quarters a minute 41.7 ms, twice in four notes.
    expect(approximated.notes).toBe(2);
    // 160 ticks each become 120, 240 and 120.
    expect(approximated.lengths).toBe(3);
    expect(approximated.maxMs).toBeCloseTo(41.67, 1);
    expect(approximated.meanMs).toBeCloseTo(20.83, 1);
  });

  it('refuses a window that no score can hold', () => {
    expect(() => viewSong(SONG, { tracks: new Set([0]), startBar: 0, bars: 65 })).toThrow(RangeError);
    expect(() => viewSong(SONG, { tracks: new Set([0]), startBar: -1, bars: 8 })).toThrow(RangeError);
  });
});
