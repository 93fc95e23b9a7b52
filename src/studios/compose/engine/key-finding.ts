import { scaleOf } from './constraints.ts';

/**
 * The key of a piece by the method of Krumhansl and Schmuckler with Temperley's profiles: how often each pitch class stands in a
 * key. Those of Krumhansl and Kessler took three of our thirteen sample melodies for their third's or fifth's key.
 */

/** A key. */
export interface Key {
  /** Pitch class of the tonic, 0 = C … 11 = B. */
  readonly tonic: number;
  readonly mode: 'major' | 'minor';
  /** Sharps of its signature, flats negative; −6 to 6. */
  readonly fifths: number;
  /** Correlation with the profile, [−1, 1]; ties and poor fits are low. */
  readonly fit: number;
}

/** Temperley, Music and Probability (2007), of the Kostka-Payne corpus; from the tonic up by semitones. */
const PROFILES = {
  major: [0.748, 0.06, 0.488, 0.082, 0.67, 0.46, 0.096, 0.715, 0.104, 0.366, 0.057, 0.4],
  minor: [0.712, 0.084, 0.474, 0.618, 0.049, 0.46, 0.105, 0.747, 0.404, 0.067, 0.133, 0.33],
} as const;
const MODES = ['major', 'minor'] as const;

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(xs);
  const meanY = mean(ys);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  xs.forEach((x, i) => {
    const dy = (ys[i] ?? 0) - meanY;
    xy += (x - meanX) * dy;
    xx += (x - meanX) ** 2;
    yy += dy ** 2;
  });
  return xx * yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/**
 * Sharps of a key's signature.
 *
 * @param tonic pitch class 0–11
 * @param mode of the key
 * @returns −5 to 6, flats negative
 */
function fifthsOf(tonic: number, mode: Key['mode']): number {
  const major = mode === 'major' ? tonic : (tonic + 3) % 12;
  const sharps = (major * 7) % 12;
  return sharps > 6 ? sharps - 12 : sharps;
}

const LEAST_PITCH_CLASSES = 3;

/**
 * The likeliest key of some notes.
 *
 * @param notes any; each counts by its length
 * @returns the key, or undefined with fewer than three different pitch classes
 * @see Krumhansl, Cognitive Foundations of Musical Pitch (1990), ch. 4
 */
export function findKey(
  notes: readonly { readonly pitchMidi: number; readonly lengthTick: number }[],
): Key | undefined {
  // One or two notes are in many keys.
  if (new Set(notes.map(({ pitchMidi }) => pitchMidi % 12)).size < LEAST_PITCH_CLASSES) return undefined;
  const weights = new Array<number>(12).fill(0);
  for (const { pitchMidi, lengthTick } of notes) {
    const pitchClass = pitchMidi % 12;
    weights[pitchClass] = (weights[pitchClass] ?? 0) + lengthTick;
  }
  let best: Key | undefined;
  for (const mode of MODES)
    for (let tonic = 0; tonic < 12; tonic += 1) {
      const fit = correlation(PROFILES[mode], [...weights.slice(tonic), ...weights.slice(0, tonic)]);
      if (best === undefined || fit > best.fit) best = { tonic, mode, fifths: fifthsOf(tonic, mode), fit };
    }
  return best;
}

const SHARP_NAMES = ['C', 'G', 'D', 'A', 'E', 'B', 'F♯', 'C♯', 'G♯', 'D♯', 'A♯'];
const FLAT_NAMES = ['C', 'F', 'B♭', 'E♭', 'A♭', 'D♭'];

/**
 * A key's name.
 *
 * @param key any
 * @returns e.g. `G major`, `E♭ minor`
 */
export function nameOfKey({ fifths, mode }: Pick<Key, 'fifths' | 'mode'>): string {
  // The tonic of a minor key stands three fifths above its major's.
  const place = mode === 'major' ? fifths : fifths + 3;
  const name = place < 0 ? FLAT_NAMES[-place] : SHARP_NAMES[place];
  return `${name ?? '?'} ${mode}`;
}

/**
 * The key whose scale some pitch classes are.
 *
 * @param scale pitch classes, as `scaleOf` gives them, in any order
 * @returns the key; undefined when they are the scale of none
 */
export function keyOfScale(scale: readonly number[]): Omit<Key, 'fit'> | undefined {
  const isSame = (other: readonly number[]): boolean =>
    other.length === scale.length && other.every((pitch) => scale.includes(pitch));
  for (const mode of MODES)
    for (let tonic = 0; tonic < 12; tonic += 1)
      if (isSame(scaleOf(tonic, mode))) return { tonic, mode, fifths: fifthsOf(tonic, mode) };
  return undefined;
}
