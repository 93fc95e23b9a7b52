import { chordOf, classesOf, isTriad, OCTAVE } from './chords.ts';
import { SATB_RANGES } from './constraints.ts';
import { chordAt, STEPS_PER_QUARTER, WINDOW_STEPS, type Roll } from './roll.ts';
import { parallelsBetween } from './voice-leading.ts';

const VOICES = 4;
const PAIRS_OF_VOICES = 6;
/** Seconds, tritone, sevenths, modulo the octave. */
const DISSONANT = new Set([1, 2, 6, 10, 11]);

/**
 * Figures of pieces, all voices merged, by the formulas of `models/ar-cnn/train/metrics.py`, which are the same: x is the
 * roll, n_t the notes of step t, p_t(1) > p_t(2) > … its pitches. Sums run over all pieces before the division; a fraction
 * without anything below the line is 0.
 */
export interface Metrics {
  /** Sum of n_t ÷ steps. */
  readonly notesPerStep: number;
  /** Steps with n_t = 4 ÷ steps. */
  readonly fourNotes: number;
  /** Pairs of one step that are a second, seventh or tritone apart, modulo the octave ÷ pairs. */
  readonly dissonant: number;
  /** Steps whose pitch classes are exactly a major, minor, diminished or augmented triad ÷ steps. */
  readonly triads: number;
  /** Cells on at t and t − 1 ÷ cells on at t, t from 1. */
  readonly hold: number;
  /** Onsets at t (on at t, off at t − 1) that were on at t − 2 ÷ onsets, t from 2. */
  readonly repeated: number;
  /** Notes of four-note steps within the range of their voice, voices by order ÷ such notes. */
  readonly inRange: number;
  /**
   * Parallel fifths per 1,000 moves: from a four-note step to the next, at least one note moving, each of the six pairs of
   * voices (by order) makes a move; a parallel one if both move, from a fifth to a fifth modulo the octave.
   */
  readonly fifths: number;
  /** Parallel octaves and unisons, likewise. */
  readonly octaves: number;
  /** Both. */
  readonly parallels: number;
  /**
   * Authentic cadences for every 128 steps: a chord within the dominant seventh of r, with its root and third, then at once a
   * major or minor triad with r in the bass that stays for a beat or longer.
   */
  readonly cadences: number;
}

class Sums {
  steps = 0;
  cells = 0;
  four = 0;
  pairs = 0;
  dissonant = 0;
  triads = 0;
  later = 0;
  held = 0;
  onsets = 0;
  repeated = 0;
  inside = 0;
  moves = 0;
  fifths = 0;
  octaves = 0;
  cadences = 0;
}

const per = (part: number, whole: number, scale = 1): number => (whole === 0 ? 0 : (scale * part) / whole);

function countChord(sums: Sums, chord: readonly number[]): void {
  sums.steps += 1;
  sums.cells += chord.length;
  if (isTriad(classesOf(chord))) sums.triads += 1;
  chord.forEach((high, i) => {
    for (const low of chord.slice(i + 1)) {
      sums.pairs += 1;
      if (DISSONANT.has((high - low) % OCTAVE)) sums.dissonant += 1;
    }
  });
  if (chord.length !== VOICES) return;
  sums.four += 1;
  sums.inside += chord.filter((pitch, voice) => {
    const { lowMidi, highMidi } = SATB_RANGES[voice] ?? { lowMidi: 0, highMidi: -1 };
    return pitch >= lowMidi && pitch <= highMidi;
  }).length;
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((pitch, i) => pitch === b[i]);

function countMove(sums: Sums, before: readonly number[], chord: readonly number[]): void {
  sums.later += chord.length;
  sums.held += chord.filter((pitch) => before.includes(pitch)).length;
  if (before.length !== VOICES || chord.length !== VOICES || isSame(before, chord)) return;
  sums.moves += PAIRS_OF_VOICES;
  const { fifths, octaves } = parallelsBetween(before, chord);
  sums.fifths += fifths;
  sums.octaves += octaves;
}

function countOnsets(
  sums: Sums,
  [first, second, third]: readonly [readonly number[], readonly number[], readonly number[]],
): void {
  for (const pitch of third) {
    if (second.includes(pitch)) continue;
    sums.onsets += 1;
    if (first.includes(pitch)) sums.repeated += 1;
  }
}

// Whether `before` → `after` is an authentic cadence, given that `after` stays.
function isCadence(before: readonly number[], after: readonly number[]): boolean {
  const chord = chordOf(classesOf(after));
  if (chord === undefined || (chord.quality !== 'major' && chord.quality !== 'minor')) return false;
  const { root } = chord;
  if ((after.at(-1) ?? -1) % OCTAVE !== root) return false;
  const above = (semitones: number): number => 1 << ((root + semitones) % OCTAVE);
  const needed = above(7) | above(11);
  const heard = classesOf(before);
  return (heard & needed) === needed && (heard & ~(needed | above(2) | above(5))) === 0;
}

function countCadences(sums: Sums, chords: readonly (readonly number[])[]): void {
  let begun = 0;
  let before: readonly number[] | undefined;
  for (let step = 1; step <= chords.length; step += 1) {
    const chord = chords[begun] ?? [];
    if (step < chords.length && isSame(chords[step] ?? [], chord)) continue;
    if (before !== undefined && step - begun >= STEPS_PER_QUARTER && isCadence(before, chord))
      sums.cadences += 1;
    before = chord;
    begun = step;
  }
}

/**
 * The pitches of each step.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @returns T lists of MIDI pitches, highest first
 */
export const pitchesOf = (roll: Roll): number[][] =>
  Array.from({ length: roll.steps }, (_, step) => chordAt(roll, step).map((row) => roll.pitchLowMidi + row));

/**
 * The figures of pieces, all together.
 *
 * @param rolls [T, P] uint8 {0, 1} each
 * @returns the figures
 */
export function measure(rolls: readonly Roll[]): Metrics {
  const sums = new Sums();
  for (const roll of rolls) {
    const chords = pitchesOf(roll);
    chords.forEach((chord, step) => {
      countChord(sums, chord);
      const before = chords[step - 1];
      const first = chords[step - 2];
      if (before !== undefined) countMove(sums, before, chord);
      if (before !== undefined && first !== undefined) countOnsets(sums, [first, before, chord]);
    });
    countCadences(sums, chords);
  }
  return {
    notesPerStep: per(sums.cells, sums.steps),
    fourNotes: per(sums.four, sums.steps),
    dissonant: per(sums.dissonant, sums.pairs),
    triads: per(sums.triads, sums.steps),
    hold: per(sums.held, sums.later),
    repeated: per(sums.repeated, sums.onsets),
    inRange: per(sums.inside, VOICES * sums.four),
    fifths: per(sums.fifths, sums.moves, 1000),
    octaves: per(sums.octaves, sums.moves, 1000),
    parallels: per(sums.fifths + sums.octaves, sums.moves, 1000),
    cadences: per(sums.cadences, sums.steps, WINDOW_STEPS),
  };
}
