import type { Rng } from '../../../kernel/rng.ts';
import { chordOf, classesOf, OCTAVE } from './chords.ts';
import { pitchesOf } from './metrics.ts';
import { STEPS_PER_QUARTER, type Roll } from './roll.ts';

/** How often each thing was counted. */
export type Histogram = ReadonlyMap<string, number>;

function count(histogram: Map<string, number>, key: string, times = 1): void {
  histogram.set(key, (histogram.get(key) ?? 0) + times);
}

/**
 * Chords on successive beats, where they differ: quality, semitones from root to root, quality; `other` for what is no triad
 * or seventh, from or to which no root moves.
 *
 * @param rolls [T, P] uint8 {0, 1} each, beginning on a beat
 * @returns how often each
 */
export function chordTransitions(rolls: readonly Roll[]): Histogram {
  const counts = new Map<string, number>();
  for (const roll of rolls) {
    const chords = pitchesOf(roll)
      .filter((_, step) => step % STEPS_PER_QUARTER === 0)
      .map((pitches) => chordOf(classesOf(pitches)));
    chords.forEach((after, i) => {
      if (i === 0) return;
      const before = chords[i - 1];
      if (before?.quality === after?.quality && before?.root === after?.root) return;
      const moved =
        before === undefined || after === undefined ? 0 : (after.root - before.root + OCTAVE) % OCTAVE;
      count(counts, `${before?.quality ?? 'other'} ${moved} ${after?.quality ?? 'other'}`);
    });
  }
  return counts;
}

/**
 * How often each pitch class sounds, in cells.
 *
 * @param rolls [T, P] uint8 {0, 1} each
 * @returns pitch class 0–11 → cells
 */
export function pitchClasses(rolls: readonly Roll[]): Histogram {
  const counts = new Map<string, number>();
  for (const roll of rolls)
    for (const pitches of pitchesOf(roll)) for (const pitch of pitches) count(counts, `${pitch % OCTAVE}`);
  return counts;
}

const totalOf = (histogram: Histogram): number =>
  [...histogram.values()].reduce((sum, each) => sum + each, 0);

/**
 * Jensen–Shannon distance: the root of the mean, over both, of the KL in bits from their average.
 *
 * @param one a histogram
 * @param other another
 * @returns [0, 1]
 * @see Endres and Schindelin 2003, https://doi.org/10.1109/TIT.2003.813506
 */
export function distance(one: Histogram, other: Histogram): number {
  const [total1, total2] = [totalOf(one) || 1, totalOf(other) || 1];
  let sum = 0;
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const p = (one.get(key) ?? 0) / total1;
    const q = (other.get(key) ?? 0) / total2;
    for (const share of [p, q]) if (share > 0) sum += (share * Math.log2((2 * share) / (p + q))) / 2;
  }
  return Math.sqrt(Math.max(0, sum));
}

/** How far pieces are from others. */
export interface Distances {
  readonly chords: number;
  readonly classes: number;
}

/**
 * Both distances between two sets of pieces.
 *
 * @param one rolls [T, P]
 * @param other rolls [T, P]
 * @returns distances, [0, 1] each
 */
export const distancesOf = (one: readonly Roll[], other: readonly Roll[]): Distances => ({
  chords: distance(chordTransitions(one), chordTransitions(other)),
  classes: distance(pitchClasses(one), pitchClasses(other)),
});

/**
 * The distances between two halves of a set, drawn many times: how far Bach is from Bach.
 *
 * @param rolls [T, P] each, at least two
 * @param rng random numbers
 * @param times how often
 * @returns the means
 */
export function halfDistances(rolls: readonly Roll[], rng: Rng, times = 100): Distances {
  let chords = 0;
  let classes = 0;
  for (let i = 0; i < times; i += 1) {
    const order = rolls
      .map((roll) => ({ roll, at: rng() }))
      .sort((a, b) => a.at - b.at)
      .map(({ roll }) => roll);
    const half = Math.ceil(order.length / 2);
    const between = distancesOf(order.slice(0, half), order.slice(half));
    chords += between.chords / times;
    classes += between.classes / times;
  }
  return { chords, classes };
}
