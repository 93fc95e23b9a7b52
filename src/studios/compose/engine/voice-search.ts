import { SATB_RANGES, type VoiceRange } from './constraints.ts';
import { cellAt, chordAt, type Roll } from './roll.ts';

/** S, A, T, B. */
export const VOICE_COUNT = 4;

/** Which row each voice sings, step by step. */
export interface Voices {
  /** [T, 4] int16: row of the voice, soprano first; −1 is a rest. */
  readonly rows: Int16Array<ArrayBuffer>;
  /** Cells of steps with more than four notes that no voice could take, [T, P] uint8. */
  readonly left: Uint8Array<ArrayBuffer>;
}

// Costs are whole numbers of thousandths: sums of them are exact, so two ways that cost the same are seen to.
/** Semitones that a voice is as good as moved when it falls silent or comes in. */
const REST_COST = 7000;
/** A note outside the range of its voice, for each semitone. */
const RANGE_COST = 6000;
/** A voice above a higher one, for each pair. */
const CROSSING_COST = 8000;
/** Two voices on one note. */
const UNISON_COST = 3000;
/** Distance from the middle of the voice's range, for each half semitone: decides where nothing else does. */
const MIDDLE_COST = 25;
/** A leap costs more than the same way in steps. */
const LEAP_POWER = 1.3;
const MAX_LEAP = 48;
/** |leap|^1.3, computed once. */
const LEAP_COSTS = Int32Array.from({ length: MAX_LEAP + 1 }, (_, leap) =>
  Math.round(1000 * leap ** LEAP_POWER),
);
const NEVER = 2 ** 31 - 1;

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

/** What the voices may sing in one step, and the best way to each of its states. */
interface Column {
  /** [N, 4] note of each voice in each state, 0 is a rest; the table of the count of notes. */
  readonly ways: Uint8Array;
  /** Row of each note, from 1. */
  readonly chord: readonly number[];
  /** [N] of the state alone. */
  readonly own: Int32Array;
  /** [N] of the best way up to here, above that of the cheapest state. */
  readonly cost: Int32Array;
  /** [N] the state before, on that way. */
  readonly from: Int16Array;
  /** [N, 4] row of each voice the last time it sang, on that way. */
  readonly last: Int16Array;
}

const rowOf = ({ ways, chord }: Column, state: number, voice: number): number =>
  chord[(ways[state * VOICE_COUNT + voice] ?? 0) - 1] ?? REST;

const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
};

/** For each table of ways [N]: what its crossings and unisons cost. */
const TOGETHER_COSTS: readonly Int32Array[] = ASSIGNMENTS.map((ways) =>
  Int32Array.from({ length: ways.length / VOICE_COUNT }, (_, state) => {
    let cost = 0;
    for (let voice = 0; voice < VOICE_COUNT; voice += 1)
      for (let higher = 0; higher < voice; higher += 1) {
        const note = ways[state * VOICE_COUNT + voice] ?? 0;
        const other = ways[state * VOICE_COUNT + higher] ?? 0;
        // Notes of a chord are numbered from the highest.
        if (note === 0 || other === 0) continue;
        if (other > note) cost += CROSSING_COST;
        else if (other === note) cost += UNISON_COST;
      }
    return cost;
  }),
);

/** Notes that a voice may sing, and its rest. */
const CHOICES = VOICE_COUNT + 1;
/** [4, 5] what each note of the chord costs each voice, whatever was before; filled for one chord after another. */
const alone = new Int32Array(VOICE_COUNT * CHOICES);

function ownCosts(
  ways: Uint8Array,
  chord: readonly number[],
  pitchLowMidi: number,
  ranges: readonly VoiceRange[],
): Int32Array {
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const { lowMidi, highMidi } = ranges[voice] ?? { lowMidi: 0, highMidi: 127 };
    chord.forEach((row, at) => {
      const midi = pitchLowMidi + row;
      alone[voice * CHOICES + at + 1] =
        RANGE_COST * Math.max(0, lowMidi - midi, midi - highMidi) +
        MIDDLE_COST * Math.abs(2 * midi - lowMidi - highMidi);
    });
  }
  const costs = Int32Array.from(TOGETHER_COSTS[chord.length] ?? []);
  for (let at = 0; at < ways.length; at += 1) {
    const note = ways[at] ?? 0;
    const state = at >> 2;
    if (note > 0) costs[state] = (costs[state] ?? 0) + (alone[(at & 3) * CHOICES + note] ?? 0);
  }
  return costs;
}

function columnOf(
  chord: readonly number[],
  previous: Column | undefined,
  pitchLowMidi: number,
  ranges: readonly VoiceRange[],
): Column {
  const ways = ASSIGNMENTS[chord.length] ?? new Uint8Array(VOICE_COUNT);
  const count = ways.length / VOICE_COUNT;
  return {
    ways,
    chord,
    own:
      previous !== undefined && isSame(previous.chord, chord)
        ? previous.own
        : ownCosts(ways, chord, pitchLowMidi, ranges),
    cost: new Int32Array(count).fill(NEVER),
    from: new Int16Array(count).fill(-1),
    last: new Int16Array(ways.length),
  };
}

/** [4, 5] what each voice's way from a state to each note of the next chord costs; filled for one state after another. */
const moves = new Int32Array(VOICE_COUNT * CHOICES);

// Fills `moves`: a move costs what its voices’ moves cost, so there is little to compute for each state.
function movesFrom(before: Column, state: number, chord: readonly number[]): void {
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const isSilent = before.ways[state * VOICE_COUNT + voice] === 0;
    const last = before.last[state * VOICE_COUNT + voice] ?? REST;
    moves[voice * CHOICES] = isSilent ? 0 : REST_COST;
    for (let note = 1; note <= chord.length; note += 1) {
      const leap = last === REST ? 0 : Math.min(MAX_LEAP, Math.abs((chord[note - 1] ?? 0) - last));
      moves[voice * CHOICES + note] = (isSilent ? REST_COST : 0) + (LEAP_COSTS[leap] ?? 0);
    }
  }
}

