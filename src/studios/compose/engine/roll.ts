/** Sixteenth steps that the network sees at once: 8 bars of 4/4. */
export const WINDOW_STEPS = 128;
/** The grid: four steps a quarter note. */
export const STEPS_PER_QUARTER = 4;
/** A bar of 4/4; other metres are sampled as if they were 4/4. */
export const STEPS_PER_BAR = 16;

/** Size and place of a roll. */
export interface RollShape {
  /** T, sixteenths. */
  readonly steps: number;
  /** P, rows. */
  readonly pitches: number;
  /** MIDI number of row 0. */
  readonly pitchLowMidi: number;
}

/** A piano roll, voices merged. */
export interface Roll extends RollShape {
  /** [T, P] uint8 {0, 1}, step by step; row 0 is the lowest pitch. */
  readonly cells: Uint8Array<ArrayBuffer>;
}

/** A note on the grid of sixteenths. */
export interface Note {
  /** ≥ 0 */
  readonly startStep: number;
  /** ≥ 1 */
  readonly lengthSteps: number;
  /** 0–127 */
  readonly pitchMidi: number;
}

/** Notes as a roll, and what a roll cannot say. */
export interface RolledNotes {
  readonly roll: Roll;
  /** [T, P] uint8 {0, 1}: a note begins here; a roll by itself cannot tell a held note from a repeated one. */
  readonly onsets: Uint8Array<ArrayBuffer>;
  /** Notes above or below the roll's pitches, in the order they came: they are played and exported, never changed. */
  readonly outside: readonly Note[];
}

/**
 * Index of a cell.
 *
 * @param shape of the roll
 * @param step [0, T)
 * @param pitch row [0, P)
 * @returns the index into `cells`
 */
export const cellAt = (shape: RollShape, step: number, pitch: number): number => step * shape.pitches + pitch;

/**
 * An empty roll.
 *
 * @param shape its size
 * @returns a roll [T, P] of zeros
 */
export function emptyRoll(shape: RollShape): Roll {
  const { steps, pitches, pitchLowMidi } = shape;
  return { steps, pitches, pitchLowMidi, cells: new Uint8Array(steps * pitches) };
}

/**
 * Checks a roll at a public edge.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @param name what to call it in the error
 * @throws RangeError when the number of cells is another one, or a cell is neither 0 nor 1
 */
export function assertRoll(roll: Roll, name: string): void {
  const expected = roll.steps * roll.pitches;
  if (roll.cells.length !== expected)
    throw new RangeError(
      `${name}: expected ${roll.steps} × ${roll.pitches} cells, found ${roll.cells.length}`,
    );
  const odd = roll.cells.findIndex((cell) => cell > 1);
  if (odd >= 0) throw new RangeError(`${name}: expected 0 or 1 in cell ${odd}, found ${roll.cells[odd]}`);
}

/**
 * Notes → roll. Notes of one pitch that overlap share their cells; each still begins where it began.
 *
 * @param notes in any order
 * @param shape of the roll; a note outside its pitches is kept apart
 * @returns roll [T, P], onsets [T, P], the notes outside
 * @throws RangeError when a note begins before step 0, is shorter than a step, ends after the roll, or is off the grid
 */
export function notesToRoll(notes: readonly Note[], shape: RollShape): RolledNotes {
  const roll = emptyRoll(shape);
  const onsets = new Uint8Array(roll.cells.length);
  const outside: Note[] = [];
  for (const note of notes) {
    const { startStep, lengthSteps, pitchMidi } = note;
    if (![startStep, lengthSteps, pitchMidi].every(Number.isInteger))
      throw new RangeError(`note: expected whole numbers, found ${JSON.stringify(note)}`);
    if (startStep < 0 || lengthSteps < 1 || startStep + lengthSteps > shape.steps)
      throw new RangeError(
        `note: expected steps within 0–${shape.steps}, found ${startStep} + ${lengthSteps}`,
      );
    const pitch = pitchMidi - shape.pitchLowMidi;
    if (pitch < 0 || pitch >= shape.pitches) {
      outside.push(note);
      continue;
    }
    onsets[cellAt(shape, startStep, pitch)] = 1;
    for (let step = startStep; step < startStep + lengthSteps; step += 1)
      roll.cells[cellAt(shape, step, pitch)] = 1;
  }
  return { roll, onsets, outside };
}

/**
 * Roll → notes: neighbouring cells of a pitch are one note, split where an onset says that it was struck again.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @param onsets [T, P] uint8 {0, 1}, from `notesToRoll` of the roll before it was edited; left out: nothing is split
 * @returns notes by start, then by pitch
 */
export function rollToNotes(roll: Roll, onsets?: Uint8Array): Note[] {
  const notes: Note[] = [];
  for (let pitch = 0; pitch < roll.pitches; pitch += 1) {
    let start = -1;
    for (let step = 0; step <= roll.steps; step += 1) {
      const cell = cellAt(roll, step, pitch);
      const isOn = step < roll.steps && roll.cells[cell] === 1;
      if (start >= 0 && (!isOn || onsets?.[cell] === 1)) {
        notes.push({
          startStep: start,
          lengthSteps: step - start,
          pitchMidi: roll.pitchLowMidi + pitch,
        });
        start = -1;
      }
      if (isOn && start < 0) start = step;
    }
  }
  return notes.sort((a, b) => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi);
}

/**
 * The sounding rows of one step.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @param step [0, T)
 * @returns rows, highest first
 */
export function chordAt(roll: Roll, step: number): number[] {
  const rows: number[] = [];
  for (let pitch = roll.pitches - 1; pitch >= 0; pitch -= 1)
    if (roll.cells[cellAt(roll, step, pitch)] === 1) rows.push(pitch);
  return rows;
}

/**
 * Number of cells that are on.
 *
 * @param cells uint8 {0, 1}
 * @returns how many are 1
 */
export function countOn(cells: Uint8Array): number {
  let count = 0;
  for (const cell of cells) count += cell;
  return count;
}

/**
 * A part of a roll, all its pitches.
 *
 * @param roll [T, P] uint8 {0, 1}
 * @param startStep first step, ≥ 0
 * @param steps how many; what lies behind the roll's end is silence
 * @returns a roll [steps, P] of its own
 */
export function sliceRoll(roll: Roll, startStep: number, steps: number): Roll {
  const part = emptyRoll({ ...roll, steps });
  const from = startStep * roll.pitches;
  part.cells.set(roll.cells.subarray(from, from + steps * roll.pitches));
  return part;
}
