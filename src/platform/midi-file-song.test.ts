import { readFileSync } from 'node:fs';
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

  it('gives back names in any letters; one of an older program is Latin-1', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(name, (text) => {
        const notes = [{ startTick: 0, lengthTick: 480, pitchMidi: 60, velocity: 80 }];
        const song = open(writeSong([{ name: text, notes }], 96, text));
        // Of a long one, 80 letters: no half of one at the end.
        const kept = [...text].slice(0, 80).join('').trim();
        expect(song.tracks[0]?.name).toBe(kept === '' ? 'Track 2' : kept);
      }),
    );
    const title = '\u0421\u043e\u043b\u043e\u0432\u0435\u0439';
    const written = writeSong([{ name: title, notes: [] }], 96, title);
    expect(new TextDecoder().decode(written)).toContain(title);
    const old = [0, 0xff, 3, 5, 0x46, 0x6c, 0xf6, 0x74, 0x65];
    expect(open(bytesOf(...header(0, 1), ...track(...old, ...TWO))).tracks[0]?.name).toBe('Flöte');
    // 100 times a letter of four bytes: cut within the 81st by the limit of bytes at the latest.
    const notes = open(bytesOf(...header(0, 1), ...track(...TWO))).tracks[0]?.notes ?? [];
    const long = '\u{1d11e}'.repeat(100);
    expect(open(writeSong([{ name: `a${long}`, notes }], 96, '')).tracks[0]?.name).toBe(
      `a${'\u{1d11e}'.repeat(79)}`,
    );
  });

  it('says how often its tempo and its metre change, whatever track they stand in', () => {
    const time = [0, 0xff, 0x58, 4, 3, 2, 24, 8, 0, 0xff, 0x51, 3, 9, 0x27, 0xc0];
    const later = [0x83, 0x60, 0xff, 0x58, 4, 4, 2, 24, 8, 0, 0xff, 0x51, 3, 4, 0x93, 0xe0];
    const song = open(
      bytesOf(
        ...header(1, 2),
        ...track(...TWO),
        ...track(...time, ...time, ...later, ...time.slice(0, 8), ...END),
      ),
    );
    expect(song).toMatchObject({ metre: [3, 4], metreChanges: 2, tempoBpm: 100, tempoChanges: 1 });
    const plain = open(bytesOf(...header(1, 1), ...track(...TWO)));
    expect(plain).toMatchObject({ metre: [4, 4], metreChanges: 0, tempoBpm: 120, tempoChanges: 0 });
  });

  it('in a RIFF file is found there, behind what else that holds', () => {
    const inner = bytesOf(...header(0, 1), ...track(...TWO));
    const riff = (kind: string): Uint8Array =>
      bytesOf(
        ...['RIFF', [0, 1, 0, 0], kind, 'DISP', [3, 0, 0, 0, 1, 2, 3, 0]],
        ...['data', [inner.length, 0, 0, 0], [...inner]],
      );
    expect(pitches(open(riff('RMID')))).toEqual([[60, 62]]);
    for (const other of [riff('WAVE'), riff('RMID').slice(0, 20), bytesOf('RIFF')])
      expect(readSong(other, 'a.rmi')).toMatchObject({ ok: false, error: { code: 'not-midi' } });
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

const TEMPO = [0, 0xff, 0x51, 3, 7, 0xa1, 0x20];
const SYSEX = [0, 0xf0, 5, 0x7e, 0x7f, 9, 1, 0xf7, 0, 0xf7, 2, 1, 0xf7];
const WORDS = [
  0, 0xff, 1, 4, 0x54, 0x65, 0x78, 0x74, 0, 0xff, 2, 1, 0x63, 0, 0xff, 3, 1, 0x56, 0, 0xff, 5, 1, 0x61,
];
/** A status once, then notes without one, ended by velocity 0; a sysex between. */
const RUNNING = [
  ...[0, 0xc0, 5, 0, 0x90, 60, 80, 0x60, 60, 0],
  ...Array.from({ length: 20 }, (_, i) => [0, 40 + i, 90, 0x60, 40 + i, 0]).flat(),
  ...[...SYSEX, 0, 0xb0, 7, 100, 0, 10, 64, 0, 0x90, 72, 80, 0x83, 0x60, 72, 0],
];
/** What our own writer never writes, byte by byte. */
const HAND_MADE: Readonly<Record<string, Uint8Array>> = {
  'running status': bytesOf(...header(0, 1), ...track(...TEMPO, ...RUNNING, ...END)),
  'SMPTE time': bytesOf(...header(1, 1, [0xe2, 4]), ...track(...TEMPO, ...TWO)),
  'format 2': bytesOf(...header(2, 3), ...track(...TWO), ...track(...RUNNING, ...END), ...track(...TWO)),
  'zero tracks': bytesOf(...header(1, 0)),
  sysex: bytesOf(...header(0, 1), ...track(...SYSEX, ...TWO.slice(0, 9), ...SYSEX, ...TWO.slice(9))),
  'text before notes': bytesOf(
    ...header(1, 2),
    ...track(...WORDS, ...TEMPO, ...END),
    ...['XFIH', [0, 0, 0, 3, 1, 2, 3]],
    ...track(...WORDS, ...RUNNING, ...WORDS, ...END),
  ),
};

/** As another program writes them. */
const FOREIGN: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  ['round', 'jig', 'chords'].map((name) => [
    name,
    new Uint8Array(readFileSync(new URL(`fixtures/${name}.mid`, import.meta.url))),
  ]),
);

it('reads what another program writes: voices, repeats, guitar chords, triplets, changes of metre and tempo', () => {
  const counts = Object.entries(FOREIGN).map(([name, file]) => {
    const { tracks, metre, metreChanges, tempoChanges } = open(file);
    return [name, tracks.map(({ notes }) => notes.length), metre, metreChanges, tempoChanges];
  });
  expect(counts).toEqual([
    ['round', [14, 8], [4, 4], 0, 0],
    ['jig', [30, 16, 48], [6, 8], 0, 0],
    ['chords', [18], [3, 4], 1, 1],
  ]);
});

/** A file as our own writer makes it. */
function written(rng: Rng): Uint8Array {
  const tracks = Array.from({ length: 1 + Math.floor(rng() * 5) }, (_, voice) => ({
    name: `Voice ${voice}`,
    notes: Array.from({ length: 1 + Math.floor(rng() * 40) }, (__, i) => ({
      startTick: i * 240,
      lengthTick: 1 + Math.floor(rng() * 240),
      pitchMidi: Math.floor(rng() * 128),
      velocity: 1 + Math.floor(rng() * 127),
    })),
  }));
  return writeSong(tracks, 30 + rng() * 200, 'Piece');
}

/** What is read of a file, whatever it is, is music; or it is said by name why it is none. */
function isOpened(file: Uint8Array): boolean {
  const song = readSong(file, 'broken.mid');
  if (!song.ok) {
    expect(song.error.message).toContain('broken.mid');
    expect(song.error.hint).not.toBe('');
    return false;
  }
  for (const { notes } of song.value.tracks)
    for (const { startTick, lengthTick, pitchMidi, velocity } of notes) {
      expect(startTick >= 0 && lengthTick > 0 && startTick + lengthTick <= song.value.endTick).toBe(true);
      expect(pitchMidi >= 0 && pitchMidi <= 127 && velocity >= 1 && velocity <= 127).toBe(true);
    }
  expect(song.value.tempoBpm > 0 && Number.isFinite(song.value.tempoBpm)).toBe(true);
  return true;
}

it('whole, the files that are written by hand are read; without a track there is none', () => {
  const counts = Object.fromEntries(
    Object.entries(HAND_MADE).map(([name, file]) => {
      const song = readSong(file, 'a.mid');
      return [name, song.ok ? song.value.tracks.map(({ notes }) => notes.length) : song.error.code];
    }),
  );
  expect(counts).toEqual({
    'running status': [22],
    'SMPTE time': [2],
    'format 2': [2, 22, 2],
    'zero tracks': 'no-notes',
    sysex: [2],
    'text before notes': [22],
  });
});

describe(`${RUNS} broken MIDI files`, () => {
  const seed = Number(process.env.ATELIER_SEED ?? Date.now() % 1_000_000_000);

  it(`are opened or refused with a reason (ATELIER_SEED=${seed})`, () => {
    const rng = mulberry32(seed);
    const byHand = [...Object.values(HAND_MADE), ...Object.values(FOREIGN)];
    let opened = 0;
    let openedByHand = 0;
    for (let run = 0; run < RUNS; run += 1) {
      // Every other one is of our own writer.
      const byHandOne = run % 2 === 0 ? undefined : byHand[Math.floor(run / 2) % byHand.length];
      let file = byHandOne ?? written(rng);
      for (let times = 1 + Math.floor(rng() * 3); times > 0 && file.length > 14; times -= 1)
        file = mutate(file, rng);
      if (!isOpened(file)) continue;
      opened += 1;
      if (byHandOne !== undefined) openedByHand += 1;
    }
    expect(openedByHand).toBeGreaterThan(RUNS / 50);
    // A reader that refuses everything would pass otherwise.
    expect(opened).toBeGreaterThan(RUNS / 10);
    expect(opened).toBeLessThan(RUNS);
  });
});
