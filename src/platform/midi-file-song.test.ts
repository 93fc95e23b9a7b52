import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSong, type Song, type SongNote } from './midi-file-song.ts';
import { writeSong } from './midi-file-write.ts';
import { mulberry32, type Rng } from '../kernel/rng.ts';

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : part)));
const header = (format: number, tracks: number, division = [0x01, 0xe0]): (string | number[])[] => [
  'MThd',
  [0, 0, 0, 6, 0, format, 0, tracks, ...division],
];
const track = (...events: number[]): (string | number[])[] => ['MTrk', [0, 0, 0, events.length], events];
const END = [0, 0xff, 0x2f, 0];
/** C4 and D4, a quarter (480) each. */
const TWO = [0, 0x90, 60, 80, 0x83, 0x60, 0x80, 60, 0, 0, 0x90, 62, 80, 0x83, 0x60, 0x80, 62, 0, ...END];

function open(bytes: Uint8Array): Song {
  const song = readSong(bytes, 'a.mid');
  if (!song.ok) throw new Error(song.error.message);
  return song.value;
}
const pitches = (song: Song): number[][] => song.tracks.map(({ notes }) => notes.map((n) => n.pitchMidi));

const note = fc.record({
  startTick: fc.nat(20_000),
  lengthTick: fc.integer({ min: 1, max: 4000 }),
  pitchMidi: fc.nat(127),
  velocity: fc.integer({ min: 1, max: 127 }),
});
/** MIDI cannot tell overlapping notes of one pitch apart. */
const apart = fc.array(note, { minLength: 1, maxLength: 60 }).map((notes) => {
  const kept: SongNote[] = [];
  for (const one of notes)
    if (
      kept.every(
        (other) =>
          other.pitchMidi !== one.pitchMidi ||
          other.startTick + other.lengthTick <= one.startTick ||
          one.startTick + one.lengthTick <= other.startTick,
      )
    )
      kept.push(one);
  return kept.sort((a, b) => a.startTick - b.startTick || a.pitchMidi - b.pitchMidi);
});

