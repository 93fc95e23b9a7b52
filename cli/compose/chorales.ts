import { existsSync, readFileSync } from 'node:fs';
import { emptyRoll, WINDOW_STEPS, type Roll, type RollShape } from '../../src/studios/compose/engine/roll.ts';
import { UsageError } from '../look/folders.ts';

/** A chorale: for each sixteenth S, A, T, B as MIDI pitches, −1 a rest. */
export type Chorale = readonly (readonly number[])[];

const LEAK_STEPS = 64;
const VOICES = 4;

const isChorale = (value: unknown): value is Chorale =>
  Array.isArray(value) &&
  value.every(
    (step) => Array.isArray(step) && step.length === VOICES && step.every((pitch) => Number.isInteger(pitch)),
  );

/**
 * Whether a soprano also is, transposed, in another set: the first 64 steps differ by one number, rests alike. The same rule
 * as `leaks` in models/ar-cnn/train/data.py.
 *
 * @param chorale whose soprano
 * @param others the other set
 */
export function leaks(chorale: Chorale, others: readonly Chorale[]): boolean {
  const soprano = (of: Chorale): number[] => of.slice(0, LEAK_STEPS).map(([pitch = -1]) => pitch);
  const ours = soprano(chorale);
  return others.some((other) => {
    const theirs = soprano(other);
    if (theirs.length !== ours.length || theirs.some((pitch, i) => pitch < 0 !== (ours[i] ?? -1) < 0))
      return false;
    const shifts = theirs.flatMap((pitch, i) => (pitch < 0 ? [] : [(ours[i] ?? 0) - pitch]));
    return new Set(shifts).size <= 1;
  });
}

/**
 * The test chorales whose soprano is not in the train split, from Jsb16thSeparated.json.
 *
 * @param path of the file
 * @throws UsageError when it is another file
 */
export function cleanTestChorales(path: string): Chorale[] {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  let splits: unknown;
  try {
    splits = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new UsageError(`${path} is not JSON`);
  }
  const read = (name: string): Chorale[] => {
    const split: unknown =
      typeof splits === 'object' && splits !== null ? Reflect.get(splits, name) : undefined;
    if (!Array.isArray(split) || !split.every(isChorale))
      throw new UsageError(`${path} is not Jsb16thSeparated.json: it has no ${name} chorales`);
    return split;
  };
  const train = read('train');
  return read('test').filter((chorale) => !leaks(chorale, train));
}

/**
 * The first 8 bars of some voices, merged.
 *
 * @param chorale all of it
 * @param voices which, 0 soprano … 3 bass
 * @param shape P and the lowest pitch
 * @param steps of the roll; silence behind the chorale's end
 */
export function rollOf(
  chorale: Chorale,
  voices: readonly number[],
  shape: Pick<RollShape, 'pitches' | 'pitchLowMidi'>,
  steps = WINDOW_STEPS,
): Roll {
  const roll = emptyRoll({ ...shape, steps });
  chorale.slice(0, steps).forEach((step, at) => {
    for (const voice of voices) {
      const row = (step[voice] ?? -1) - shape.pitchLowMidi;
      if (row >= 0 && row < shape.pitches) roll.cells[at * shape.pitches + row] = 1;
    }
  });
  return roll;
}
