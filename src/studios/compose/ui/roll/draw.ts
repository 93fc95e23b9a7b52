import type { ScoreNote } from '../../state/music.ts';
import type { SelectedRegion } from '../../state/document.svelte.ts';
import {
  boxOf,
  heightOf,
  isBlackKey,
  KEYS_WIDTH,
  nameOfPitch,
  xOfStep,
  yOfPitch,
  type Box,
  type RollView,
} from './geometry.ts';

/** Colours of the theme, read from its properties. */
export interface RollColors {
  readonly paper: string;
  readonly sunken: string;
  readonly line: string;
  readonly strong: string;
  readonly person: string;
  readonly network: string;
  readonly selected: string;
}

/** What is on the roll. */
export interface RollPicture {
  readonly notes: readonly ScoreNote[];
  readonly strength: number;
  readonly steps: number;
  readonly selection: ReadonlySet<number>;
  /** Notes of parts that are switched off are drawn faint. */
  readonly isShown: (noteId: number) => boolean;
  readonly locked: Uint8Array | undefined;
  /** Rows of the network: of `locked` and of `heat`. */
  readonly rows: number;
  readonly rowsLowMidi: number;
  readonly heat: { readonly probabilities: Float32Array; readonly greatest: number } | undefined;
  readonly region: SelectedRegion | undefined;
  readonly box: Box | undefined;
  readonly cursor: { readonly step: number; readonly pitchMidi: number } | undefined;
  readonly lit: ReadonlySet<number>;
}

/** Keys are black and white by night too. */
const BLACK_KEY = '#2b2823';
const WHITE_KEY = '#f4efe4';
const KEY_TEXT = '#5b5546';

const STEPS_A_BEAT = 4;
const STEPS_A_BAR = 16;
/** Heat is drawn by the logarithm: of the likeliest cell down to a thousandth of it. */
const HEAT_DECADES = 3;

/** What is in sight: from a step, to another. */
function shownSteps(view: RollView, steps: number): readonly [from: number, to: number] {
  const first = Math.max(0, Math.floor(view.scrollX / view.stepWidth));
  return [first, Math.min(steps, first + Math.ceil(view.width / view.stepWidth) + 1)];
}

function drawGrid(
  context: CanvasRenderingContext2D,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  const height = heightOf(view);
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, view.width, height);
  context.fillStyle = colors.sunken;
  for (let pitch = view.lowMidi; pitch <= view.highMidi; pitch += 1)
    if (isBlackKey(pitch)) context.fillRect(KEYS_WIDTH, yOfPitch(view, pitch), view.width, view.rowHeight);
  const [first, last] = shownSteps(view, picture.steps);
  for (let step = first; step <= last; step += 1) {
    const isBar = step % STEPS_A_BAR === 0;
    if (step % STEPS_A_BEAT !== 0 && view.stepWidth < 9) continue;
    context.fillStyle = isBar ? colors.strong : colors.line;
    context.globalAlpha = isBar ? 0.7 : step % STEPS_A_BEAT === 0 ? 0.9 : 0.45;
    context.fillRect(Math.round(xOfStep(view, step)), 0, 1, height);
  }
  context.globalAlpha = 1;
  context.fillStyle = colors.line;
  for (let pitch = view.lowMidi; pitch <= view.highMidi; pitch += 1)
    if (pitch % 12 === 0)
      context.fillRect(KEYS_WIDTH, yOfPitch(view, pitch) + view.rowHeight - 1, view.width, 1);
  // Behind the last bar there is nothing to write on.
  context.fillStyle = colors.sunken;
  context.fillRect(xOfStep(view, picture.steps), 0, view.width, height);
}

function drawHeat(
  context: CanvasRenderingContext2D,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  const { heat, rows, rowsLowMidi } = picture;
  if (heat === undefined || heat.greatest <= 0) return;
  context.fillStyle = colors.network;
  const [first, last] = shownSteps(view, picture.steps);
  heat.probabilities.subarray(first * rows, last * rows).forEach((probability, cell) => {
    const decades = Math.log10(heat.greatest / Math.max(probability, 1e-30));
    if (decades > HEAT_DECADES) return;
    context.globalAlpha = 0.75 * (1 - decades / HEAT_DECADES);
    const step = first + Math.floor(cell / rows);
    const y = yOfPitch(view, rowsLowMidi + (cell % rows));
    context.fillRect(xOfStep(view, step), y, view.stepWidth, view.rowHeight);
  });
  context.globalAlpha = 1;
}

function drawLocks(
  context: CanvasRenderingContext2D,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  const { locked, rows, rowsLowMidi } = picture;
  if (locked === undefined) return;
  context.fillStyle = colors.strong;
  context.globalAlpha = 0.28;
  for (let row = 0; row < rows; row += 1) {
    let start = -1;
    const steps = locked.length / rows;
    for (let step = 0; step <= steps; step += 1) {
      const isOn = step < steps && locked[step * rows + row] === 1;
      if (isOn && start < 0) start = step;
      if (isOn || start < 0) continue;
      const y = yOfPitch(view, rowsLowMidi + row);
      context.fillRect(xOfStep(view, start), y, (step - start) * view.stepWidth, view.rowHeight);
      start = -1;
    }
  }
  context.globalAlpha = 1;
}

