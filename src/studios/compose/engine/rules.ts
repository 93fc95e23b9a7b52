import { densityBias, maxNotesRule, rangesRule, scaleRule, type VoiceRange } from './constraints.ts';
import { mending } from './mending.ts';
import type { Roll } from './roll.ts';
import type { EditRule, LogitBias } from './sampler.ts';
import { vetoCrossing, vetoParallels } from './voice-leading.ts';

/** What a run has to keep to, as plain data: kept with a composition and sent to the worker. */
export interface Constraints {
  /** No parallel fifths or octaves, nothing above the given top voice. */
  readonly voiceLeading?: boolean;
  /** Allowed pitch classes of added notes, 0–11. */
  readonly scale?: readonly number[];
  /** Of the voices, highest first. */
  readonly ranges?: readonly VoiceRange[];
  readonly maxNotesPerStep?: number;
  /** Wrong notes are replaced, none is added beside them; in the scale, or in the key that is found. */
  readonly mends?: boolean;
  readonly density?: { readonly notesPerStep: number; readonly strength: number };
}

/**
 * The rules and biases of a run.
 *
 * @param constraints what is asked for
 * @param given the roll as the run begins, [T, P]
 * @returns rules, the cheap ones first, and biases
 */
export function rulesOf(
  constraints: Constraints,
  given: Roll,
): { readonly rules: EditRule[]; readonly biases: LogitBias[] } {
  const { voiceLeading, scale, ranges, maxNotesPerStep, mends, density } = constraints;
  const rules: EditRule[] = [];
  if (scale !== undefined) rules.push(scaleRule(scale, given.pitchLowMidi));
  if (voiceLeading === true) rules.push(vetoCrossing(given));
  if (maxNotesPerStep !== undefined) rules.push(maxNotesRule(maxNotesPerStep));
  if (ranges !== undefined) rules.push(rangesRule(ranges));
  if (voiceLeading === true) rules.push(vetoParallels());
  const biases = density === undefined ? [] : [densityBias(density.notesPerStep, density.strength)];
  if (mends !== true) return { rules, biases };
  const mend = mending(given, scale);
  return { rules: [...mend.rules, ...rules], biases: [...biases, ...mend.biases] };
}
