import { cellAt, chordAt, sliceRoll, type Roll } from './roll.ts';
import type { EditRule } from './sampler.ts';

const FIFTH = 7;
const OCTAVE = 12;

/** Parallels between two chords. */
export interface Parallels {
  readonly fifths: number;
  readonly octaves: number;
}

/**
 * Parallel perfect intervals between two chords of as many notes: the voices are taken by rank, and two voices that both
 * move from a fifth to a fifth or from an octave (or unison) to one, modulo the octave, are one parallel. Contrary motion
 * counts too: textbooks forbid it no less.
 *
 * @param before rows, highest first
 * @param after rows of the next step, highest first
 * @returns how many; none when the chords have not as many notes, since then no rank says who went where
 */
export function parallelsBetween(before: readonly number[], after: readonly number[]): Parallels {
  let fifths = 0;
  let octaves = 0;
  if (before.length !== after.length) return { fifths, octaves };
  for (let high = 0; high < before.length; high += 1) {
    const highMove = (after[high] ?? 0) - (before[high] ?? 0);
    if (highMove === 0) continue;
    for (let low = high + 1; low < before.length; low += 1) {
      const lowMove = (after[low] ?? 0) - (before[low] ?? 0);
      if (lowMove === 0) continue;
      const from = ((before[high] ?? 0) - (before[low] ?? 0)) % OCTAVE;
      const to = ((after[high] ?? 0) - (after[low] ?? 0)) % OCTAVE;
      if (from !== to) continue;
      if (from === FIFTH) fifths += 1;
      else if (from === 0) octaves += 1;
    }
  }
  return { fifths, octaves };
}

function faultsAround(roll: Roll, step: number): number {
  let faults = 0;
  for (const from of [step - 1, step]) {
    if (from < 0 || from + 1 >= roll.steps) continue;
    const { fifths, octaves } = parallelsBetween(chordAt(roll, from), chordAt(roll, from + 1));
    faults += fifths + octaves;
  }
  return faults;
}

/**
 * The veto on parallels: a flip that would make more parallel fifths or octaves than there are is refused. What the roll
 * had before the run may stay.
 *
 * @returns the rule
 */
export function vetoParallels(): EditRule {
  return {
    allows(roll, step, pitch) {
      const near = sliceRoll(roll, Math.max(0, step - 1), Math.min(step, 1) + 2);
      const at = Math.min(step, 1);
      const before = faultsAround(near, at);
      const cell = cellAt(near, at, pitch);
      near.cells[cell] = 1 - (near.cells[cell] ?? 0);
      return faultsAround(near, at) <= before;
    },
  };
}

/**
 * The veto on crossing: nothing is added above the highest note that a step had at the beginning, so that what was given
 * stays the top voice.
 *
 * @param given the roll as the run begins, [T, P]
 * @returns the rule
 */
export function vetoCrossing(given: Roll): EditRule {
  const tops = Array.from({ length: given.steps }, (_, step) => chordAt(given, step)[0] ?? Infinity);
  return {
    allows: (roll, step, pitch) =>
      roll.cells[cellAt(roll, step, pitch)] === 1 ||
      pitch < (tops[step] ?? Infinity) ||
      isGiven(given, step, pitch),
  };
}

const isGiven = (given: Roll, step: number, pitch: number): boolean =>
  given.cells[cellAt(given, step, pitch)] === 1;
