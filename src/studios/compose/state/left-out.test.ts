import { describe, expect, it } from 'vitest';
import type { Song } from '../../../platform/midi-file-song.ts';
import { firstChoice, viewSong } from '../engine/midi-view.ts';
import { foundInWords, leftOutInWords } from './left-out.ts';

const QUARTER = 480;
const BAR = 4 * QUARTER;
const note = (startTick: number, lengthTick = QUARTER, pitchMidi = 60) => ({
  startTick,
  lengthTick,
  pitchMidi,
  velocity: 80,
});
type Notes = ReturnType<typeof note>[];

/** A song of one melody that is here as it was, but for what is said. */
function song(changes: Partial<Song> = {}, notes: Notes = [note(0), note(QUARTER, QUARTER, 67)]): Song {
  return {
    tracks: [{ name: 'Melody', isDrums: false, notes }],
    tempoBpm: 96,
    tempoChanges: 0,
    metre: [4, 4],
    metreChanges: 0,
    endTick: Math.max(...notes.map(({ startTick, lengthTick }) => startTick + lengthTick)),
    remarks: [],
    ...changes,
  };
}
const words = (one: Song): string[] => leftOutInWords(one, viewSong(one, firstChoice(one)));

describe('what is said of a file that was opened', () => {
  it('is its key and tempo, and no loss where there is none', () => {
    const scale = [0, 2, 4, 5, 7, 9, 11, 12].map((step, i) => note(i * QUARTER, QUARTER, 60 + step));
    const plain = song({}, scale);
    expect(foundInWords(viewSong(plain, firstChoice(plain)))).toBe(
      'Key: C major. Tempo: 96 quarters a minute.',
    );
    expect(words(plain)).toEqual([]);
  });

  it('names the tempo that no composition can have', () => {
    expect(words(song({ tempoBpm: 3.6 }))).toEqual([
      'Its tempo of 3.6 quarters a minute became 20, the slowest that there is here.',
    ]);
    expect(words(song({ tempoBpm: 60e6 }))).toEqual([
      'Its tempo of 60,000,000 quarters a minute became 300, the fastest that there is here.',
    ]);
  });

  it('names changes of tempo, and other metres', () => {
    expect(words(song({ tempoChanges: 3 }))).toEqual([
      'Its tempo changes 3 times: here all of it has 96 quarters a minute.',
    ]);
    expect(words(song({ metre: [3, 4] }))).toEqual([
      'Its metre is 3/4: it is worked on as 4/4, and its bars are counted so.',
    ]);
    expect(words(song({ metreChanges: 1 }))).toEqual([
      'Its metre is 4/4 and changes once: all of it is worked on as 4/4, and its bars are counted so.',
    ]);
  });

  it('counts bars that are left out, and says where it begins', () => {
    expect(words(song({}, [note(500 * BAR)]))).toEqual([
      'Bar 501 of 501 is here, from bar 1 on; 500 bars are left out.',
    ]);
    expect(words(song({}, [note(2 * BAR), note(11 * BAR)]))).toEqual([
      'Bars 3–10 of 12 are here, from bar 1 on; 4 bars are left out.',
      'One note outside the chosen bars.',
    ]);
    expect(words(song({}, [note(0), note(8 * BAR)]))).toEqual([
      'Bars 1–8 of 9 are here; one bar is left out.',
      'One note outside the chosen bars.',
    ]);
  });

  it('tells how far the grid is from what was played, on average too', () => {
    const triplet = [note(0, 160), note(160, 160), note(320, 160), note(QUARTER)];
    expect(words(song({ tempoBpm: 120 }, triplet))).toEqual([
      '2 of 4 notes begin off the grid of sixteenths, which moves the notes by 21 ms on average and 42 ms at most: triplets and other metres are approximated.',
      '3 notes made longer or shorter by the grid.',
      'With “Grid” at 0 %, above the roll, you hear them as they were played.',
    ]);
    expect(words(song({}, [note(0, 400)]))).toContain('One note made longer or shorter by the grid.');
  });

  it('also says what is odd about the file itself', () => {
    expect(words(song({ remarks: ['It is damaged.'] }))).toEqual(['It is damaged.']);
  });
});
