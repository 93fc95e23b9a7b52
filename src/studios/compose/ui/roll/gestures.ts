import { type ScoreNote, snapToGrid, TICKS_PER_STEP } from '../../state/music.ts';
import type { ComposeDocument, SelectedRegion } from '../../state/document.svelte.ts';
import { boxOf, overlap, pitchAt, stepAt, type Box, type RollView } from './geometry.ts';

/** What a finger or the mouse does on the roll; `scroll` is for fingers. */
export type RollTool = 'scroll' | 'draw' | 'select';

/** What a pointer does between going down and coming up. */
export interface Gesture {
  move(x: number, y: number): void;
  /** @param hasMoved whether it went anywhere */
  end(hasMoved: boolean): void;
}

export interface Stage {
  readonly document: ComposeDocument;
  readonly view: () => RollView;
  /** Whether starts and lengths go to the grid. */
  readonly snaps: () => boolean;
  readonly sound: (pitchMidi: number, velocity: number) => void;
}

const VELOCITY = 84;
let gestures = 0;
const nextKey = (): string => `gesture ${(gestures += 1)}`;

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Draws a note from where the pointer went down; the way to the right is its length. */
export function drawGesture(
  { document, view, snaps, sound }: Stage,
  x: number,
  y: number,
  lengthSteps: number,
): Gesture {
  const key = nextKey();
  const pitchMidi = pitchAt(view(), y);
  const at = stepAt(view(), x);
  const startStep = clamp(snaps() ? Math.floor(at) : at, 0, document.steps - 1);
  const startTick = Math.round(startStep * TICKS_PER_STEP);
  const room = document.steps * TICKS_PER_STEP - startTick;
  const [id = 0] = document.addNotes(
    [
      {
        startTick,
        lengthTick: Math.min(room, lengthSteps * TICKS_PER_STEP),
        pitchMidi,
        velocity: VELOCITY,
        author: 'person',
      },
    ],
    'Draw a note',
    { merge: key },
  );
  document.select([id]);
  sound(pitchMidi, VELOCITY);
  return {
    move(toX) {
      const to = stepAt(view(), toX);
      const length =
        (snaps() ? Math.max(1, Math.ceil(to) - startStep) : Math.max(0.1, to - startStep)) * TICKS_PER_STEP;
      const lengthTick = Math.round(clamp(length, 12, room));
      document.changeNotes(new Set([id]), 'Draw a note', (note) => ({ ...note, lengthTick }), { merge: key });
    },
    end: () => undefined,
  };
}

/** Moves what is selected along both axes. */
export function moveGesture(
  { document, view, snaps, sound }: Stage,
  grabbed: ScoreNote,
  x: number,
  y: number,
): Gesture {
  const key = nextKey();
  const before = new Map(
    document.score.notes.filter(({ id }) => document.selection.has(id)).map((note) => [note.id, note]),
  );
  const ids = new Set(before.keys());
  const fromStep = stepAt(view(), x);
  const fromPitch = pitchAt(view(), y);
  let lastPitch = fromPitch;
  return {
    move(toX, toY) {
      const steps = stepAt(view(), toX) - fromStep;
      const ticks = Math.round((snaps() ? Math.round(steps) : steps) * TICKS_PER_STEP);
      const pitch = pitchAt(view(), toY);
      const all = [...before.values()];
      const earliest = Math.min(...all.map(({ startTick }) => startTick));
      const latest = Math.max(...all.map(({ startTick }) => startTick));
      const byTick = clamp(ticks, -earliest, document.steps * TICKS_PER_STEP - 1 - latest);
      const byPitch = clamp(
        pitch - fromPitch,
        -Math.min(...all.map(({ pitchMidi }) => pitchMidi)),
        127 - Math.max(...all.map(({ pitchMidi }) => pitchMidi)),
      );
      document.changeNotes(
        ids,
        'Move notes',
        (note) => {
          const old = before.get(note.id) ?? note;
          return { ...note, startTick: old.startTick + byTick, pitchMidi: old.pitchMidi + byPitch };
        },
        { merge: key },
      );
      if (pitch !== lastPitch) sound(grabbed.pitchMidi + byPitch, grabbed.velocity);
      lastPitch = pitch;
    },
    end: () => undefined,
  };
}

/** A length that ends with the piece at the latest; `least` even then. In ticks, as everything here. */
export function fitLength(
  { steps }: Pick<ComposeDocument, 'steps'>,
  { startTick }: Pick<ScoreNote, 'startTick'>,
  lengthTick: number,
  least: number,
): number {
  return Math.max(least, Math.min(steps * TICKS_PER_STEP - startTick, lengthTick));
}

/** Makes what is selected longer or shorter. */
export function stretchGesture({ document, view, snaps }: Stage, x: number): Gesture {
  const key = nextKey();
  const before = new Map(
    document.score.notes.filter(({ id }) => document.selection.has(id)).map((note) => [note.id, note]),
  );
  const ids = new Set(before.keys());
  const fromStep = stepAt(view(), x);
  return {
    move(toX) {
      const steps = stepAt(view(), toX) - fromStep;
      const ticks = Math.round((snaps() ? Math.round(steps) : steps) * TICKS_PER_STEP);
      const least = snaps() ? TICKS_PER_STEP : 12;
      document.changeNotes(
        ids,
        'Change the length of notes',
        (note) => ({
          ...note,
          lengthTick: fitLength(document, note, (before.get(note.id) ?? note).lengthTick + ticks, least),
        }),
        { merge: key },
      );
    },
    end: () => undefined,
  };
}

/** Draws a box: the notes that it touches are selected, and it is the region for locks and gaps. */
export function boxGesture(
  { document, view }: Stage,
  x: number,
  y: number,
  show: (box: Box | undefined) => void,
  adds: boolean,
): Gesture {
  const kept = adds ? [...document.selection] : [];
  const boxTo = (toX: number, toY: number): Box => ({
    x: Math.min(x, toX),
    y: Math.min(y, toY),
    width: Math.abs(toX - x),
    height: Math.abs(toY - y),
  });
  return {
    move(toX, toY) {
      const box = boxTo(toX, toY);
      show(box);
      const touched = document.score.notes.filter((note) =>
        overlap(boxOf(view(), note, document.score.quantizeStrength), box),
      );
      document.select([...kept, ...touched.map(({ id }) => id)]);
      document.region = regionOf(view(), box, document.steps);
    },
    end(hasMoved) {
      show(undefined);
      if (hasMoved) return;
      document.select(kept);
      document.region = undefined;
    },
  };
}

function regionOf(view: RollView, box: Box, steps: number): SelectedRegion {
  return {
    startStep: clamp(Math.floor(stepAt(view, box.x)), 0, steps - 1),
    endStep: clamp(Math.ceil(stepAt(view, box.x + box.width)), 1, steps),
    lowMidi: pitchAt(view, box.y + box.height),
    highMidi: pitchAt(view, box.y),
  };
}

/** The region that notes fill: for locks and gaps when no box was drawn. */
export function regionOfNotes(notes: readonly ScoreNote[]): SelectedRegion | undefined {
  if (notes.length === 0) return undefined;
  const places = notes.map(snapToGrid);
  return {
    startStep: Math.min(...places.map(({ startStep }) => startStep)),
    endStep: Math.max(...places.map(({ startStep, lengthSteps }) => startStep + lengthSteps)),
    lowMidi: Math.min(...notes.map(({ pitchMidi }) => pitchMidi)),
    highMidi: Math.max(...notes.map(({ pitchMidi }) => pitchMidi)),
  };
}
