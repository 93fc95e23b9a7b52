import { SATB_RANGES, type VoiceRange } from './constraints.ts';
import { cellAt, chordAt, type Note, type Roll } from './roll.ts';

/** S, A, T, B. */
export const VOICE_COUNT = 4;

/** Which row each voice sings, step by step. */
export interface Voices {
  /** [T, 4] int16: row of the voice, soprano first; −1 is a rest. */
  readonly rows: Int16Array<ArrayBuffer>;
  /** Cells of steps with more than four notes that no voice could take, [T, P] uint8. */
  readonly left: Uint8Array<ArrayBuffer>;
}

/** Semitones that a voice is as good as moved when it falls silent or comes in. */
const REST_COST = 7;
/** A note outside the range of its voice, for each semitone. */
const RANGE_COST = 6;
/** A voice above a higher one, for each pair. */
const CROSSING_COST = 8;
/** Two voices on one note. */
const UNISON_COST = 3;
/** Distance from the middle of the voice's range, for each semitone: decides where nothing else does. */
const MIDDLE_COST = 0.05;
/** A leap costs more than the same way in steps. */
const LEAP_POWER = 1.3;
const MAX_LEAP = 48;

const REST = -1;

/** Every way for four voices to sing n notes: each note sung, each voice on a note (1 … n) or silent (0); four each. */
const ASSIGNMENTS: readonly Uint8Array[] = Array.from({ length: VOICE_COUNT + 1 }, (_, notes) => {
  const ways: number[] = [];
  const base = notes + 1;
  for (let code = 0; code < base ** VOICE_COUNT; code += 1) {
    const way = [0, 1, 2, 3].map((voice) => Math.floor(code / base ** voice) % base);
    if (new Set(way.filter((note) => note > 0)).size === notes) ways.push(...way);
  }
  return Uint8Array.from(ways);
});

/** |leap|^1.3, computed once. */
const LEAP_COSTS = Array.from({ length: MAX_LEAP + 1 }, (_, leap) => leap ** LEAP_POWER);

/** What the voices may sing in one step, and the best way to each of its states. */
interface Column {
  /** [N, 4] note of each voice in each state, 0 is a rest; the table of the count of notes. */
  readonly ways: Uint8Array;
  /** Row of each note, from 1. */
  readonly chord: readonly number[];
  /** [N] of the state alone. */
  readonly own: Float64Array;
  /** [N] of the best way up to here. */
  readonly cost: Float64Array;
  /** [N] the state before, on that way. */
  readonly from: Int16Array;
  /** [N, 4] row of each voice the last time it sang, on that way. */
  readonly last: Int16Array;
}

const rowOf = ({ ways, chord }: Column, state: number, voice: number): number =>
  chord[(ways[state * VOICE_COUNT + voice] ?? 0) - 1] ?? REST;

function ownCosts(
  ways: Uint8Array,
  chord: readonly number[],
  pitchLowMidi: number,
  ranges: readonly VoiceRange[],
): Float64Array {
  return Float64Array.from({ length: ways.length / VOICE_COUNT }, (_, state) => {
    let cost = 0;
    for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
      const note = ways[state * VOICE_COUNT + voice] ?? 0;
      if (note === 0) continue;
      const midi = pitchLowMidi + (chord[note - 1] ?? 0);
      const { lowMidi, highMidi } = ranges[voice] ?? { lowMidi: 0, highMidi: 127 };
      cost += RANGE_COST * Math.max(0, lowMidi - midi, midi - highMidi);
      cost += MIDDLE_COST * Math.abs(midi - (lowMidi + highMidi) / 2);
      for (let higher = 0; higher < voice; higher += 1) {
        const other = ways[state * VOICE_COUNT + higher] ?? 0;
        // Notes of a chord are numbered from the highest.
        if (other === 0) continue;
        if (other > note) cost += CROSSING_COST;
        else if (other === note) cost += UNISON_COST;
      }
    }
    return cost;
  });
}

function columnOf(
  chord: readonly number[],
  previous: Column | undefined,
  pitchLowMidi: number,
  ranges: readonly VoiceRange[],
): Column {
  const ways = ASSIGNMENTS[chord.length] ?? new Uint8Array(VOICE_COUNT);
  const count = ways.length / VOICE_COUNT;
  const isHeld =
    previous?.chord.length === chord.length && chord.every((row, at) => row === previous.chord[at]);
  return {
    ways,
    chord,
    own: isHeld ? previous.own : ownCosts(ways, chord, pitchLowMidi, ranges),
    cost: new Float64Array(count).fill(Infinity),
    from: new Int16Array(count).fill(-1),
    last: new Int16Array(ways.length),
  };
}

/** Notes that a voice may sing, and its rest. */
const CHOICES = VOICE_COUNT + 1;
/** [4, 5] what each voice's way from a state to each note of the next chord costs; filled for one state after another. */
const moves = new Float64Array(VOICE_COUNT * CHOICES);

// Fills `moves`: a move costs what its voices’ moves cost, so there is little to compute for each state.
function movesFrom(before: Column, state: number, chord: readonly number[]): void {
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const isSilent = (before.ways[state * VOICE_COUNT + voice] ?? 0) === 0;
    const last = before.last[state * VOICE_COUNT + voice] ?? REST;
    moves[voice * CHOICES] = isSilent ? 0 : REST_COST;
    for (let note = 1; note <= chord.length; note += 1) {
      const leap = last === REST ? 0 : Math.min(MAX_LEAP, Math.abs((chord[note - 1] ?? 0) - last));
      moves[voice * CHOICES + note] = (isSilent ? REST_COST : 0) + (LEAP_COSTS[leap] ?? 0);
    }
  }
}

