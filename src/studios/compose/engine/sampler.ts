import { Draw } from './draw.ts';
import { editRng } from './edit-rng.ts';
import { assertRoll, type Roll } from './roll.ts';
import { assertSettings, temperatureAt, type SamplerSettings } from './settings.ts';

/** One cell flipped. */
export interface Edit {
  /** [0, T) */
  readonly step: number;
  /** Row [0, P); row 0 is `pitchLowMidi`. */
  readonly pitch: number;
  /** What the cell is now. */
  readonly on: boolean;
  /** ln of the cell's share in the softmax over the cells that budgets, locks and cool-down left, at the run's temperature. */
  readonly logProbability: number;
  /** Which pass of the network it came from, counted from 0. */
  readonly pass: number;
}

/**
 * What a cell must satisfy beyond budgets and locks, asked of each cell that is drawn: a refused one is drawn again, which
 * gives every other cell the probability it would have had if the refused ones had been masked.
 */
export interface EditRule {
  /**
   * Asks about one flip.
   *
   * @param roll as it is now, [T, P]; not to be changed
   * @param step of the cell
   * @param pitch its row
   * @returns whether it may be flipped
   */
  allows(roll: Roll, step: number, pitch: number): boolean;
}

/** Changes what the network says before it is drawn from, e.g. toward a density. In place. */
export type LogitBias = (roll: Roll, logits: Float32Array) => void;

/** What a run begins with. */
export interface SamplerInput {
  /** [T, P] as the run begins: budgets count from here. */
  readonly roll: Roll;
  /** [T, P] uint8, 1 = this cell is never flipped; left out: all are free. */
  readonly locked?: Uint8Array;
  readonly rules?: readonly EditRule[];
  readonly biases?: readonly LogitBias[];
}

/** Why a run ended by itself. */
export type StopReason = 'iterations' | 'no-cell-left' | 'settled';

/** Under this share of its last `settleEdits` edits changed for good, a run has settled. */
const SETTLED_SHARE = 0.1;

/**
 * A run of the AR-CNN's sampler: softmax(logits / temperature) over all allowed cells, draw one, flip it, repeat. It owns
 * its copy of the roll; the network is the caller's.
 *
 * The original lets one cell more be added than its limit says (`>` for `>=`); here the limit holds at every moment.
 *
 * @see https://arxiv.org/abs/2008.08927
 * @see https://github.com/aws-samples/aws-deepcomposer-samples/tree/master/ar-cnn (inference.py, for the meaning of the limits)
 */
export class Sampler {
  readonly #input: SamplerInput;
  readonly #settings: SamplerSettings;
  readonly #roll: Roll;
  readonly #maxRemoved: number;
  readonly #edits: Edit[] = [];
  #added = 0;
  #removed = 0;
  #pass = 0;
  /** Cells flipped in the pass under way. */
  #inPass: number[] = [];
  /** For each cell the edit from which on it may be flipped again. */
  readonly #restsUntil: Uint32Array;
  /** Cells that the last `settleEdits` edits flipped an odd number of times. */
  readonly #moved = new Set<number>();
  readonly #draw: Draw;
  #stop: StopReason | undefined;

