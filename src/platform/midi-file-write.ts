import type { SongNote } from './midi-file-song.ts';

/** Of what is written. */
const PPQ = 480;
const DRUM_CHANNEL = 9;

/** A track to write. */
export interface WrittenTrack {
  readonly name: string;
  /** In any order; ticks are rounded to whole ones. Notes of one pitch must not overlap: MIDI cannot tell those apart. */
  readonly notes: readonly SongNote[];
}

interface Timed {
  readonly tick: number;
  /** At one tick, offs go before ons, or a repeated note would be cut off. */
  readonly order: number;
  readonly bytes: readonly number[];
}

function varint(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

const uint32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
const letters = (text: string): number[] => [...text].map((letter) => letter.codePointAt(0) ?? 63);

function chunk(id: string, bytes: readonly number[]): number[] {
  return [...letters(id), ...uint32(bytes.length), ...bytes];
}

function track(events: readonly Timed[]): number[] {
  const bytes: number[] = [];
  let now = 0;
  for (const event of events.toSorted((a, b) => a.tick - b.tick || a.order - b.order)) {
    for (const byte of varint(event.tick - now)) bytes.push(byte);
    for (const byte of event.bytes) bytes.push(byte);
    now = event.tick;
  }
  bytes.push(0, 0xff, 0x2f, 0);
  return chunk('MTrk', bytes);
}

const meta = (kind: number, bytes: readonly number[]): Timed => ({
  tick: 0,
  order: 0,
  bytes: [0xff, kind, ...varint(bytes.length), ...bytes],
});

/** The standard knows no letters but ASCII; UTF-8 is what programs of today write and read. */
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

/**
 * Writes a composition as a MIDI file of format 1: a track with the tempo, then one for each part.
 *
 * @param tracks at least one with notes; one without is left out
 * @param tempoBpm quarters a minute, 4–1000
 * @param title the name of the first track
 * @returns the file; `readSong` gives back the same notes
 */
export function writeSong(
  tracks: readonly WrittenTrack[],
  tempoBpm: number,
  title: string,
): Uint8Array<ArrayBuffer> {
  const played = tracks.filter(({ notes }) => notes.length > 0);
  const usPerQuarter = Math.round(60e6 / tempoBpm);
  const chunks = [
    track([meta(0x03, utf8(title)), meta(0x51, uint32(usPerQuarter).slice(1)), meta(0x58, [4, 2, 24, 8])]),
    ...played.map(({ name, notes }, index) => {
      const channel = (index % 15) + (index % 15 >= DRUM_CHANNEL ? 1 : 0);
      const events: Timed[] = [meta(0x03, utf8(name))];
      for (const { startTick, lengthTick, pitchMidi, velocity } of notes) {
        const start = Math.round(startTick);
        const end = Math.max(start + 1, Math.round(startTick + lengthTick));
        events.push(
          { tick: start, order: 2, bytes: [0x90 | channel, pitchMidi, velocity] },
          { tick: end, order: 1, bytes: [0x80 | channel, pitchMidi, 64] },
        );
      }
      return track(events);
    }),
  ];
  const header = chunk('MThd', [0, 1, 0, chunks.length, PPQ >> 8, PPQ & 0xff]);
  return Uint8Array.from([header, ...chunks].flat());
}
