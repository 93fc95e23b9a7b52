import { cellAt, chordAt, type Roll, type RollShape } from './roll.ts';
import type { EditRule, LogitBias } from './sampler.ts';
import type { GridNote } from './score.ts';

/** Lowest and highest note, MIDI, both allowed. */
export interface VoiceRange {
  readonly lowMidi: number;
  readonly highMidi: number;
}

/** What the voices of Bach's chorales sing, soprano to bass: the lowest and highest notes of the train split. */
export const SATB_RANGES: readonly VoiceRange[] = [
  { lowMidi: 60, highMidi: 81 },
  { lowMidi: 52, highMidi: 74 },
  { lowMidi: 46, highMidi: 69 },
  { lowMidi: 36, highMidi: 66 },
];

const OCTAVE = 12;

/**
 * Only notes of a scale are added; what is there already may stay or go.
 *
 * @param pitchClasses allowed ones, 0 = C … 11 = B
 * @param pitchLowMidi MIDI number of row 0
 * @returns the rule
 * @throws RangeError when there is none, or one is no pitch class
 */
export function scaleRule(pitchClasses: readonly number[], pitchLowMidi: number): EditRule {
  const allowed = new Set(pitchClasses);
  if (allowed.size === 0 || pitchClasses.some((c) => !Number.isInteger(c) || c < 0 || c >= OCTAVE))
    throw new RangeError(`scale: expected pitch classes 0–11, found ${JSON.stringify(pitchClasses)}`);
  return {
    allows: (roll, step, pitch) =>
      roll.cells[cellAt(roll, step, pitch)] === 1 || allowed.has((pitchLowMidi + pitch) % OCTAVE),
  };
}

/**
 * The pitch classes of a major scale or of a minor one (natural, with the raised sixth and seventh that Bach uses).
 *
 * @param tonic pitch class 0–11
 * @param mode of the scale
 * @returns pitch classes, ascending from the tonic
 */
export function scaleOf(tonic: number, mode: 'major' | 'minor'): number[] {
  const steps = mode === 'major' ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 9, 10, 11];
  return steps.map((step) => (tonic + step) % OCTAVE);
}

/**
 * Never more notes at once than there are voices.
 *
 * @param most notes that may sound in one step; a step that has more already gets none
 * @returns the rule
 */
export function maxNotesRule(most: number): EditRule {
  return {
    allows: (roll, step, pitch) =>
      roll.cells[cellAt(roll, step, pitch)] === 1 || chordAt(roll, step).length < most,
  };
}

/**
 * Whether notes can be shared out among voices in their order, each within its voice's range, no voice twice.
 *
 * @param pitchesMidi highest first
 * @param ranges of the voices, highest first
 * @returns whether there is such a sharing
 */
export function fitsRanges(pitchesMidi: readonly number[], ranges: readonly VoiceRange[]): boolean {
  // The highest voice that can take a note leaves the most voices for the rest.
  let voice = 0;
  for (const pitch of pitchesMidi) {
    for (; ; voice += 1) {
      const range = ranges[voice];
      if (range === undefined) return false;
      if (pitch >= range.lowMidi && pitch <= range.highMidi) break;
    }
    voice += 1;
  }
  return true;
}

/**
 * A note is added only where the notes of its step still fit the voices' ranges. A step that does not fit as it is (what was
 * given may not) takes any note that is in some voice's range.
 *
 * @param ranges highest voice first
 * @returns the rule
 */
export function rangesRule(ranges: readonly VoiceRange[]): EditRule {
  return {
    allows(roll, step, pitch) {
      if (roll.cells[cellAt(roll, step, pitch)] === 1) return true;
      const midi = (row: number): number => roll.pitchLowMidi + row;
      if (!ranges.some(({ lowMidi, highMidi }) => midi(pitch) >= lowMidi && midi(pitch) <= highMidi))
        return false;
      const chord = chordAt(roll, step);
      if (!fitsRanges(chord.map(midi), ranges)) return true;
      return fitsRanges([...chord, pitch].sort((a, b) => b - a).map(midi), ranges);
    },
  };
}

/**
 * Draws the number of notes a step toward a target: adding gets likelier by `strength` nats for each note that is missing
 * and unlikelier for each one too many, removing the other way round.
 *
 * @param notesPerStep target, ≥ 0
 * @param strength nats a note, ≥ 0
 * @returns the bias
 */
export function densityBias(notesPerStep: number, strength: number): LogitBias {
  return (roll, logits) => {
    for (let step = 0; step < roll.steps; step += 1) {
      const begin = cellAt(roll, step, 0);
      const row = roll.cells.subarray(begin, begin + roll.pitches);
      let on = 0;
      for (const cell of row) on += cell;
      const push = strength * (notesPerStep - on);
      row.forEach((cell, pitch) => {
        logits[begin + pitch] = (logits[begin + pitch] ?? 0) + (cell === 1 ? -push : push);
      });
    }
  };
}

