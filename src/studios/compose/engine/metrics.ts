import { SATB_RANGES } from './constraints.ts';
import { chordAt, type Roll } from './roll.ts';
import { parallelsBetween } from './voice-leading.ts';
import { separateVoices, VOICE_COUNT } from './voices.ts';

/** Figures of a piece; `models/ar-cnn/card.md` has Bach's own beside them. */
export interface Metrics {
  /** Sounding cells ÷ sounding steps (those with a note). */
  readonly notesPerStep: number;
  /** Steps with four notes ÷ sounding steps. */
  readonly fourNotes: number;
  /** Pairs of notes of one step that are a second, a seventh or a tritone apart (interval class 1, 2 or 6) ÷ all pairs. */
  readonly dissonantPairs: number;
  /** Steps whose pitch classes are exactly a major, minor or diminished triad ÷ sounding steps. */
  readonly triads: number;
  /** Cells that sound in the step before too ÷ cells of all steps but the first. */
  readonly hold: number;
  /** Parallel fifths per 1,000 moves: of steps with as many notes as the one before, voices by rank; a move is one voice's. */
  readonly parallelFifths: number;
  /** Parallel octaves and unisons, likewise. */
  readonly parallelOctaves: number;
  /** Sung notes within the range of their voice ÷ sung notes, voices as `separateVoices` finds them. */
  readonly withinRanges: number;
  /** Steps in which a lower voice sings above a higher one, per 1,000 sounding steps. */
  readonly crossings: number;
}

/** Sums from which the figures of one piece, or of many together, come. */
interface Counts {
  steps: number;
  cells: number;
  fourNotes: number;
  pairs: number;
  dissonant: number;
  triads: number;
  later: number;
  held: number;
  moves: number;
  fifths: number;
  octaves: number;
  sung: number;
  within: number;
  crossed: number;
}

const OCTAVE = 12;
const DISSONANT_CLASSES = new Set([1, 2, 6]);
/** Major, minor, diminished, as semitones above the root. */
const TRIADS = [
  [0, 4, 7],
  [0, 3, 7],
  [0, 3, 6],
];

/** Every triad as a set of twelve bits. */
const TRIAD_SETS = new Set(
  TRIADS.flatMap((triad) =>
    Array.from({ length: OCTAVE }, (_, root) =>
      triad.reduce((bits, semitones) => bits | (1 << ((root + semitones) % OCTAVE)), 0),
    ),
  ),
);

const per = (part: number, whole: number, scale = 1): number => (whole === 0 ? 0 : (scale * part) / whole);

function countChord(counts: Counts, chord: readonly number[], pitchLowMidi: number): void {
  if (chord.length === 0) return;
  counts.steps += 1;
  counts.cells += chord.length;
  if (chord.length === VOICE_COUNT) counts.fourNotes += 1;
  let classes = 0;
  chord.forEach((row, i) => {
    classes |= 1 << ((pitchLowMidi + row) % OCTAVE);
    for (const lower of chord.slice(i + 1)) {
      const interval = (row - lower) % OCTAVE;
      counts.pairs += 1;
      if (DISSONANT_CLASSES.has(Math.min(interval, OCTAVE - interval))) counts.dissonant += 1;
    }
  });
  if (TRIAD_SETS.has(classes)) counts.triads += 1;
}

function countMove(counts: Counts, before: readonly number[], chord: readonly number[]): void {
  counts.later += chord.length;
  counts.held += chord.filter((row) => before.includes(row)).length;
  if (before.length !== chord.length) return;
  counts.moves += chord.filter((row, voice) => row !== before[voice]).length;
  const { fifths, octaves } = parallelsBetween(before, chord);
  counts.fifths += fifths;
  counts.octaves += octaves;
}

function countVoices(counts: Counts, roll: Roll): void {
  const { rows } = separateVoices(roll);
  for (let step = 0; step < roll.steps; step += 1) {
    let lowest = Infinity;
    let isCrossed = false;
    SATB_RANGES.forEach(({ lowMidi, highMidi }, voice) => {
      const row = rows[step * VOICE_COUNT + voice] ?? -1;
      if (row < 0) return;
      const midi = roll.pitchLowMidi + row;
      counts.sung += 1;
      if (midi >= lowMidi && midi <= highMidi) counts.within += 1;
      if (row > lowest) isCrossed = true;
      lowest = Math.min(lowest, row);
    });
    if (isCrossed) counts.crossed += 1;
  }
}

/**
 * The figures of pieces, all steps together.
 *
 * @param rolls [T, P] uint8 {0, 1} each
 * @returns the figures; 0 where there is nothing to count
 */
export function measureAll(rolls: readonly Roll[]): Metrics {
  const counts: Counts = {
    steps: 0,
    cells: 0,
    fourNotes: 0,
    pairs: 0,
    dissonant: 0,
    triads: 0,
    later: 0,
    held: 0,
    moves: 0,
    fifths: 0,
    octaves: 0,
    sung: 0,
    within: 0,
    crossed: 0,
  };
  for (const roll of rolls) {
    let before: readonly number[] | undefined;
    for (let step = 0; step < roll.steps; step += 1) {
      const chord = chordAt(roll, step);
      countChord(counts, chord, roll.pitchLowMidi);
      if (before !== undefined) countMove(counts, before, chord);
      before = chord;
    }
    countVoices(counts, roll);
  }
  return {
    notesPerStep: per(counts.cells, counts.steps),
    fourNotes: per(counts.fourNotes, counts.steps),
    dissonantPairs: per(counts.dissonant, counts.pairs),
    triads: per(counts.triads, counts.steps),
    hold: per(counts.held, counts.later),
    parallelFifths: per(counts.fifths, counts.moves, 1000),
    parallelOctaves: per(counts.octaves, counts.moves, 1000),
    withinRanges: per(counts.within, counts.sung),
    crossings: per(counts.crossed, counts.steps, 1000),
  };
}

/**
 * The figures of one piece.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @returns the figures
 */
export const measure = (roll: Roll): Metrics => measureAll([roll]);
