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

/**
 * What lets a run mend instead of harmonise: no step gets more notes than it had, what comes is at most a whole tone from what
 * went, and in the key; what lies outside the key goes more easily.
 *
 * @param given the roll as the run begins, [T, P]
 * @param scale pitch classes 0–11 to keep to; left out: those of the key that is found
 * @returns rules and a bias
 */
export function mending(
  given: Roll,
  scale: readonly number[] | undefined = scaleOfRoll(given),
): { readonly rules: EditRule[]; readonly biases: LogitBias[] } {
  const chords = Array.from({ length: given.steps }, (_, step) => chordAt(given, step));
  const replaces: EditRule = {
    allows(roll, step, pitch) {
      if (roll.cells[cellAt(roll, step, pitch)] === 1) return true;
      const chord = chords[step] ?? [];
      return (
        chordAt(roll, step).length < chord.length &&
        chord.some((row) => Math.abs(row - pitch) <= NEAR_ROWS && roll.cells[cellAt(roll, step, row)] === 0)
      );
    },
  };
  if (scale === undefined) return { rules: [replaces], biases: [] };
  const outside: LogitBias = (roll, logits) => {
    chords.forEach((chord, step) => {
      for (const row of chord) {
        const cell = cellAt(roll, step, row);
        if (roll.cells[cell] === 1 && !scale.includes((roll.pitchLowMidi + row) % 12))
          logits[cell] = (logits[cell] ?? 0) + OUTSIDE_KEY;
      }
    });
  };
  return { rules: [scaleRule(scale, given.pitchLowMidi), replaces], biases: [outside] };
}