/** A rectangle of the roll. */
export interface Region {
  readonly startStep: number;
  /** Exclusive. */
  readonly endStep: number;
  readonly lowMidi: number;
  /** Inclusive. */
  readonly highMidi: number;
}

/**
 * Sets every cell of a region in a mask; the parts of the region outside the roll are nothing.
 *
 * @param mask [T, P] uint8, changed in place
 * @param shape of the roll
 * @param region which cells
 * @param value 1 locks, 0 frees
 */
export function markRegion(mask: Uint8Array, shape: RollShape, region: Region, value: 0 | 1): void {
  const low = Math.max(0, region.lowMidi - shape.pitchLowMidi);
  const high = Math.min(shape.pitches - 1, region.highMidi - shape.pitchLowMidi);
  const end = Math.min(shape.steps, region.endStep);
  if (high < low) return;
  for (let step = Math.max(0, region.startStep); step < end; step += 1)
    mask.fill(value, cellAt(shape, step, low), cellAt(shape, step, high) + 1);
}

/**
 * Sets the cells of notes in a mask; what lies outside the roll is nothing.
 *
 * @param mask [T, P] uint8, changed in place
 * @param shape of the roll
 * @param notes on the grid
 * @param value 1 locks, 0 frees
 */
export function markNotes(
  mask: Uint8Array,
  shape: RollShape,
  notes: readonly GridNote[],
  value: 0 | 1,
): void {
  for (const { startStep, lengthSteps, pitchMidi } of notes)
    markRegion(
      mask,
      shape,
      { startStep, endStep: startStep + lengthSteps, lowMidi: pitchMidi, highMidi: pitchMidi },
      value,
    );
}

// Whether every cell of a note is locked, and on both sides of it something is free: a lock of the note, not of a place.
function isLockOfNote(locked: Uint8Array, shape: RollShape, note: GridNote): boolean {
  const row = note.pitchMidi - shape.pitchLowMidi;
  if (row < 0 || row >= shape.pitches || note.startStep >= shape.steps) return false;
  const steps = Math.min(note.lengthSteps, shape.steps - note.startStep);
  const count = (at: number): number =>
    at < 0 || at >= shape.pitches
      ? 0
      : Array.from({ length: steps }, (_, i) => locked[cellAt(shape, note.startStep + i, at)] ?? 0).filter(
          (cell) => cell === 1,
        ).length;
  return count(row) === steps && count(row - 1) < steps && count(row + 1) < steps;
}

/**
 * Locks after notes were moved: a note that was locked by itself, or with its voice, takes its lock along; a locked stretch of
 * the roll stays where it is.
 *
 * @param locked [T, P] uint8, not changed
 * @param shape of the roll
 * @param before every note as it was
 * @param after the same notes, in the same order, as they are now
 * @returns [T, P]; `locked` itself when no lock has moved
 */
export function moveLocks(
  locked: Uint8Array<ArrayBuffer>,
  shape: RollShape,
  before: readonly GridNote[],
  after: readonly GridNote[],
): Uint8Array<ArrayBuffer> {
  const own = before.flatMap((was, at) => {
    const now = after[at];
    return now !== undefined && isLockOfNote(locked, shape, was) ? [{ was, now }] : [];
  });
  const moved = own.filter(
    ({ was, now }) =>
      was.startStep !== now.startStep ||
      was.lengthSteps !== now.lengthSteps ||
      was.pitchMidi !== now.pitchMidi,
  );
  if (moved.length === 0) return locked;
  const mask = locked.slice();
  markNotes(
    mask,
    shape,
    moved.map(({ was }) => was),
    0,
  );
  // What stays may have shared cells with what went.
  markNotes(
    mask,
    shape,
    own.map(({ now }) => now),
    1,
  );
  return mask;
}

/**
 * The lock that keeps what is there: every cell that is on.
 *
 * @param roll [T, P]
 * @returns mask [T, P] uint8, 1 = locked
 */
export const lockOfNotes = (roll: Roll): Uint8Array<ArrayBuffer> => roll.cells.slice();

/**
 * Locks of a roll that becomes longer or shorter: those of the steps that stay, stay.
 *
 * @param locked [T, P] uint8, or none
 * @param pitches P
 * @param steps of the new roll
 * @returns [steps, P], undefined when nothing is locked
 */
export function resizeLocks(
  locked: Uint8Array | undefined,
  pitches: number,
  steps: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (locked === undefined) return undefined;
  const resized = new Uint8Array(steps * pitches);
  resized.set(locked.subarray(0, resized.length));
  return resized.includes(1) ? resized : undefined;
}