describe('a MIDI file', () => {
  it('gives back the tracks, names, ticks, velocities and tempo that were written', () => {
    fc.assert(
      fc.property(fc.array(apart, { minLength: 1, maxLength: 18 }), (parts) => {
        const tracks = parts.map((notes, i) => ({ name: `Voice ${i}`, notes }));
        const song = open(writeSong(tracks, 96, 'Piece'));
        expect(song.tracks).toEqual(tracks.map((one) => ({ ...one, isDrums: false })));
        expect(song.tempoBpm).toBeCloseTo(96, 3);
        expect(song.remarks).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('may leave the status out, end a note by velocity 0, and say other things between', () => {
    const events = [0, 0x90, 60, 80, 0x83, 0x60, 60, 0, 0, 0xf0, 3, 1, 2, 0xf7, 0, 62, 80, 0x83, 0x60, 62, 0];
    const song = open(bytesOf(...header(0, 1), ...track(...events, ...END)));
    expect(song.tracks[0]?.notes).toEqual([
      { startTick: 0, lengthTick: 480, pitchMidi: 60, velocity: 80 },
      { startTick: 480, lengthTick: 480, pitchMidi: 62, velocity: 80 },
    ]);
  });

  it('that counts in film frames is laid out at 120 quarters a minute', () => {
    // 25 frames a second of 40 ticks: 500 ticks a quarter.
    const song = open(bytesOf(...header(1, 1, [0xe7, 40]), ...track(...TWO)));
    expect(song.tracks[0]?.notes[0]?.lengthTick).toBeCloseTo((480 * 480) / 500, 6);
    expect(song.remarks).toHaveLength(1);
  });

  it('of format 2 opens with a remark; one channel of many is a track', () => {
    const song = open(bytesOf(...header(2, 2), ...track(...TWO), ...track(...TWO)));
    expect(pitches(song)).toEqual([
      [60, 62],
      [60, 62],
    ]);
    expect(song.remarks).toHaveLength(1);
    const two = [0, 0x90, 60, 80, 0, 0x91, 40, 80, 0, 0x99, 35, 80, 0x83, 0x60, 0x80, 60, 0, ...END];
    const split = open(bytesOf(...header(0, 1), ...track(...two)));
    expect(split.tracks.map(({ isDrums }) => isDrums)).toEqual([false, false, true]);
  });

  it('without a track, without a note, or with drums only is refused by name', () => {
    const code = (bytes: Uint8Array): unknown => {
      const song = readSong(bytes, 'a.mid');
      expect(song.ok ? '' : song.error.message).toContain('a.mid');
      return song.ok || song.error.code;
    };
    expect(code(bytesOf(...header(1, 0)))).toBe('no-notes');
    expect(code(bytesOf(...header(1, 1), ...track(...END)))).toBe('no-notes');
    expect(code(bytesOf(...header(1, 1), ...track(0, 0x99, 35, 80, 10, 0x89, 35, 0, ...END)))).toBe(
      'only-drums',
    );
    expect(code(bytesOf(...header(3, 1), ...track(...TWO)))).toBe('not-midi');
    expect(code(bytesOf(...header(1, 1, [0, 0]), ...track(...TWO)))).toBe('not-midi');
    expect(code(new Uint8Array())).toBe('not-midi');
    expect(code(new Uint8Array(16_000_001))).toBe('too-large');
  });

  it('keeps what stands before a damage and says so', () => {
    const whole = bytesOf(...header(1, 1), ...track(...TWO));
    const song = open(whole.slice(0, 14 + 8 + 10));
    expect(pitches(song)).toEqual([[60]]);
    expect(song.remarks.join(' ')).toContain('break off');
  });

  it('of 10 MB is read or refused in time', () => {
    // Running status, a note and its end every four bytes: far more notes than are read.
    const events = new Uint8Array(10_000_000);
    events.set([0, 0x90]);
    for (let i = 1; i + 6 < events.length; i += 6) events.set([i === 1 ? 0x90 : 60, 60, 80, 1, 60, 0], i);
    const file = bytesOf(...header(0, 1), 'MTrk', [0, 0x98, 0x96, 0x80]);
    const all = new Uint8Array(file.length + events.length);
    all.set(file);
    all.set(events, file.length);
    const started = performance.now();
    const song = readSong(all, 'a.mid');
    expect(performance.now() - started).toBeLessThan(5000);
    expect(song.ok || song.error.message.includes('a.mid')).toBe(true);
  });
});

const LONG = process.env.ATELIER_LONG === '1';
const RUNS = LONG ? 1000 : 100;

/** One of the ways in which files are broken in the world. */
function mutate(file: Uint8Array, rng: Rng): Uint8Array {
  const at = (): number => Math.floor(rng() * file.length);
  const copy = file.slice();
  const kind = Math.floor(rng() * 6);
  if (kind === 0) return copy.slice(0, at());
  if (kind === 1) for (let i = 0; i < 1 + rng() * 20; i += 1) copy[at()] = Math.floor(rng() * 256);
  if (kind === 2)
    copy.set([rng() < 0.5 ? 0xe7 : 0x80 | Math.floor(rng() * 128), Math.floor(rng() * 256)], 12);
  if (kind === 3) copy[9] = Math.floor(rng() * 4);
  if (kind === 4) {
    const from = at();
    return Uint8Array.from([...copy.slice(0, from), ...copy.slice(from + 1 + Math.floor(rng() * 9))]);
  }
  if (kind === 5) {
    const from = at();
    return Uint8Array.from([...copy.slice(0, from), ...copy.slice(at()), ...copy.slice(from)]);
  }
  return copy;
}

describe(`${RUNS} broken MIDI files`, () => {
  const seed = Number(process.env.ATELIER_SEED ?? Date.now() % 1_000_000_000);

  it(`are opened or refused with a reason (ATELIER_SEED=${seed})`, () => {
    const rng = mulberry32(seed);
    let opened = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const tracks = Array.from({ length: 1 + Math.floor(rng() * 5) }, (_, voice) => ({
        name: `Voice ${voice}`,
        notes: Array.from({ length: 1 + Math.floor(rng() * 40) }, (__, i) => ({
          startTick: i * 240,
          lengthTick: 1 + Math.floor(rng() * 240),
          pitchMidi: Math.floor(rng() * 128),
          velocity: 1 + Math.floor(rng() * 127),
        })),
      }));
      let file: Uint8Array = writeSong(tracks, 30 + rng() * 200, 'Piece');
      for (let times = 1 + Math.floor(rng() * 3); times > 0 && file.length > 14; times -= 1)
        file = mutate(file, rng);
      const song = readSong(file, 'broken.mid');
      if (!song.ok) {
        expect(song.error.message).toContain('broken.mid');
        expect(song.error.hint).not.toBe('');
        continue;
      }
      opened += 1;
      for (const { notes } of song.value.tracks)
        for (const { startTick, lengthTick, pitchMidi, velocity } of notes) {
          expect(startTick >= 0 && lengthTick > 0 && startTick + lengthTick <= song.value.endTick).toBe(true);
          expect(pitchMidi >= 0 && pitchMidi <= 127 && velocity >= 1 && velocity <= 127).toBe(true);
        }
      expect(song.value.tempoBpm > 0 && Number.isFinite(song.value.tempoBpm)).toBe(true);
    }
    // A reader that refuses everything would pass otherwise.
    expect(opened).toBeGreaterThan(RUNS / 10);
    expect(opened).toBeLessThan(RUNS);
  });
});