/** More notes in view than these are drawn with plainer shapes: a rounded corner costs five times a straight one. */
const CROWD = 400;

/** A narrower note of the network has no room for its mark: it is half as high instead, pixels. */
const MARKED = 7;

// A person's notes are rounded and filled; the network's have corners and a diamond: told apart without colour.
function drawNote(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  isNetwork: boolean,
  colors: RollColors,
): void {
  context.beginPath();
  if (!isNetwork) context.roundRect(x, y, width, height, Math.min(4, height / 2));
  else if (width < MARKED) context.rect(x, y + height / 4, width, height / 2);
  else context.rect(x, y, width, height);
  context.fill();
  if (!isNetwork || width < MARKED) return;
  const [cx, cy, r] = [x + Math.min(7, width / 2), y + height / 2, Math.min(3, height / 3)];
  context.fillStyle = colors.paper;
  context.beginPath();
  context.moveTo(cx - r, cy);
  context.lineTo(cx, cy - r);
  context.lineTo(cx + r, cy);
  context.lineTo(cx, cy + r);
  context.fill();
}

// The same two, told apart by the network's hole, or height: what is drawn must also be rastered, rectangle by rectangle.
function drawNoteOfMany(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  isNetwork: boolean,
  colors: RollColors,
): void {
  if (isNetwork && width < MARKED) {
    context.fillRect(x, y + height / 4, width, height / 2);
    return;
  }
  context.fillRect(x, y, width, height);
  if (!isNetwork) return;
  context.fillStyle = colors.paper;
  context.fillRect(x + 3, y + height / 2 - 1, 3, 2);
}

function drawNotes(
  context: CanvasRenderingContext2D,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  const boxes: Box[] = [];
  const notes: ScoreNote[] = [];
  for (const note of picture.notes) {
    const { x, y, width, height } = boxOf(view, note, picture.strength);
    if (x > view.width || x + width < KEYS_WIDTH) continue;
    boxes.push({ x, y: y + 1, width: width - 1, height: height - 2 });
    notes.push(note);
  }
  const draw = notes.length > CROWD ? drawNoteOfMany : drawNote;
  context.strokeStyle = colors.selected;
  context.lineWidth = 2;
  notes.forEach((note, at) => {
    const box = boxes[at];
    if (box === undefined) return;
    const isNetwork = note.author === 'network';
    context.globalAlpha = picture.isShown(note.id) ? 0.45 + 0.55 * (note.velocity / 127) : 0.15;
    context.fillStyle = isNetwork ? colors.network : colors.person;
    draw(context, box, isNetwork, colors);
    if (picture.selection.has(note.id))
      context.strokeRect(box.x + 1, box.y + 1, Math.max(1, box.width - 2), box.height - 2);
  });
  context.globalAlpha = 1;
}

function drawKeys(
  context: CanvasRenderingContext2D,
  view: RollView,
  lit: ReadonlySet<number>,
  colors: RollColors,
): void {
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, KEYS_WIDTH, heightOf(view));
  context.font = `10px ui-monospace, monospace`;
  context.textBaseline = 'middle';
  for (let pitch = view.lowMidi; pitch <= view.highMidi; pitch += 1) {
    const y = yOfPitch(view, pitch);
    const isBlack = isBlackKey(pitch);
    context.fillStyle = lit.has(pitch) ? colors.person : isBlack ? BLACK_KEY : WHITE_KEY;
    context.fillRect(0, y, isBlack ? KEYS_WIDTH * 0.6 : KEYS_WIDTH - 1, view.rowHeight - (isBlack ? 0 : 1));
    if (pitch % 12 !== 0) continue;
    context.fillStyle = KEY_TEXT;
    context.fillText(nameOfPitch(pitch), KEYS_WIDTH - 22, y + view.rowHeight / 2);
  }
  context.fillStyle = colors.strong;
  context.fillRect(KEYS_WIDTH - 1, 0, 1, heightOf(view));
}

/** Draws everything but the playhead, which is an element of its own; only what is in view costs anything. */
export function drawRoll(
  context: CanvasRenderingContext2D,
  view: RollView,
  picture: RollPicture,
  colors: RollColors,
): void {
  drawGrid(context, view, picture, colors);
  drawLocks(context, view, picture, colors);
  drawHeat(context, view, picture, colors);
  drawNotes(context, view, picture, colors);
  const { region, box, cursor } = picture;
  context.strokeStyle = colors.selected;
  if (region !== undefined) {
    const y = yOfPitch(view, region.highMidi);
    const height = (region.highMidi - region.lowMidi + 1) * view.rowHeight;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.5;
    context.strokeRect(
      xOfStep(view, region.startStep),
      y,
      (region.endStep - region.startStep) * view.stepWidth,
      height,
    );
    context.setLineDash([]);
  }
  if (box !== undefined) {
    context.lineWidth = 1;
    context.strokeRect(box.x, box.y, box.width, box.height);
  }
  if (cursor !== undefined) {
    context.lineWidth = 2;
    context.strokeRect(
      xOfStep(view, cursor.step),
      yOfPitch(view, cursor.pitchMidi),
      view.stepWidth,
      view.rowHeight,
    );
  }
  drawKeys(context, view, picture.lit, colors);
}
