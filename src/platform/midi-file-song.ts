/**
 * A MIDI file as it was played: every track and tick of it. Our own reader, because what comes from anywhere may say anything:
 * it is linear in the file's length, allocates nothing on a file's word, and keeps what stands before a damage.
 */
import { fail, ok } from '../kernel/result.ts';
import { MidiBytes, MidiEnd, readTrack, type RawNote, type RawTrack } from './midi-file-track.ts';
import type { MidiResult } from './midi-file.ts';

/** Ticks a quarter of what is read, whatever the file counts in. */
const PPQ = 480;
/** A symphony has 0.5 MB. */
const MAX_BYTES = 16_000_000;
const MAX_TRACKS = 1_000;
const MAX_NOTES = 200_000;
/** 10,000 bars of 4/4. */
const MAX_TICK = 10_000 * 4 * PPQ;
const DEFAULT_BPM = 120;
const DRUM_CHANNEL = 9;

/** A note of a file. */
export interface SongNote {
  /** ≥ 0, of 480 a quarter; need not be whole. */
  readonly startTick: number;
  /** > 0 */
  readonly lengthTick: number;
  /** 0–127 */
  readonly pitchMidi: number;
  /** 1–127 */
  readonly velocity: number;
}

/** What one track plays on one channel. */
export interface SongTrack {
  /** As the file says, or `Track 3`. */
  readonly name: string;
  readonly isDrums: boolean;
  /** At least one, by start, then pitch. */
  readonly notes: readonly SongNote[];
}

/** A whole file. */
export interface Song {
  /** At least one that is not drums. */
  readonly tracks: readonly SongTrack[];
  /** Quarters a minute, the first that the file states; 120 where it states none, as the standard says. */
  readonly tempoBpm: number;
  readonly tempoChanges: number;
  /** The first that the file states; 4/4 where it states none. */
  readonly metre: readonly [beats: number, unit: number];
  readonly metreChanges: number;
  /** End of the last note. */
  readonly endTick: number;
  /** What is odd about the file, a sentence each. */
  readonly remarks: readonly string[];
}

const byStart = (a: SongNote, b: SongNote): number => a.startTick - b.startTick || a.pitchMidi - b.pitchMidi;

/**
 * Reads a MIDI file of any format.
 *
 * @param bytes the file; not changed
 * @param name of the file, for the messages
 * @returns its tracks, or what is wrong with it
 */
export function readSong(bytes: Uint8Array, name: string): MidiResult<Song> {
  if (bytes.length > MAX_BYTES)
    return fail('too-large', `${name} has ${(bytes.length / 1e6).toFixed(1)} MB.`, {
      hint: 'MIDI files over 16 MB are refused: cut out the part that you want.',
    });
  try {
    return readFile(new MidiBytes(unpacked(bytes)), name);
  } catch (thrown) {
    if (!(thrown instanceof MidiEnd)) throw thrown;
    return notMidi(name);
  }
}

/** The MIDI file inside a RIFF file (`.rmi`), its chunk `data`; every other file as it is. */
function unpacked(bytes: Uint8Array): Uint8Array {
  const file = new MidiBytes(bytes);
  if (bytes.length < 12 || file.text(4) !== 'RIFF') return bytes;
  file.skipTo(8);
  if (file.text(4) !== 'RMID') return bytes;
  while (file.left >= 8) {
    const id = file.text(4);
    // RIFF counts from the smallest byte on.
    const length = new DataView(file.bytes(4).slice().buffer).getUint32(0, true);
    if (id === 'data') return file.bytes(Math.min(length, file.left));
    file.skipTo(file.at + length + (length % 2));
  }
  return bytes;
}

const notMidi = (name: string): MidiResult<never> =>
  fail('not-midi', `${name} is not a MIDI file that can be read.`, {
    hint: 'Export it again as a Standard MIDI File (.mid).',
  });

interface Time {
  readonly ticksPerQuarter: number;
  readonly isFilm: boolean;
}

function readTime(division: number): Time | undefined {
  if ((division & 0x8000) === 0)
    return division > 0 ? { ticksPerQuarter: division, isFilm: false } : undefined;
  const frames = 256 - (division >> 8);
  const perFrame = division & 0xff;
  if (![24, 25, 29, 30].includes(frames) || perFrame === 0) return undefined;
  // 29 stands for 29.97. Frames know no quarters: they are laid out at the standard's 120 a minute.
  return { ticksPerQuarter: ((frames === 29 ? 29.97 : frames) * perFrame * 60) / DEFAULT_BPM, isFilm: true };
}

