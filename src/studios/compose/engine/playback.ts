import { mulberry32 } from '../../../kernel/rng.ts';
import type { MixerSettings } from './mixer-settings.ts';
import { PPQ, quantized, type Score } from './score.ts';

/** A note to be sounded. */
export interface SoundEvent {
  /** From the beginning of the piece. */
  readonly startSec: number;
  readonly durationSec: number;
  readonly pitchMidi: number;
  /** (0, 1] */
  readonly velocity: number;
  /** Index of its part: 0 soprano … 3 bass. */
  readonly part: number;
  readonly noteId: number;
}

const EIGHTH = PPQ / 2;
/** A full swing moves the off-beat eighth to the last third of the beat. */
const FULL_SWING = PPQ / 6;
/** At full unevenness notes come so much early or late, and are so much louder or softer. */
const UNEVEN_SEC = 0.02;
const UNEVEN_VELOCITY = 0.15;
const SECONDS_A_MINUTE = 60;

/**
 * Seconds of a tick.
 *
 * @param tempoBpm quarters a minute, > 0
 * @returns seconds
 */
export const secondsPerTick = (tempoBpm: number): number => SECONDS_A_MINUTE / tempoBpm / PPQ;

// Off-beat eighths are moved later, what lies around them is stretched: the beats stay.
function swung(tick: number, swing: number): number {
  const beat = Math.floor(tick / PPQ) * PPQ;
  const inBeat = tick - beat;
  const middle = EIGHTH + swing * FULL_SWING;
  const moved =
    inBeat <= EIGHTH ? (inBeat / EIGHTH) * middle : middle + ((inBeat - EIGHTH) / EIGHTH) * (PPQ - middle);
  return beat + moved;
}

/**
 * What a score sounds like.
 *
 * @param score its notes, drawn to the grid by its strength
 * @param partOf the part of a note by its id, 0–3
 * @param mixer swing and unevenness; volumes are the player's
 * @returns events by start; the same for the same score
 */
export function soundEvents(
  score: Score,
  partOf: (noteId: number) => number,
  { swing, humanize }: Pick<MixerSettings, 'swing' | 'humanize'>,
): SoundEvent[] {
  const perTick = secondsPerTick(score.tempoBpm);
  const endTick = score.bars * 4 * PPQ;
  return score.notes
    .map((note) => ({ note, ...quantized(note, score.quantizeStrength) }))
    .filter(({ startTick }) => startTick < endTick)
    .map(({ note, startTick, lengthTick }) => {
      const start = swung(startTick, swing);
      const end = swung(Math.min(endTick, startTick + lengthTick), swing);
      const rng = mulberry32(note.id);
      const early = humanize * UNEVEN_SEC * (2 * rng() - 1);
      const louder = 1 + humanize * UNEVEN_VELOCITY * (2 * rng() - 1);
      return {
        startSec: Math.max(0, start * perTick + early),
        durationSec: (end - start) * perTick,
        pitchMidi: note.pitchMidi,
        velocity: Math.min(1, Math.max(1 / 127, (note.velocity / 127) * louder)),
        part: partOf(note.id),
        noteId: note.id,
      };
    })
    .sort((a, b) => a.startSec - b.startSec);
}

/**
 * Where a loop or a piece ends.
 *
 * @param score its bars and tempo
 * @returns seconds from its beginning
 */
export const lengthSec = (score: Score): number => score.bars * 4 * PPQ * secondsPerTick(score.tempoBpm);

/** What the metronome says. */
export interface Click {
  readonly atSec: number;
  /** The first of a bar. */
  readonly isAccent: boolean;
}

/**
 * The beats of a span of time.
 *
 * @param tempoBpm quarters a minute
 * @param fromSec inclusive, seconds since beat 0
 * @param toSec exclusive
 * @returns clicks in order; beat 0 is at 0
 */
export function clicks(tempoBpm: number, fromSec: number, toSec: number): Click[] {
  const beatSec = SECONDS_A_MINUTE / tempoBpm;
  const found: Click[] = [];
  for (let beat = Math.max(0, Math.ceil(fromSec / beatSec - 1e-9)); beat * beatSec < toSec; beat += 1)
    found.push({ atSec: beat * beatSec, isAccent: beat % 4 === 0 });
  return found;
}

/** A moment in a piece that repeats itself. */
export interface Due {
  readonly event: SoundEvent;
  /** From the moment that playing began, seconds; counts on through all rounds. */
  readonly atSec: number;
}

/**
 * Events of a span of playing time, in a piece that may loop.
 *
 * @param events by start
 * @param span from, inclusive, to, exclusive: seconds since the first round's beginning
 * @param loopSec length of a round; undefined plays once
 * @returns what begins in the span, in order
 */
export function eventsDue(
  events: readonly SoundEvent[],
  span: { readonly fromSec: number; readonly toSec: number },
  loopSec: number | undefined,
): Due[] {
  const { fromSec, toSec } = span;
  const due: Due[] = [];
  const firstRound = loopSec === undefined ? 0 : Math.floor(fromSec / loopSec);
  const lastRound = loopSec === undefined ? 0 : Math.floor(toSec / loopSec);
  for (let round = firstRound; round <= lastRound; round += 1) {
    const begin = round * (loopSec ?? 0);
    for (const event of events) {
      if (loopSec !== undefined && event.startSec >= loopSec) continue;
      const atSec = begin + event.startSec;
      if (atSec >= fromSec && atSec < toSec) due.push({ event, atSec });
    }
  }
  return due.sort((a, b) => a.atSec - b.atSec);
}