  /**
   * A run, or the rest of one: given the edits of an earlier run with the same input and settings, up to any of them, it goes
   * on as that run did.
   *
   * @param input the roll and what binds the run; not changed
   * @param settings of the run
   * @param edits made before, in order
   * @throws RangeError when the input, a setting or an edit does not fit
   */
  constructor(input: SamplerInput, settings: SamplerSettings, edits: readonly Edit[] = []) {
    assertRoll(input.roll, 'roll');
    assertSettings(settings);
    const size = input.roll.cells.length;
    if (input.locked !== undefined && input.locked.length !== size)
      throw new RangeError(`locked: expected ${size} cells, found ${input.locked.length}`);
    let on = 0;
    for (const cell of input.roll.cells) on += cell;
    this.#input = input;
    this.#settings = settings;
    this.#roll = { ...input.roll, cells: input.roll.cells.slice() };
    this.#maxRemoved = Math.floor(on * settings.maxRemovedShare + 1e-9);
    this.#restsUntil = new Uint32Array(size);
    this.#draw = new Draw(size);
    for (const edit of edits) this.#replay(edit);
    if (settings.iterations <= this.#edits.length) this.#stop = 'iterations';
  }

  /**
   * The roll as it is now; the caller must not change it.
   *
   * @returns [T, P] uint8 {0, 1}, the sampler's own
   */
  get roll(): Roll {
    return this.#roll;
  }

  /**
   * All edits so far, in order.
   *
   * @returns the list, which grows
   */
  get edits(): readonly Edit[] {
    return this.#edits;
  }

  /**
   * Cells on now that were off at the beginning.
   *
   * @returns how many, ≤ `maxAdded`
   */
  get added(): number {
    return this.#added;
  }

  /**
   * Cells off now that were on at the beginning.
   *
   * @returns how many
   */
  get removed(): number {
    return this.#removed;
  }

  /**
   * Why the run is over; undefined while it is not.
   *
   * @returns the reason
   */
  get stop(): StopReason | undefined {
    return this.#stop;
  }

  /**
   * What the network has to look at next. In the middle of a pass it is the roll as it was when the pass began.
   *
   * @returns [T, P] uint8 {0, 1}, the caller's own
   */
  passInput(): Uint8Array<ArrayBuffer> {
    const cells = this.#roll.cells.slice();
    for (const cell of this.#inPass) cells[cell] = 1 - (cells[cell] ?? 0);
    return cells;
  }

  /**
   * Draws and makes the edits of one pass.
   *
   * @param logits [T, P] float32 of `passInput()`; not changed
   * @returns the new edits, in order; none when the run is over
   * @throws RangeError when there are more or fewer logits than cells, or one of an allowed cell is not finite
   */
  takePass(logits: Float32Array): readonly Edit[] {
    const { cells } = this.#roll;
    if (logits.length !== cells.length)
      throw new RangeError(`logits: expected ${cells.length}, found ${logits.length}`);
    const before = this.#edits.length;
    if (this.#stop !== undefined) return [];
    const { iterations, editsPerPass, temperature } = this.#settings;
    const begun = before - this.#inPass.length;
    this.#draw.begin(this.#biased(logits), temperatureAt(temperature, begun / iterations));
    while (this.#inPass.length < editsPerPass && this.#stop === undefined) {
      if (!this.#drawOne()) {
        if (this.#inPass.length === 0) this.#stop = 'no-cell-left';
        break;
      }
    }
    this.#inPass = [];
    this.#pass += 1;
    return this.#edits.slice(before);
  }

  #biased(logits: Float32Array): Float32Array {
    const biases = this.#input.biases ?? [];
    if (biases.length === 0) return logits;
    const changed = logits.slice();
    const atPassStart: Roll =
      this.#inPass.length === 0 ? this.#roll : { ...this.#roll, cells: this.passInput() };
    for (const bias of biases) bias(atPassStart, changed);
    return changed;
  }

  // Whether a cell could be drawn.
  #drawOne(): boolean {
    const { pitches } = this.#roll;
    const rules = this.#input.rules ?? [];
    const drawn = this.#draw.take(
      (open) => this.#markOpen(open),
      (cell) => {
        const step = Math.floor(cell / pitches);
        return rules.every((rule) => rule.allows(this.#roll, step, cell % pitches));
      },
      editRng(this.#settings.seed, this.#edits.length),
    );
    if (drawn === undefined) return false;
    this.#flip(drawn.cell, drawn.logProbability);
    return true;
  }

  // Marks the cells that budgets, locks, cool-down and the distance within a pass leave; how many.
  #markOpen(open: Uint8Array): number {
    const { cells, pitches, steps } = this.#roll;
    const given = this.#input.roll.cells;
    const locked = this.#input.locked;
    const isAddingOver = this.#added >= this.#settings.maxAdded;
    const isRemovingOver = this.#removed >= this.#maxRemoved;
    const taken = this.#inPass.map((cell) => Math.floor(cell / pitches));
    let count = 0;
    for (let step = 0; step < steps; step += 1) {
      const isNear = taken.some((other) => Math.abs(other - step) < this.#settings.minStepsApart);
      for (let cell = step * pitches; cell < (step + 1) * pitches; cell += 1) {
        const isFirst = cells[cell] === given[cell];
        const isClosed =
          isNear ||
          locked?.[cell] === 1 ||
          (this.#restsUntil[cell] ?? 0) > this.#edits.length ||
          (isFirst && (cells[cell] === 1 ? isRemovingOver : isAddingOver));
        open[cell] = isClosed ? 0 : 1;
        if (!isClosed) count += 1;
      }
    }
    for (const cell of this.#inPass) {
      if (open[cell] === 1) count -= 1;
      open[cell] = 0;
    }
    return count;
  }

  #flip(cell: number, logProbability: number): void {
    const { cells, pitches } = this.#roll;
    const on = cells[cell] === 0;
    cells[cell] = on ? 1 : 0;
    const wasOn = this.#input.roll.cells[cell] === 1;
    const isUndo = on === wasOn;
    if (wasOn) this.#removed += isUndo ? -1 : 1;
    else this.#added += isUndo ? -1 : 1;
    const step = Math.floor(cell / pitches);
    this.#edits.push({ step, pitch: cell % pitches, on, logProbability, pass: this.#pass });
    this.#inPass.push(cell);
    if (isUndo && this.#settings.coolDownEdits > 0)
      this.#restsUntil[cell] = this.#edits.length + this.#settings.coolDownEdits;
    this.#noteMove(cell);
    if (this.#edits.length >= this.#settings.iterations) this.#stop = 'iterations';
  }

  #noteMove(cell: number): void {
    const { settleEdits } = this.#settings;
    if (settleEdits === 0) return;
    this.#toggleMoved(cell);
    const left = this.#edits[this.#edits.length - 1 - settleEdits];
    if (left === undefined) return;
    this.#toggleMoved(left.step * this.#roll.pitches + left.pitch);
    if (this.#moved.size <= settleEdits * SETTLED_SHARE) this.#stop = 'settled';
  }

  #toggleMoved(cell: number): void {
    if (!this.#moved.delete(cell)) this.#moved.add(cell);
  }

  #replay(edit: Edit): void {
    const { steps, pitches, cells } = this.#roll;
    const isWithin = (value: number, size: number): boolean =>
      Number.isSafeInteger(value) && value >= 0 && value < size;
    if (!isWithin(edit.step, steps) || !isWithin(edit.pitch, pitches))
      throw new RangeError(
        `edit: expected a cell of ${steps} × ${pitches}, found ${edit.step}, ${edit.pitch}`,
      );
    const cell = edit.step * pitches + edit.pitch;
    if ((cells[cell] === 1) === edit.on)
      throw new RangeError(`edit: cell ${edit.step}, ${edit.pitch} is ${edit.on ? 'on' : 'off'} already`);
    if (edit.pass !== this.#pass) {
      this.#pass = edit.pass;
      this.#inPass = [];
    }
    this.#flip(cell, edit.logProbability);
    if (this.#inPass.length >= this.#settings.editsPerPass) {
      this.#inPass = [];
      this.#pass += 1;
    }
  }
}
