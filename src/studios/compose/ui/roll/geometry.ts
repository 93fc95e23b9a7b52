import { quantized, type ScoreNote, TICKS_PER_STEP } from '../../state/music.ts';

/** Pixels of the keys at the left. */
export const KEYS_WIDTH = 44;

/** How the roll lies on the canvas; all lengths in CSS pixels. */
export interface RollView {
  readonly stepWidth: number;
  readonly rowHeight: number;
  /** Lowest and highest pitch shown, both inclusive. */
  readonly lowMidi: number;
  readonly highMidi: number;
  /** How far the steps are scrolled to the left. */
  readonly scrollX: number;
  /** Of the canvas. */
  readonly width: number;
}

/** A rectangle on the canvas. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const heightOf = (view: RollView): number => (view.highMidi - view.lowMidi + 1) * view.rowHeight;

export const xOfStep = (view: RollView, step: number): number =>
  KEYS_WIDTH + step * view.stepWidth - view.scrollX;

/** Not rounded. */
export const stepAt = (view: RollView, x: number): number => (x - KEYS_WIDTH + view.scrollX) / view.stepWidth;

export const yOfPitch = (view: RollView, pitchMidi: number): number =>
  (view.highMidi - pitchMidi) * view.rowHeight;

export const pitchAt = (view: RollView, y: number): number =>
  Math.max(view.lowMidi, Math.min(view.highMidi, view.highMidi - Math.floor(y / view.rowHeight)));

/** Where a note is drawn, by the strength of the grid. */
export function boxOf(view: RollView, note: ScoreNote, strength: number): Box {
  const { startTick, lengthTick } = quantized(note, strength);
  return {
    x: xOfStep(view, startTick / TICKS_PER_STEP),
    y: yOfPitch(view, note.pitchMidi),
    width: Math.max(3, (lengthTick / TICKS_PER_STEP) * view.stepWidth),
    height: view.rowHeight,
  };
}

const contains = (box: Box, x: number, y: number): boolean =>
  x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;

export const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The note under a point, the last drawn first. */
export const noteAt = (
  view: RollView,
  notes: readonly ScoreNote[],
  strength: number,
  x: number,
  y: number,
): ScoreNote | undefined => notes.findLast((note) => contains(boxOf(view, note, strength), x, y));

/** Pitches that are shown: the network's, and whole octaves around every note outside. */
export function pitchSpan(notes: readonly ScoreNote[], low: number, high: number): readonly [number, number] {
  const lowest = notes.reduce((least, { pitchMidi }) => Math.min(least, pitchMidi), low);
  const highest = notes.reduce((most, { pitchMidi }) => Math.max(most, pitchMidi), high);
  return [Math.min(low, Math.floor(lowest / 12) * 12), Math.max(high, Math.floor(highest / 12) * 12 + 11)];
}

const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'] as const;

/** E.g. `C4` for 60. */
export const nameOfPitch = (pitchMidi: number): string =>
  `${NAMES[((pitchMidi % 12) + 12) % 12] ?? ''}${Math.floor(pitchMidi / 12) - 1}`;

export const isBlackKey = (pitchMidi: number): boolean => [1, 3, 6, 8, 10].includes(pitchMidi % 12);

/** E.g. `bar 2, beat 3`. */
export const nameOfStep = (step: number): string => {
  const inBeat = step % 4;
  const beat = `bar ${Math.floor(step / 16) + 1}, beat ${(Math.floor(step / 4) % 4) + 1}`;
  return inBeat === 0 ? beat : `${beat}, sixteenth ${inBeat + 1}`;
};
