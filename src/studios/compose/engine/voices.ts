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
type Assignment = readonly [number, number, number, number];

/** Every way for four voices to sing n notes: each note sung, each voice on a note or silent. Indices, not pitches. */
const ASSIGNMENTS: readonly (readonly Assignment[])[] = Array.from(
  { length: VOICE_COUNT + 1 },
  (_, notes) => {
    const ways: Assignment[] = [];
    const base = notes + 1;
    for (let code = 0; code < base ** VOICE_COUNT; code += 1) {
      const digit = (voice: number): number => (Math.floor(code / base ** voice) % base) - 1;
      const way: Assignment = [digit(0), digit(1), digit(2), digit(3)];
      const sung = new Set(way.filter((note) => note !== REST));
      if (sung.size === notes) ways.push(way);
    }
    return ways;
  },
);

/** |leap|^1.3, computed once. */
const LEAP_COSTS = Array.from({ length: MAX_LEAP + 1 }, (_, leap) => leap ** LEAP_POWER);

interface State {
  /** Row of each voice, or −1. */
  readonly rows: Assignment;
  readonly ownCost: number;
  /** Row of each voice the last time it sang, along the best way here. */
  last: Assignment;
  cost: number;
  from: number;
}

function ownCost(rows: Assignment, pitchLowMidi: number, ranges: readonly VoiceRange[]): number {
  let cost = 0;
  rows.forEach((row, voice) => {
    if (row === REST) return;
    const midi = pitchLowMidi + row;
    const { lowMidi, highMidi } = ranges[voice] ?? { lowMidi: 0, highMidi: 127 };
    cost += RANGE_COST * Math.max(0, lowMidi - midi, midi - highMidi);
    cost += MIDDLE_COST * Math.abs(midi - (lowMidi + highMidi) / 2);
    for (let higher = 0; higher < voice; higher += 1) {
      const other = rows[higher] ?? REST;
      if (other === REST) continue;
      if (other < row) cost += CROSSING_COST;
      else if (other === row) cost += UNISON_COST;
    }
  });
  return cost;
}

function moveCost(before: State, rows: Assignment): number {
  let cost = 0;
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const from = before.rows[voice] ?? REST;
    const to = rows[voice] ?? REST;
    if ((from === REST) !== (to === REST)) cost += REST_COST;
    const last = before.last[voice] ?? REST;
    if (to !== REST && last !== REST) cost += LEAP_COSTS[Math.min(MAX_LEAP, Math.abs(to - last))] ?? 0;
  }
  return cost;
}

function statesOf(chord: readonly number[], pitchLowMidi: number, ranges: readonly VoiceRange[]): State[] {
  return (ASSIGNMENTS[chord.length] ?? []).map((way) => {
    const row = (voice: 0 | 1 | 2 | 3): number => (way[voice] === REST ? REST : (chord[way[voice]] ?? REST));
    const rows: Assignment = [row(0), row(1), row(2), row(3)];
    return { rows, ownCost: ownCost(rows, pitchLowMidi, ranges), last: rows, cost: 0, from: -1 };
  });
}

const lastRow = (row: number, before: number | undefined): number => (row === REST ? (before ?? REST) : row);

function link(before: readonly State[], states: readonly State[]): void {
  // The cheapest first: once the way there alone costs more than the best way found, none of the rest can be it.
  const order = [...before.keys()].sort((a, b) => (before[a]?.cost ?? 0) - (before[b]?.cost ?? 0) || a - b);
  for (const state of states) {
    state.cost = Infinity;
    for (const from of order) {
      const previous = before[from];
      if (previous === undefined) continue;
      const least = previous.cost + state.ownCost;
      if (least > state.cost) break;
      const cost = least + moveCost(previous, state.rows);
      // Of ways that cost the same it is the first of the list.
      if (cost > state.cost || (cost === state.cost && from > state.from)) continue;
      state.cost = cost;
      state.from = from;
    }
    const { last } = before[state.from] ?? state;
    state.last = [
      lastRow(state.rows[0], last[0]),
      lastRow(state.rows[1], last[1]),
      lastRow(state.rows[2], last[2]),
      lastRow(state.rows[3], last[3]),
    ];
  }
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
  const columns: State[][] = [];
  for (let step = 0; step < roll.steps; step += 1) {
    const chord = chordAt(roll, step);
    while (chord.length > VOICE_COUNT) {
      const [row = 0] = chord.splice(-2, 1);
      left[cellAt(roll, step, row)] = 1;
    }
    const previous = columns.at(-1);
    const states = statesOf(chord, roll.pitchLowMidi, ranges);
    if (previous === undefined) for (const state of states) state.cost = state.ownCost;
    else link(previous, states);
    columns.push(states);
  }
  const rows = new Int16Array(roll.steps * VOICE_COUNT);
  const ends = columns.at(-1) ?? [];
  let at = ends.reduce((best, state, i) => (state.cost < (ends[best]?.cost ?? Infinity) ? i : best), 0);
  for (let step = roll.steps - 1; step >= 0; step -= 1) {
    const state = columns[step]?.[at];
    if (state === undefined) throw new Error(`no assignment for step ${step}`);
    rows.set(state.rows, step * VOICE_COUNT);
    at = state.from;
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
