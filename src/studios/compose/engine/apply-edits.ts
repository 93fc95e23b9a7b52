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

/**
 * A score whose roll was changed by the network: what a person made stays as it was played wherever its cells are still on,
 * and all other cells are notes of the network, neighbouring ones of a pitch one note.
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
  const networkIds = new Map<number, number>();
  for (const note of score.notes) {
    const { startStep } = snapToGrid(note);
    if (!isOfRoll(note) || startStep >= steps) {
      kept.push(note);
      continue;
    }
    const row = note.pitchMidi - pitchLowMidi;
    if (note.author === 'network') {
      networkIds.set(cellAt(roll, startStep, row), note.id);
      continue;
    }
    const parts = leftOf(note, roll, cells);
    parts.forEach((part, at) => {
      kept.push(at === 0 ? part : { ...part, id: id++ });
      const place = snapToGrid(part);
      const end = Math.min(steps, place.startStep + place.lengthSteps);
      for (let step = place.startStep; step < end; step += 1) covered[cellAt(roll, step, row)] = 1;
    });
  }
  for (let row = 0; row < pitches; row += 1) {
    const spans = spansOf(roll, row, (cell) => cells[cell] === 1 && covered[cell] === 0);
    for (const { startStep, endStep } of spans) {
      // A note that is still there keeps its name, so that what is selected stays selected.
      const known = networkIds.get(cellAt(roll, startStep, row));
      kept.push({
        id: known ?? id++,
        startTick: startStep * TICKS_PER_STEP,
        lengthTick: (endStep - startStep) * TICKS_PER_STEP,
        pitchMidi: pitchLowMidi + row,
        velocity: NETWORK_VELOCITY,
        author: 'network',
      });
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