function link(before: Column, column: Column): void {
  const { ways, own, cost, from, last } = column;
  // The cheapest first: once the way there alone costs more than every best way found, none of the rest can be one.
  const order = [...before.cost.keys()].sort(
    (a, b) => (before.cost[a] ?? 0) - (before.cost[b] ?? 0) || a - b,
  );
  for (const previous of order) {
    const there = before.cost[previous] ?? 0;
    let isOver = true;
    for (let state = 0; state < own.length; state += 1)
      if (there + (own[state] ?? 0) <= (cost[state] ?? 0)) {
        isOver = false;
        break;
      }
    if (isOver) break;
    movesFrom(before, previous, column.chord);
    for (let state = 0; state < own.length; state += 1) {
      const way = state * VOICE_COUNT;
      const whole =
        there +
        (own[state] ?? 0) +
        (moves[ways[way] ?? 0] ?? 0) +
        (moves[CHOICES + (ways[way + 1] ?? 0)] ?? 0) +
        (moves[2 * CHOICES + (ways[way + 2] ?? 0)] ?? 0) +
        (moves[3 * CHOICES + (ways[way + 3] ?? 0)] ?? 0);
      const best = cost[state] ?? 0;
      // Of ways that cost the same it is the first of the list.
      if (whole > best || (whole === best && previous > (from[state] ?? 0))) continue;
      cost[state] = whole;
      from[state] = previous;
    }
  }
  for (let state = 0; state < own.length; state += 1)
    for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
      const row = rowOf(column, state, voice);
      const at = state * VOICE_COUNT + voice;
      last[at] = row === REST ? (before.last[(from[state] ?? 0) * VOICE_COUNT + voice] ?? REST) : row;
    }
}

function begin(column: Column): void {
  column.cost.set(column.own);
  for (let at = 0; at < column.last.length; at += 1)
    column.last[at] = rowOf(column, Math.floor(at / VOICE_COUNT), at % VOICE_COUNT);
}

/**
 * Separates a merged roll into soprano, alto, tenor and bass: the assignment of least cost, where leaps, rests, crossings,
 * unisons and notes outside a voice's range cost something. Where a voice rests, its last note is remembered along the best
 * way so far, which makes the search exact but for what happens across rests.
 *
 * @param roll [T, P] uint8 {0, 1}; of more than four notes in a step the lowest inner ones are left over
 * @param ranges of the voices, soprano first
 * @returns rows [T, 4] and the cells left over [T, P]
 * @see Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010 (the dynamic programme)
 */
export function separateVoices(roll: Roll, ranges: readonly VoiceRange[] = SATB_RANGES): Voices {
  const left = new Uint8Array(roll.cells.length);
  const columns: Column[] = [];
  for (let step = 0; step < roll.steps; step += 1) {
    const chord = chordAt(roll, step);
    while (chord.length > VOICE_COUNT) {
      const [row = 0] = chord.splice(-2, 1);
      left[cellAt(roll, step, row)] = 1;
    }
    const previous = columns.at(-1);
    const column = columnOf(chord, previous, roll.pitchLowMidi, ranges);
    if (previous === undefined) begin(column);
    else link(previous, column);
    columns.push(column);
  }
  const rows = new Int16Array(roll.steps * VOICE_COUNT);
  const ends = columns.at(-1)?.cost ?? new Float64Array();
  let at = ends.reduce((best, cost, state) => (cost < (ends[best] ?? Infinity) ? state : best), 0);
  for (let step = roll.steps - 1; step >= 0; step -= 1) {
    const column = columns[step];
    if (column === undefined) throw new Error(`no assignment for step ${step}`);
    for (let voice = 0; voice < VOICE_COUNT; voice += 1)
      rows[step * VOICE_COUNT + voice] = rowOf(column, at, voice);
    at = column.from[at] ?? 0;
  }
  return { rows, left };
}

/**
 * The notes of each voice, for playback, tracks and notation. A note that two voices share sounds in both.
 *
 * @param roll [T, P], the one that was separated
 * @param voices of the roll
 * @param onsets [T, P] uint8: where a note was struck again
 * @returns notes of soprano, alto, tenor, bass, and of the cells left over
 */
export function notesOfVoices(roll: Roll, voices: Voices, onsets?: Uint8Array): Note[][] {
  const parts: Note[][] = [];
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const notes: Note[] = [];
    let begun = 0;
    for (let step = 1; step <= roll.steps; step += 1) {
      const row = voices.rows[begun * VOICE_COUNT + voice] ?? REST;
      const next = step < roll.steps ? (voices.rows[step * VOICE_COUNT + voice] ?? REST) : REST;
      const isStruck = next !== REST && onsets?.[cellAt(roll, step, next)] === 1;
      if (step < roll.steps && next === row && !isStruck) continue;
      if (row !== REST)
        notes.push({ startStep: begun, lengthSteps: step - begun, pitchMidi: roll.pitchLowMidi + row });
      begun = step;
    }
    parts.push(notes);
  }
  return parts;
}

/**
 * The cells of one voice, for a lock.
 *
 * @param roll [T, P], the one that was separated
 * @param voices of the roll
 * @param voice 0 soprano … 3 bass
 * @returns mask [T, P] uint8, 1 = sung by this voice
 */
export function maskOfVoice(roll: Roll, voices: Voices, voice: number): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(roll.cells.length);
  for (let step = 0; step < roll.steps; step += 1) {
    const row = voices.rows[step * VOICE_COUNT + voice] ?? REST;
    if (row !== REST) mask[cellAt(roll, step, row)] = 1;
  }
  return mask;
}
