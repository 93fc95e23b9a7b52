import { cellAt, type Roll, type RollShape } from './roll.ts';
import { snapToGrid, sortNotes, TICKS_PER_STEP, type Score, type ScoreNote } from './score.ts';

/** How hard a note that the network wrote is struck, MIDI velocity. */
export const NETWORK_VELOCITY = 72;

/** Consecutive steps of one row. */
interface Span {
  readonly startStep: number;
  /** Exclusive. */
  readonly endStep: number;
}

// Spans of steps of a row whose cells satisfy a condition.
function spansOf(shape: RollShape, row: number, isIn: (cell: number) => boolean, from = 0): Span[] {
  const spans: Span[] = [];
  let start = -1;
  for (let step = from; step <= shape.steps; step += 1) {
    const inside = step < shape.steps && isIn(cellAt(shape, step, row));
    if (inside && start < 0) start = step;
    if (!inside && start >= 0) {
      spans.push({ startStep: start, endStep: step });
      start = -1;
    }
  }
  return spans;
}

// What is left of a person's note on the roll, in ticks: a part that keeps an end of the note keeps it as it was played.
function leftOf(note: ScoreNote, shape: RollShape, cells: Uint8Array): ScoreNote[] {
  const { startStep, lengthSteps } = snapToGrid(note);
  const row = note.pitchMidi - shape.pitchLowMidi;
  const endStep = startStep + lengthSteps;
  const isOn = (step: number): boolean => step >= shape.steps || cells[cellAt(shape, step, row)] === 1;
  const parts: ScoreNote[] = [];
  let start = -1;
  for (let step = startStep; step <= endStep; step += 1) {
    const on = step < endStep && isOn(step);
    if (on && start < 0) start = step;
    if (on || start < 0) continue;
    const startTick = start === startStep ? note.startTick : start * TICKS_PER_STEP;
    const endTick = step === endStep ? note.startTick + note.lengthTick : step * TICKS_PER_STEP;
    parts.push({ ...note, startTick, lengthTick: Math.max(1, endTick - startTick) });
    start = -1;
  }
  return parts;
}

// Cells of a note within the roll.
function cellsOf(note: ScoreNote, shape: RollShape): number[] {
  const { startStep, lengthSteps } = snapToGrid(note);
  const row = note.pitchMidi - shape.pitchLowMidi;
  const end = Math.min(shape.steps, startStep + lengthSteps);
  return Array.from({ length: Math.max(0, end - startStep) }, (_, i) => cellAt(shape, startStep + i, row));
}

// Notes of the network that the edits left as they were, and the others: those that lost a cell, or have a new one beside them.
function sortOut(
  notes: readonly ScoreNote[],
  roll: Roll,
  covered: Uint8Array,
): { readonly same: ScoreNote[]; readonly changed: ScoreNote[] } {
  const isLoose = (cell: number | undefined): boolean =>
    cell !== undefined && roll.cells[cell] === 1 && covered[cell] === 0;
  const whole = notes.filter((note) => cellsOf(note, roll).every(isLoose));
  const theirs = new Set(whole.flatMap((note) => cellsOf(note, roll)));
  const same = whole.filter((note) => {
    const own = cellsOf(note, roll);
    const [before, after] = [(own[0] ?? 0) - roll.pitches, (own.at(-1) ?? 0) + roll.pitches];
    return [before, after].every((cell) => !isLoose(cell) || theirs.has(cell));
  });
  const kept = new Set(same);
  return { same, changed: notes.filter((note) => !kept.has(note)) };
}

/**
 * A score whose roll was changed by the network: what a person made stays as it was played wherever its cells are still on,
 * and all other cells are notes of the network: one that was there and is as it was stays so, whatever was done to it since;
 * other neighbouring cells of a pitch are one note.
 *
 * @param score before; not changed
 * @param roll [T, P] uint8 {0, 1} after, T = the score's steps
 * @param nextId id for the first new note; the following ones count on
 * @returns a score whose roll is `roll`, its notes outside the roll's pitches untouched
 */
export function applyRoll(score: Score, roll: Roll, nextId: number): Score {
  const { cells, pitches, pitchLowMidi, steps } = roll;
  const covered = new Uint8Array(cells.length);
  const kept: ScoreNote[] = [];
  let id = nextId;
  const isOfRoll = ({ pitchMidi }: ScoreNote): boolean =>
    pitchMidi >= pitchLowMidi && pitchMidi < pitchLowMidi + pitches;
  const networks: ScoreNote[] = [];
  for (const note of score.notes) {
    if (!isOfRoll(note) || snapToGrid(note).startStep >= steps) {
      kept.push(note);
      continue;
    }
    if (note.author === 'network') {
      networks.push(note);
      continue;
    }
    const parts = leftOf(note, roll, cells);
    parts.forEach((part, at) => {
      kept.push(at === 0 ? part : { ...part, id: id++ });
      for (const cell of cellsOf(part, roll)) covered[cell] = 1;
    });
  }
  const { same, changed } = sortOut(networks, roll, covered);
  for (const note of same) {
    kept.push(note);
    for (const cell of cellsOf(note, roll)) covered[cell] = 1;
  }
  const owner = new Map(changed.flatMap((note) => cellsOf(note, roll).map((cell) => [cell, note])));
  const used = new Set<number>();
  for (let row = 0; row < pitches; row += 1) {
    const spans = spansOf(roll, row, (cell) => cells[cell] === 1 && covered[cell] === 0);
    for (const { startStep, endStep } of spans) {
      // A note that is still there keeps its name, so that what is selected stays selected, and its loudness.
      let known: ScoreNote | undefined;
      for (let step = startStep; step < endStep && known === undefined; step += 1)
        known = owner.get(cellAt(roll, step, row));
      const isFree = known !== undefined && !used.has(known.id);
      kept.push({
        id: isFree ? (known?.id ?? id++) : id++,
        startTick: startStep * TICKS_PER_STEP,
        lengthTick: (endStep - startStep) * TICKS_PER_STEP,
        pitchMidi: pitchLowMidi + row,
        velocity: known?.velocity ?? NETWORK_VELOCITY,
        author: 'network',
      });
      if (known !== undefined) used.add(known.id);
    }
  }
  return { ...score, notes: sortNotes(kept) };
}

/**
 * A roll after some edits.
 *
 * @param roll before, [T, P]; not changed
 * @param edits in order: `step`, `pitch` (row) and what the cell is afterwards
 * @param count how many of them; left out: all
 * @returns a roll of its own
 */
export function rollAfter(
  roll: Roll,
  edits: readonly { readonly step: number; readonly pitch: number; readonly on: boolean }[],
  count = edits.length,
): Roll {
  const cells = roll.cells.slice();
  for (const { step, pitch, on } of edits.slice(0, count)) cells[cellAt(roll, step, pitch)] = on ? 1 : 0;
  return { ...roll, cells };
}
