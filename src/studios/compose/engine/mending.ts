import { scaleOf, scaleRule } from './constraints.ts';
import { findKey } from './key-finding.ts';
import { cellAt, chordAt, type Roll } from './roll.ts';
import type { EditRule, LogitBias } from './sampler.ts';
import { TICKS_PER_STEP } from './score.ts';

/** A wrong note was meant to be one at most a whole tone away. */
const NEAR_ROWS = 2;
/** How much likelier a note outside the key goes, logits. */
const OUTSIDE_KEY = 4;

// The scale that a roll is in, pitch classes 0–11; undefined for silence.
function scaleOfRoll(roll: Roll): number[] | undefined {
  const notes = Array.from({ length: roll.steps }, (_, step) =>
    chordAt(roll, step).map((row) => ({
      startTick: step * TICKS_PER_STEP,
      lengthTick: TICKS_PER_STEP,
      pitchMidi: roll.pitchLowMidi + row,
    })),
  ).flat();
  const key = findKey(notes);
  return key && scaleOf(key.tonic, key.mode);
}

/** A note of the roll that lies outside the key. */
interface WrongNote {
  readonly row: number;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
}

// Notes in rows whose pitch class the scale lacks, as runs of cells.
function wrongNotesOf(roll: Roll, scale: readonly number[]): WrongNote[] {
  const notes: WrongNote[] = [];
  for (let row = 0; row < roll.pitches; row += 1) {
    if (scale.includes((roll.pitchLowMidi + row) % 12)) continue;
    for (let from = 0; from < roll.steps; from += 1) {
      if (roll.cells[cellAt(roll, from, row)] !== 1) continue;
      let to = from + 1;
      while (to < roll.steps && roll.cells[cellAt(roll, to, row)] === 1) to += 1;
      notes.push({ row, from, to });
      from = to;
    }
  }
  return notes;
}

/**
 * What lets a run mend instead of harmonise: only notes outside the key go, as a whole, and for each comes one note of the key in
 * its place, at most a whole tone away; which, the network says. What is in the key stays, so that a melody without a wrong
 * note stays as it is.
 *
 * @param given the roll as the run begins, [T, P]
 * @param scale pitch classes 0–11 to keep to; left out: those of the key that is found
 * @returns rules and a bias; in silence, which has no key, nothing may change
 */
export function mending(
  given: Roll,
  scale: readonly number[] | undefined = scaleOfRoll(given),
): { readonly rules: EditRule[]; readonly biases: LogitBias[] } {
  if (scale === undefined) return { rules: [{ allows: () => false }], biases: [] };
  const wrong = wrongNotesOf(given, scale);
  // By step: most cells are asked about only to be refused.
  const at: WrongNote[][] = Array.from({ length: given.steps }, () => []);
  for (const note of wrong) for (let step = note.from; step < note.to; step += 1) at[step]?.push(note);
  const isOn = (roll: Roll, step: number, row: number): boolean => roll.cells[cellAt(roll, step, row)] === 1;
  const isGiven = (step: number, row: number): boolean => isOn(given, step, row);
  // The row in which cells of a note were put already: all of its cells go there.
  const placeOf = (roll: Roll, { row, from, to }: WrongNote): number | undefined => {
    for (let step = from; step < to; step += 1) {
      if (isOn(roll, step, row)) continue;
      for (let other = row - NEAR_ROWS; other <= row + NEAR_ROWS; other += 1)
        if (other >= 0 && other < roll.pitches && isOn(roll, step, other) && !isGiven(step, other))
          return other;
    }
    return undefined;
  };
  const replaces: EditRule = {
    allows(roll, step, pitch) {
      const here = at[step] ?? [];
      if (here.length === 0) return false;
      if (isOn(roll, step, pitch)) return here.some(({ row }) => row === pitch);
      if (chordAt(roll, step).length >= chordAt(given, step).length) return false;
      return here.some((note) => {
        if (isOn(roll, step, note.row) || Math.abs(note.row - pitch) > NEAR_ROWS) return false;
        const place = placeOf(roll, note);
        // Where another note is in the way, the nearest that is free.
        return place === undefined || place === pitch || isGiven(step, place);
      });
    },
  };
  const outside: LogitBias = (roll, logits) => {
    for (const { row, from, to } of wrong)
      for (let step = from; step < to; step += 1) {
        const cell = cellAt(roll, step, row);
        if (roll.cells[cell] === 1) logits[cell] = (logits[cell] ?? 0) + OUTSIDE_KEY;
      }
  };
  return { rules: [scaleRule(scale, given.pitchLowMidi), replaces], biases: [outside] };
}