function readFile(file: MidiBytes, name: string): MidiResult<Song> {
  if (file.text(4) !== 'MThd') return notMidi(name);
  const headerLength = file.uint32();
  const headerAt = file.at;
  const format = file.uint16();
  const stated = file.uint16();
  const time = readTime(file.uint16());
  if (headerLength < 6 || format > 2 || time === undefined) return notMidi(name);
  file.skipTo(headerAt + headerLength);
  const remarks: string[] = [];
  if (time.isFilm) remarks.push('It counts in film frames: it is laid out at 120 quarters a minute.');
  if (format === 2) remarks.push('Its tracks are patterns of their own; all of them begin together here.');
  const scale = PPQ / time.ticksPerQuarter;
  const tracks: SongTrack[] = [];
  const tempos: Stated['tempos'][number][] = [];
  const metres: Stated['metres'][number][] = [];
  let count = 0;
  let damaged = 0;
  let read = 0;
  while (file.left >= 8 && read < MAX_TRACKS) {
    const id = file.text(4);
    const length = file.uint32();
    const isCut = length > file.left;
    const end = file.at + Math.min(length, file.left);
    // A chunk of another kind is skipped, as the standard says.
    if (id === 'MTrk') {
      read += 1;
      const raw = readTrack(file, end, MAX_NOTES - count);
      if (raw.isFull)
        return fail('too-large', `${name} has more than ${MAX_NOTES.toLocaleString('en')} notes.`, {
          hint: 'Cut out the part that you want.',
        });
      if (raw.isDamaged || isCut) damaged += 1;
      count += raw.notes.length;
      for (const one of raw.metres) metres.push(one);
      for (const one of raw.tempos) tempos.push(one);
      tracks.push(...tracksOf(raw.notes, raw.name === '' ? `Track ${read}` : raw.name, scale));
    }
    file.skipTo(end);
  }
  if (damaged > 0) remarks.push(`It is damaged: ${damaged} of its tracks break off.`);
  if (read < stated) remarks.push(`It announces ${stated} tracks and has ${read}.`);
  return finish(name, { tracks, tempos, metres, remarks });
}

/** A track of format 0 holds all channels: each becomes a track. */
function tracksOf(notes: readonly RawNote[], name: string, scale: number): SongTrack[] {
  const byChannel = new Map<number, SongNote[]>();
  for (const { channel, startTick, lengthTick, pitchMidi, velocity } of notes) {
    const list = byChannel.get(channel) ?? [];
    if (list.length === 0) byChannel.set(channel, list);
    list.push({ startTick: startTick * scale, lengthTick: lengthTick * scale, pitchMidi, velocity });
  }
  return [...byChannel].map(([channel, list]) => ({
    name: byChannel.size === 1 ? name : `${name}, channel ${channel + 1}`,
    isDrums: channel === DRUM_CHANNEL,
    notes: list.sort(byStart),
  }));
}

/** What all tracks say of the time, in a file's own ticks. */
type Stated = Pick<RawTrack, 'tempos' | 'metres'>;

/** How often a value is followed by another one. */
const changes = (values: readonly unknown[]): number =>
  values.filter((value, i) => i > 0 && value !== values[i - 1]).length;

function finish(name: string, found: Pick<Song, 'tracks' | 'remarks'> & Stated): MidiResult<Song> {
  const { tracks, remarks } = found;
  if (tracks.length === 0)
    return fail('no-notes', `${name} has no note in it.`, {
      hint: remarks.join(' ') || 'Play or draw a melody instead.',
    });
  if (tracks.every(({ isDrums }) => isDrums))
    return fail('only-drums', `${name} has only drums.`, {
      hint: 'Give it a track with a melody: drums have no pitch.',
    });
  let endTick = 0;
  for (const { notes } of tracks)
    for (const { startTick, lengthTick } of notes) endTick = Math.max(endTick, startTick + lengthTick);
  if (endTick > MAX_TICK)
    return fail('too-long', `${name} is ${Math.ceil(endTick / PPQ / 4).toLocaleString('en')} bars long.`, {
      hint: 'At most 10,000 bars are read: cut out the part that you want.',
    });
  const tempos = found.tempos.toSorted((a, b) => a.tick - b.tick);
  const tempoBpm = tempos[0]?.bpm ?? DEFAULT_BPM;
  const metres = found.metres.toSorted((a, b) => a.tick - b.tick);
  return ok({
    tracks,
    tempoBpm,
    tempoChanges: changes(tempos.map(({ bpm }) => bpm)),
    metre: metres[0]?.metre ?? [4, 4],
    metreChanges: changes(metres.map(({ metre }) => metre.join('/'))),
    endTick,
    remarks,
  });
}
