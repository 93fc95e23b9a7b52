import { snapToGrid, TICKS_PER_STEP } from '../../state/music.ts';
import type { ComposeDocument } from '../../state/document.svelte.ts';
import { type Clipboard, copy, cut, duplicate, paste, selectAll } from './clipboard.svelte.ts';
import { fitLength } from './gestures.ts';

/** A cell of the roll that keys move. */
export interface Cursor {
  readonly step: number;
  readonly pitchMidi: number;
}

interface KeyStage {
  readonly document: ComposeDocument;
  readonly cursor: Cursor;
  readonly lowMidi: number;
  readonly highMidi: number;
  readonly lengthSteps: number;
  readonly clipboard: Clipboard;
  readonly sound: (pitchMidi: number, velocity: number) => void;
}

const VELOCITY = 84;
const ARROWS: Readonly<Record<string, readonly [steps: number, pitches: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  PageUp: [0, 12],
  PageDown: [0, -12],
};

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** What a key does on the roll. @returns where the cursor is afterwards, or undefined when the key is none of ours */
export function rollKey(event: KeyboardEvent, stage: KeyStage): Cursor | undefined {
  const { document, cursor } = stage;
  const control = event.ctrlKey || event.metaKey;
  if (control) return controlKey(event.key.toLowerCase(), stage);
  const arrow = ARROWS[event.key];
  if (arrow !== undefined && event.altKey) {
    shift(document, arrow[0], arrow[1]);
    return cursor;
  }
  if (arrow !== undefined) {
    const next = {
      step: clamp(cursor.step + arrow[0], 0, document.steps - 1),
      pitchMidi: clamp(cursor.pitchMidi + arrow[1], stage.lowMidi, stage.highMidi),
    };
    if (event.shiftKey) extendRegion(document, cursor, next);
    else document.region = undefined;
    return next;
  }
  switch (event.key) {
    case 'Home':
      return { ...cursor, step: 0 };
    case 'End':
      return { ...cursor, step: document.steps - 1 };
    case 'Enter':
      press(stage);
      return cursor;
    case 'Delete':
    case 'Backspace':
      document.removeNotes(document.selection, 'Delete notes');
      return cursor;
    case 'Escape':
      document.select([]);
      document.region = undefined;
      return cursor;
    case '+':
    case '=':
    case '-':
      lengthen(document, event.key === '-' ? -1 : 1);
      return cursor;
    default:
      return undefined;
  }
}

function controlKey(key: string, stage: KeyStage): Cursor | undefined {
  const { document, cursor, clipboard } = stage;
  if (key === 'a') selectAll(document);
  else if (key === 'c') copy(document, clipboard);
  else if (key === 'x') cut(document, clipboard);
  else if (key === 'v') paste(document, clipboard.notes, cursor.step);
  else if (key === 'd') duplicate(document);
  else return undefined;
  return cursor;
}

function press({ document, cursor, lengthSteps, sound }: KeyStage): void {
  const there = document.score.notes.find((note) => {
    const { startStep, lengthSteps: length } = snapToGrid(note);
    return (
      note.pitchMidi === cursor.pitchMidi && cursor.step >= startStep && cursor.step < startStep + length
    );
  });
  if (there !== undefined) {
    document.select([there.id]);
    sound(there.pitchMidi, there.velocity);
    return;
  }
  const lengthTick = Math.min(lengthSteps, document.steps - cursor.step) * TICKS_PER_STEP;
  const startTick = cursor.step * TICKS_PER_STEP;
  document.select(
    document.addNotes(
      [{ startTick, lengthTick, pitchMidi: cursor.pitchMidi, velocity: VELOCITY, author: 'person' }],
      'Draw a note',
    ),
  );
  sound(cursor.pitchMidi, VELOCITY);
}

function shift(document: ComposeDocument, steps: number, pitches: number): void {
  const end = document.steps * TICKS_PER_STEP;
  const selected = document.score.notes.filter(({ id }) => document.selection.has(id));
  const fits = selected.every(
    ({ startTick, pitchMidi }) =>
      startTick + steps * TICKS_PER_STEP >= 0 &&
      startTick + steps * TICKS_PER_STEP < end &&
      pitchMidi + pitches >= 0 &&
      pitchMidi + pitches <= 127,
  );
  if (!fits) return;
  document.changeNotes(document.selection, pitches === 0 ? 'Move notes' : 'Transpose notes', (note) => ({
    ...note,
    startTick: note.startTick + steps * TICKS_PER_STEP,
    pitchMidi: note.pitchMidi + pitches,
  }));
}

function lengthen(document: ComposeDocument, steps: number): void {
  document.changeNotes(document.selection, 'Change the length of notes', (note) => ({
    ...note,
    lengthTick: fitLength(document, note, note.lengthTick + steps * TICKS_PER_STEP, TICKS_PER_STEP),
  }));
}

function extendRegion(document: ComposeDocument, from: Cursor, to: Cursor): void {
  const region = document.region ?? {
    startStep: from.step,
    endStep: from.step + 1,
    lowMidi: from.pitchMidi,
    highMidi: from.pitchMidi,
  };
  const next = {
    startStep: Math.min(region.startStep, to.step),
    endStep: Math.max(region.endStep, to.step + 1),
    lowMidi: Math.min(region.lowMidi, to.pitchMidi),
    highMidi: Math.max(region.highMidi, to.pitchMidi),
  };
  document.region = next;
  document.select(
    document.score.notes
      .filter((note) => {
        const { startStep, lengthSteps } = snapToGrid(note);
        return (
          startStep < next.endStep &&
          startStep + lengthSteps > next.startStep &&
          note.pitchMidi >= next.lowMidi &&
          note.pitchMidi <= next.highMidi
        );
      })
      .map(({ id }) => id),
  );
}
