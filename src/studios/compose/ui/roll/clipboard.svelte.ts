import { type NewNote, type ScoreNote, snapToGrid, TICKS_PER_STEP } from '../../state/music.ts';
import type { ComposeDocument } from '../../state/document.svelte.ts';
import { fitLength } from './gestures.ts';

/** Notes that were copied or cut; they outlive the composition that they are from. */
export class Clipboard {
  notes = $state.raw<readonly NewNote[]>([]);
}

/** The notes that are selected, in the order of time. */
export const selectedOf = (document: ComposeDocument): ScoreNote[] =>
  document.score.notes.filter(({ id }) => document.selection.has(id));

export const selectAll = (document: ComposeDocument): void =>
  document.select(document.score.notes.map(({ id }) => id));

/** Copies what is selected; nothing is copied over what is there. */
export function copy(document: ComposeDocument, clipboard: Clipboard): void {
  const selected = selectedOf(document);
  if (selected.length > 0) clipboard.notes = selected;
}

export function cut(document: ComposeDocument, clipboard: Clipboard): void {
  copy(document, clipboard);
  document.removeNotes(document.selection, 'Cut notes');
}

/**
 * Puts notes where a step is, and selects them. What would begin behind the last bar is left out, what reaches over it is cut.
 *
 * @returns how many had no room
 */
export function paste(
  document: ComposeDocument,
  notes: readonly NewNote[],
  atStep: number,
  label = 'Paste notes',
): number {
  if (notes.length === 0) return 0;
  const first = notes.reduce(
    (least, { startTick }) => Math.min(least, Math.floor(startTick / TICKS_PER_STEP) * TICKS_PER_STEP),
    Infinity,
  );
  const end = document.steps * TICKS_PER_STEP;
  const moved = notes
    .map(({ startTick, lengthTick, pitchMidi, velocity, author }): NewNote => {
      const place = { startTick: startTick - first + atStep * TICKS_PER_STEP };
      return { ...place, lengthTick: fitLength(document, place, lengthTick, 1), pitchMidi, velocity, author };
    })
    .filter(({ startTick }) => startTick < end);
  if (moved.length > 0) document.select(document.addNotes(moved, label));
  return notes.length - moved.length;
}

/**
 * What is selected once more, right behind it; what was copied before stays so.
 *
 * @returns how many had no room
 */
export function duplicate(document: ComposeDocument): number {
  const selected = selectedOf(document);
  const endStep = selected
    .map(snapToGrid)
    .reduce((latest, { startStep, lengthSteps }) => Math.max(latest, startStep + lengthSteps), 0);
  return paste(document, selected, endStep, 'Duplicate notes');
}