// Goes on from one state before to every state. @returns the most that a state before may cost and still be on a best way
function goOn(before: Column, previous: number, column: Column): number {
  const { ways, own, cost, from } = column;
  const there = before.cost[previous] ?? 0;
  movesFrom(before, previous, column.chord);
  let most = 0;
  for (let state = 0; state < own.length; state += 1) {
    const way = state * VOICE_COUNT;
    const alone = own[state] ?? 0;
    const whole =
      there +
      alone +
      (moves[ways[way] ?? 0] ?? 0) +
      (moves[CHOICES + (ways[way + 1] ?? 0)] ?? 0) +
      (moves[2 * CHOICES + (ways[way + 2] ?? 0)] ?? 0) +
      (moves[3 * CHOICES + (ways[way + 3] ?? 0)] ?? 0);
    const best = cost[state] ?? 0;
    // Of ways that cost the same it is the first of the list.
    if (whole < best || (whole === best && previous < (from[state] ?? 0))) {
      cost[state] = whole;
      from[state] = previous;
    }
    most = Math.max(most, (cost[state] ?? 0) - alone);
  }
  return most;
}

function link(before: Column, column: Column): void {
  const { cost, from, last } = column;
  // The cheapest first: what costs more there than any best way found so far cannot be on one.
  const cheapest = before.cost.indexOf(0);
  let most = goOn(before, cheapest, column);
  for (let previous = 0; previous < before.cost.length; previous += 1)
    if (previous !== cheapest && (before.cost[previous] ?? 0) <= most) most = goOn(before, previous, column);
  for (let state = 0; state < cost.length; state += 1)
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

// Costs above the cheapest: they stay small, and are the same wherever the ways before have met.
function level({ cost }: Column): void {
  const least = cost.reduce((low, each) => Math.min(low, each), NEVER);
  for (let state = 0; state < cost.length; state += 1) cost[state] = (cost[state] ?? 0) - least;
}

/**
 * Separates merged rolls into soprano, alto, tenor and bass: the assignment of least cost, where leaps, rests, crossings,
 * unisons and notes outside a voice's range cost something. Where a voice rests, its last note is remembered along the best
 * way so far, which makes the search exact but for what happens across rests. It remembers its last roll: of the next one it
 * searches from the first step that is another to where the costs are again what they were.
 *
 * @see Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010 (the dynamic programme)
 */
export class VoiceSearch {
  readonly #ranges: readonly VoiceRange[];
  #columns: Column[] = [];
  #pitchLowMidi = 0;

  /**
   * A search that knows no roll yet.
   *
   * @param ranges of the voices, soprano first
   */
  constructor(ranges: readonly VoiceRange[] = SATB_RANGES) {
    this.#ranges = ranges;
  }

  /**
   * Finds who sings what.
   *
   * @param roll [T, P] uint8 {0, 1}; of more than four notes in a step the lowest inner ones are left over
   * @returns rows [T, 4] and the cells left over [T, P]; the same as those of a new search
   */
  separate(roll: Roll): Voices {
    const left = new Uint8Array(roll.cells.length);
    const chords = Array.from({ length: roll.steps }, (_, step) => {
      const chord = chordAt(roll, step);
      while (chord.length > VOICE_COUNT) {
        const [row = 0] = chord.splice(-2, 1);
        left[cellAt(roll, step, row)] = 1;
      }
      return chord;
    });
    if (roll.pitchLowMidi !== this.#pitchLowMidi) this.#columns = [];
    this.#pitchLowMidi = roll.pitchLowMidi;
    this.#search(chords);
    return { rows: this.#bestRows(), left };
  }

  #search(chords: readonly (readonly number[])[]): void {
    const old = this.#columns;
    const isAsBefore = (step: number): boolean => isSame(chords[step] ?? [], old[step]?.chord ?? []);
    const both = Math.min(chords.length, old.length);
    let first = 0;
    while (first < both && isAsBefore(first)) first += 1;
    // From here on all chords are as they were; with another length there is no such step.
    let rest = chords.length;
    if (old.length === chords.length) while (rest > first && isAsBefore(rest - 1)) rest -= 1;
    const columns = old.slice(0, first);
    for (let step = first; step < chords.length; step += 1) {
      const previous = columns.at(-1);
      const column = columnOf(chords[step] ?? [], previous, this.#pitchLowMidi, this.#ranges);
      if (previous === undefined) begin(column);
      else link(previous, column);
      level(column);
      columns.push(column);
      const was = old[step];
      if (
        step >= rest &&
        was !== undefined &&
        isSame(was.cost, column.cost) &&
        isSame(was.last, column.last)
      ) {
        columns.push(...old.slice(step + 1));
        break;
      }
    }
    this.#columns = columns;
  }

  #bestRows(): Int16Array<ArrayBuffer> {
    const columns = this.#columns;
    const rows = new Int16Array(columns.length * VOICE_COUNT);
    let at = columns.at(-1)?.cost.indexOf(0) ?? 0;
    for (let step = columns.length - 1; step >= 0; step -= 1) {
      const column = columns[step];
      if (column === undefined) throw new Error(`no assignment for step ${step}`);
      for (let voice = 0; voice < VOICE_COUNT; voice += 1)
        rows[step * VOICE_COUNT + voice] = rowOf(column, at, voice);
      at = column.from[at] ?? 0;
    }
    return rows;
  }
}
