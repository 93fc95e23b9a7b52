/**
 * A composition as data: what a person played and drew, and what the network added, in the time in which it was played.
 * The roll that the network sees is a view of it (`scoreToRoll`).
 */
import { notesToRoll, STEPS_PER_BAR, STEPS_PER_QUARTER, type RolledNotes, type RollShape } from './roll.ts';

/** Ticks a quarter; divisible by the grid, by triplets and by most MIDI files' own. */
export const PPQ = 480;
/** Ticks a step of the grid, a sixteenth. */
export const TICKS_PER_STEP = PPQ / STEPS_PER_QUARTER;
/** As many as the network sees at once. */
export const DEFAULT_BARS = 8;
export const MAX_BARS = 64;
/** Quarters a minute. */
export const MIN_TEMPO_BPM = 20;
/** Quarters a minute. */
export const MAX_TEMPO_BPM = 300;

/** Who made a note. */
export type Author = 'person' | 'network';

/** A note as it was played: never rounded; the grid is a view. */
export interface ScoreNote {
  /** Unique in its score, > 0, never used again. */
  readonly id: number;
  /** ≥ 0, need not be whole. */
  readonly startTick: number;
  /** > 0 */
  readonly lengthTick: number;
  /** 0–127 */
  readonly pitchMidi: number;
  /** 1–127 */
  readonly velocity: number;
  readonly author: Author;
}

/** The notes of a composition and the time they stand in. */
export interface Score {
  /** By start, then pitch, then id. */
  readonly notes: readonly ScoreNote[];
  /** Whole bars of 4/4, 1–64; what the network works on. */
  readonly bars: number;
  /** Quarters a minute, `MIN_TEMPO_BPM`–`MAX_TEMPO_BPM`. */
  readonly tempoBpm: number;
  /** How far the grid draws the notes, [0, 1]: 0 as played, 1 on the sixteenth. */
  readonly quantizeStrength: number;
}

/** A melody's notes without an id, as a file, a recording or a sample gives them. */
export type NewNote = Omit<ScoreNote, 'id'>;

const byTime = (a: ScoreNote, b: ScoreNote): number =>
  a.startTick - b.startTick || a.pitchMidi - b.pitchMidi || a.id - b.id;

/**
 * Orders notes as a score keeps them.
 *
 * @param notes in any order; not changed
 * @returns a list by start, then pitch, then id
 */
export const sortNotes = (notes: readonly ScoreNote[]): ScoreNote[] => notes.toSorted(byTime);

/**
 * Where the grid puts a note.
 *
 * @param note as played
 * @returns its place in sixteenths: start ≥ 0, length ≥ 1
 */
export function snapToGrid(note: Pick<ScoreNote, 'startTick' | 'lengthTick'>): {
  readonly startStep: number;
  readonly lengthSteps: number;
} {
  const startStep = Math.round(note.startTick / TICKS_PER_STEP);
  const endStep = Math.round((note.startTick + note.lengthTick) / TICKS_PER_STEP);
  return { startStep, lengthSteps: Math.max(1, endStep - startStep) };
}

/** Where a note stands on the grid, sixteenths. */
export interface GridNote {
  readonly startStep: number;
  readonly lengthSteps: number;
  readonly pitchMidi: number;
}

/**
 * A note on the grid.
 *
 * @param note as played
 * @returns its place and pitch
 */
export const onGrid = (note: Pick<ScoreNote, 'startTick' | 'lengthTick' | 'pitchMidi'>): GridNote => ({
  ...snapToGrid(note),
  pitchMidi: note.pitchMidi,
});

/**
 * A note as it is shown and heard: drawn towards the grid by the score's strength.
 *
 * @param note as played
 * @param strength [0, 1]
 * @returns start and length, ticks
 */
export function quantized(
  note: Pick<ScoreNote, 'startTick' | 'lengthTick'>,
  strength: number,
): { readonly startTick: number; readonly lengthTick: number } {
  const { startStep, lengthSteps } = snapToGrid(note);
  const mix = (played: number, onGrid: number): number => played + strength * (onGrid - played);
  return {
    startTick: mix(note.startTick, startStep * TICKS_PER_STEP),
    lengthTick: mix(note.lengthTick, lengthSteps * TICKS_PER_STEP),
  };
}

/**
 * Steps of a score: its whole bars.
 *
 * @param score any
 * @returns sixteenths
 */
export const stepsOf = (score: Pick<Score, 'bars'>): number => score.bars * STEPS_PER_BAR;

/**
 * The roll that the network sees.
 *
 * @param score any; what lies behind its last bar is left out, a note that reaches over it is cut
 * @param range rows of the roll, of the network's manifest
 * @returns roll [bars · 16, P], onsets, and the notes outside its pitches
 */
export function scoreToRoll(score: Score, range: Omit<RollShape, 'steps'>): RolledNotes {
  const steps = stepsOf(score);
  const notes = score.notes.flatMap((note) => {
    const { startStep, lengthSteps } = snapToGrid(note);
    if (startStep >= steps) return [];
    return { startStep, lengthSteps: Math.min(lengthSteps, steps - startStep), pitchMidi: note.pitchMidi };
  });
  return notesToRoll(notes, { ...range, steps });
}

/**
 * Takes out of notes what lies in some steps; what lies before and behind them stays as it was played.
 *
 * @param score any; not changed
 * @param ids of the notes
 * @param startStep first step that becomes free
 * @param endStep exclusive
 * @param nextId for the second part of a note that is cut in two; the following ones count on
 * @returns a score; the first part of a note keeps its id
 */
export function cutNotes(
  score: Score,
  ids: ReadonlySet<number>,
  startStep: number,
  endStep: number,
  nextId: number,
): Score {
  let id = nextId;
  const notes = score.notes.flatMap((note) => {
    if (!ids.has(note.id)) return note;
    const place = snapToGrid(note);
    const parts: ScoreNote[] = [];
    if (place.startStep < startStep)
      parts.push({ ...note, lengthTick: Math.max(1, startStep * TICKS_PER_STEP - note.startTick) });
    if (place.startStep + place.lengthSteps > endStep) {
      const startTick = endStep * TICKS_PER_STEP;
      const lengthTick = Math.max(1, note.startTick + note.lengthTick - startTick);
      parts.push({ ...note, id: parts.length === 0 ? note.id : id++, startTick, lengthTick });
    }
    return parts;
  });
  return { ...score, notes: sortNotes(notes) };
}

/**
 * Whether two scores are the same music: notes, tempo, length and grid; ids do not count.
 *
 * @param a one
 * @param b the other
 * @returns true when nobody could tell them apart
 */
export function isSameMusic(a: Score, b: Score): boolean {
  if (a === b) return true;
  if (
    a.notes.length !== b.notes.length ||
    a.bars !== b.bars ||
    a.tempoBpm !== b.tempoBpm ||
    a.quantizeStrength !== b.quantizeStrength
  )
    return false;
  return a.notes.every((note, at) => {
    const other = b.notes[at];
    return (
      other?.startTick === note.startTick &&
      other.lengthTick === note.lengthTick &&
      other.pitchMidi === note.pitchMidi &&
      other.velocity === note.velocity &&
      other.author === note.author
    );
  });
}
