/** Chords that have a name, as semitones above the root. */
const QUALITIES = {
  major: [0, 4, 7],
  minor: [0, 3, 7],
  diminished: [0, 3, 6],
  augmented: [0, 4, 8],
  dominant: [0, 4, 7, 10],
  minor7: [0, 3, 7, 10],
  half: [0, 3, 6, 10],
  major7: [0, 4, 7, 11],
} as const;

export type Quality = keyof typeof QUALITIES;

/** A chord by its name. */
export interface Chord {
  readonly quality: Quality;
  /** Pitch class of the root; of the augmented triad's three the lowest. */
  readonly root: number;
}

export const OCTAVE = 12;
const TRIADS: ReadonlySet<Quality> = new Set(['major', 'minor', 'diminished', 'augmented']);

/** Twelve bits, one a pitch class → the chord. */
const CHORDS = ((): ReadonlyMap<number, Chord> => {
  const chords = new Map<number, Chord>();
  for (const quality of Object.keys(QUALITIES) as Quality[])
    for (let root = 0; root < OCTAVE; root += 1) {
      const classes = QUALITIES[quality].reduce<number>(
        (bits, above) => bits | (1 << ((root + above) % OCTAVE)),
        0,
      );
      if (!chords.has(classes)) chords.set(classes, { quality, root });
    }
  return chords;
})();

/**
 * The pitch classes that sound.
 *
 * @param pitchesMidi any order
 * @returns twelve bits, bit 0 is C
 */
export const classesOf = (pitchesMidi: readonly number[]): number =>
  pitchesMidi.reduce((bits, pitch) => bits | (1 << (pitch % OCTAVE)), 0);

/**
 * The chord that has exactly these pitch classes.
 *
 * @param classes twelve bits
 * @returns the chord, or undefined when it is no triad or seventh
 */
export const chordOf = (classes: number): Chord | undefined => CHORDS.get(classes);

/**
 * Whether pitch classes are exactly a triad.
 *
 * @param classes twelve bits
 * @returns whether
 */
export function isTriad(classes: number): boolean {
  const chord = CHORDS.get(classes);
  return chord !== undefined && TRIADS.has(chord.quality);
}
