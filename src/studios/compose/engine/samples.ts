/** Melodies to begin with. All are in the public domain; written down here from memory as they are commonly sung, in 4/4. */
import { TICKS_PER_STEP, type NewNote, type Score, type ScoreNote } from './score.ts';

/** A melody to begin with. */
export interface SampleMelody {
  readonly id: string;
  readonly title: string;
  /** Where it is from, e.g. `French folk song`. */
  readonly from: string;
  readonly tempoBpm: number;
  /** Whole bars of 4/4, at most 8. */
  readonly bars: number;
  /** By start, on the grid. */
  readonly notes: readonly NewNote[];
}

const LETTERS = { c: 0, d: 2, e: 4, f: 5, g: 7, a: 9, b: 11 } as const;
const isLetter = (text: string): text is keyof typeof LETTERS => text in LETTERS;
const VELOCITY = 88;
const STEPS_PER_BAR = 16;

/** `c4` a quarter's length of four steps, `c8` a half; `#` sharp, `!` flat, `'` an octave up, `,` down; `r4` a rest; from C4. */
const TOKEN = /^(?<letter>[a-gr])(?<sign>[#!]?)(?<octave>['",]*)(?<steps>\d+)$/u;

function melody(id: string, title: string, from: string, tempoBpm: number, tune: string): SampleMelody {
  const notes: NewNote[] = [];
  let step = 0;
  for (const token of tune.trim().split(/[\s|]+/u)) {
    const { letter = '', sign, octave = '', steps } = TOKEN.exec(token)?.groups ?? {};
    const lengthSteps = Number(steps);
    if (!(lengthSteps > 0)) throw new RangeError(`${id}: ${token} is no note`);
    if (isLetter(letter)) {
      let pitchMidi = 60 + LETTERS[letter];
      if (sign !== '') pitchMidi += sign === '#' ? 1 : -1;
      for (const mark of octave) pitchMidi += mark === "'" ? 12 : -12;
      notes.push({
        startTick: step * TICKS_PER_STEP,
        lengthTick: lengthSteps * TICKS_PER_STEP,
        pitchMidi,
        velocity: VELOCITY,
        author: 'person',
      });
    }
    step += lengthSteps;
  }
  return { id, title, from, tempoBpm, bars: Math.ceil(step / STEPS_PER_BAR), notes };
}

/** In the order in which they are offered: simple ones first. */
export const SAMPLE_MELODIES: readonly SampleMelody[] = [
  melody(
    'ode-to-joy',
    'Ode to Joy',
    'L. van Beethoven, 1824',
    100,
    `f#4 f#4 g4 a4 | a4 g4 f#4 e4 | d4 d4 e4 f#4 | f#6 e2 e8 |
     f#4 f#4 g4 a4 | a4 g4 f#4 e4 | d4 d4 e4 f#4 | e6 d2 d8`,
  ),
  melody(
    'frere-jacques',
    'Frère Jacques',
    'French round, 18th century',
    108,
    `f4 g4 a4 f4 | f4 g4 a4 f4 | a4 b!4 c'8 | a4 b!4 c'8 |
     c'2 d'2 c'2 b!2 a4 f4 | c'2 d'2 c'2 b!2 a4 f4 | f4 c4 f8 | f4 c4 f8`,
  ),
  melody(
    'ah-vous-dirai-je',
    'Ah ! vous dirai-je, maman',
    'French song, 1761',
    104,
    `c4 c4 g4 g4 | a4 a4 g8 | f4 f4 e4 e4 | d4 d4 c8 |
     g4 g4 f4 f4 | e4 e4 d8 | g4 g4 f4 f4 | e4 e4 d8`,
  ),
  melody(
    'au-clair-de-la-lune',
    'Au clair de la lune',
    'French folk song, 18th century',
    112,
    `g4 g4 g4 a4 | b8 a8 | g4 b4 a4 a4 | g16 |
     g4 g4 g4 a4 | b8 a8 | g4 b4 a4 a4 | g16`,
  ),
  melody(
    'lightly-row',
    'Hänschen klein',
    'German folk song',
    112,
    `g4 e4 e8 | f4 d4 d8 | c4 d4 e4 f4 | g4 g4 g8 |
     g4 e4 e8 | f4 d4 d8 | c4 e4 g4 g4 | c16`,
  ),
  melody(
    'mary',
    'Mary Had a Little Lamb',
    'Lowell Mason, 1831',
    112,
    `b4 a4 g4 a4 | b4 b4 b8 | a4 a4 a8 | b4 d'4 d'8 |
     b4 a4 g4 a4 | b4 b4 b4 b4 | a4 a4 b4 a4 | g16`,
  ),
  melody(
    'when-the-saints',
    'When the Saints Go Marching In',
    'American spiritual',
    132,
    `r4 f4 a4 b!4 | c'16 | r4 f4 a4 b!4 | c'16 |
     r4 f4 a4 b!4 | c'8 a8 | f8 a8 | g16`,
  ),
  melody(
    'jingle-bells',
    'Jingle Bells',
    'James Lord Pierpont, 1857',
    138,
    `b4 b4 b8 | b4 b4 b8 | b4 d'4 g6 a2 | b16 |
     c'4 c'4 c'6 c'2 | c'4 b4 b4 b2 b2 | b4 a4 a4 b4 | a8 d'8`,
  ),
  melody(
    'yankee-doodle',
    'Yankee Doodle',
    'American, 18th century',
    126,
    `g4 g4 a4 b4 | g4 b4 a8 | g4 g4 a4 b4 | g8 f#8 |
     g4 g4 a4 b4 | c'4 b4 a4 g4 | f#4 d4 e4 f#4 | g8 g8`,
  ),
  melody(
    'good-king-wenceslas',
    'Good King Wenceslas',
    'Tempus adest floridum, Piae Cantiones, 1582',
    116,
    `g4 g4 g4 a4 | g4 g4 d8 | e4 d4 e4 f#4 | g8 g8 |
     g4 g4 g4 a4 | g4 g4 d8 | e4 d4 e4 f#4 | g8 g8`,
  ),
  melody(
    'old-hundredth',
    'Old Hundredth',
    'Chorale soprano, Genevan Psalter, 1551',
    84,
    `g4 g4 f#4 e4 | d4 g4 a4 b4 | b4 b4 b4 a4 | g4 c'4 b4 a4 |
     g4 a4 b4 a4 | g4 e4 f#4 g4 | d'4 b4 g4 a4 | c'4 b4 a4 g4`,
  ),
  melody(
    'nun-danket',
    'Nun danket alle Gott',
    'Chorale soprano, Johann Crüger, 1647',
    80,
    `r12 e'4 | e'4 e'4 f#'4 f#'4 | e'12 c#'4 | d'4 c#'4 b4 c#'4 | b8 a4 e'4 | e'4 e'4 f#'4 f#'4 | e'12 c#'4 | d'4 c#'4 b4 c#'4`,
  ),
  melody(
    'tallis-canon',
    'Tallis’s Canon',
    'Chorale soprano, Thomas Tallis, about 1567',
    84,
    `g4 g4 f#4 g4 | g4 a4 a4 b4 | g4 c'4 c'4 b4 | b4 a4 a4 g4 |
     d4 g4 f#4 g4 | g4 a4 a4 b4 | d'4 c'4 b4 a4 | g4 a4 f#4 g4`,
  ),
];

/**
 * A sample melody as a composition of its own.
 *
 * @param sample any
 * @returns a score, its notes numbered from 1
 */
export function scoreOfSample({ notes, bars, tempoBpm }: SampleMelody): Score {
  return {
    notes: notes.map((note, i): ScoreNote => ({ id: i + 1, ...note })),
    bars,
    tempoBpm,
    quantizeStrength: 1,
  };
}
