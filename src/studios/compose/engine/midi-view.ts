/** The part of a MIDI file that a person chose, as notes of a composition, and what became of the rest. */
import { findKey, type Key } from './key-finding.ts';
import {
  DEFAULT_BARS,
  MAX_BARS,
  MAX_TEMPO_BPM,
  MIN_TEMPO_BPM,
  PPQ,
  snapToGrid,
  TICKS_PER_STEP,
  type NewNote,
} from './score.ts';

/** What is needed of a file. */
export interface FileSong {
  readonly tracks: readonly FileTrack[];
  readonly tempoBpm: number;
  /** End of the last note, of 480 a quarter. */
  readonly endTick: number;
}

/** A track of a file. */
export interface FileTrack {
  readonly name: string;
  readonly isDrums: boolean;
  readonly notes: readonly Omit<NewNote, 'author'>[];
}

/** What a person chose. */
export interface FileChoice {
  /** Indices of `tracks`; drums are left out even if chosen. */
  readonly tracks: ReadonlySet<number>;
  /** First bar, 0 = the file's first. */
  readonly startBar: number;
  /** 1–64 */
  readonly bars: number;
}

/** The chosen part. */
export interface FileView {
  /** As they were played, from the window's beginning; never rounded. */
  readonly notes: readonly NewNote[];
  /** Where it was taken from, 0 = the file's first. */
  readonly startBar: number;
  readonly bars: number;
  /** Within what a score can have. */
  readonly tempoBpm: number;
  readonly key: Key | undefined;
  readonly leftOut: {
    readonly drums: number;
    /** In tracks that were not chosen. */
    readonly otherTracks: number;
    /** Before or behind the window. */
    readonly outsideWindow: number;
    /** They sound on over the window's end and are cut there. */
    readonly cut: number;
  };
  /** How far the grid of sixteenths moves the notes' beginnings: what the network sees. */
  readonly approximated: {
    /** Notes that begin off the grid by more than a tick. */
    readonly notes: number;
    /** Notes that it makes longer or shorter by more than a tick. */
    readonly lengths: number;
    /** Of all notes, also those on the grid. */
    readonly meanMs: number;
    readonly maxMs: number;
  };
}

const BAR_TICKS = PPQ * 4;

/**
 * Bars of a file.
 *
 * @param song any
 * @returns whole bars of 4/4, ≥ 1
 */
export const barsOfSong = ({ endTick }: Pick<FileSong, 'endTick'>): number =>
  Math.max(1, Math.ceil(endTick / BAR_TICKS));

/**
 * What to offer at first: every track with a pitch, from the bar of the first note, eight bars or the whole if it is shorter.
 *
 * @param song any
 * @returns a choice
 */
export function firstChoice(song: FileSong): FileChoice {
  const tracks = new Set(song.tracks.flatMap(({ isDrums }, i) => (isDrums ? [] : [i])));
  let first = song.endTick;
  for (const { notes, isDrums } of song.tracks)
    if (!isDrums) for (const { startTick } of notes) first = Math.min(first, startTick);
  const startBar = Math.min(Math.floor(first / BAR_TICKS), barsOfSong(song) - 1);
  return { tracks, startBar, bars: Math.min(DEFAULT_BARS, barsOfSong(song) - startBar) };
}

/**
 * Takes the chosen part out of a file.
 *
 * @param song the file
 * @param choice tracks and bars
 * @returns its notes and what was left out
 * @throws RangeError when the bars are none, too many, or before the first
 */
export function viewSong(song: FileSong, { tracks, startBar, bars }: FileChoice): FileView {
  if (!Number.isSafeInteger(bars) || bars < 1 || bars > MAX_BARS)
    throw new RangeError(`bars: expected 1–${MAX_BARS}, found ${bars}`);
  if (!Number.isSafeInteger(startBar) || startBar < 0)
    throw new RangeError(`startBar: expected ≥ 0, found ${startBar}`);
  const from = startBar * BAR_TICKS;
  const length = bars * BAR_TICKS;
  const leftOut = { drums: 0, otherTracks: 0, outsideWindow: 0, cut: 0 };
  const notes: NewNote[] = [];
  song.tracks.forEach((track, index) => {
    if (track.isDrums) leftOut.drums += track.notes.length;
    else if (!tracks.has(index)) leftOut.otherTracks += track.notes.length;
    else
      for (const note of track.notes) {
        const startTick = note.startTick - from;
        if (startTick < 0 || startTick >= length) {
          leftOut.outsideWindow += 1;
          continue;
        }
        const isCut = startTick + note.lengthTick > length;
        if (isCut) leftOut.cut += 1;
        const lengthTick = isCut ? length - startTick : note.lengthTick;
        notes.push({ ...note, startTick, lengthTick, author: 'person' });
      }
  });
  notes.sort((a, b) => a.startTick - b.startTick || a.pitchMidi - b.pitchMidi);
  const tempoBpm = Math.min(MAX_TEMPO_BPM, Math.max(MIN_TEMPO_BPM, song.tempoBpm));
  const msPerTick = 60_000 / tempoBpm / PPQ;
  const offTicks = notes.map((note) =>
    Math.abs(snapToGrid(note).startStep * TICKS_PER_STEP - note.startTick),
  );
  const sum = offTicks.reduce((total, off) => total + off, 0);
  const max = offTicks.reduce((most, off) => Math.max(most, off), 0);
  return {
    notes,
    startBar,
    bars,
    tempoBpm,
    key: findKey(notes),
    leftOut,
    approximated: {
      notes: offTicks.filter((off) => off > 1).length,
      lengths: notes.filter(
        (note) => Math.abs(snapToGrid(note).lengthSteps * TICKS_PER_STEP - note.lengthTick) > 1,
      ).length,
      meanMs: notes.length === 0 ? 0 : (sum / notes.length) * msPerTick,
      maxMs: max * msPerTick,
    },
  };
}
