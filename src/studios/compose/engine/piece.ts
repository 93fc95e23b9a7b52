import { assertRoll, sliceRoll, WINDOW_STEPS, type Roll } from './roll.ts';
import { rulesOf, type Constraints } from './rules.ts';
import { Sampler, type Edit, type StopReason } from './sampler.ts';
import type { SamplerSettings } from './settings.ts';
import { plannedEdits, planWindows, settingsOfWindow, type Window } from './windows.ts';

/** An edit of a piece: `step` counts from the piece's beginning, `pass` from the window's. */
export interface PieceEdit extends Edit {
  /** Which window it was made in. */
  readonly window: number;
}

/** What a run is made of: plain data, so it can be kept, sent, and run again. */
export interface PieceRequest {
  /** [T, P], any T ≥ 1: step 0 is the first beat of a bar of 4/4. */
  readonly roll: Roll;
  /** [T, P] uint8, 1 = never flipped; left out: all cells are free. */
  readonly locked?: Uint8Array;
  readonly settings: SamplerSettings;
  readonly constraints: Constraints;
}

/**
 * A run over a piece of any length: one sampler after the other, each in its window, with what the ones before have written
 * as locked context. A piece of up to 8 bars has one window and is the plain sampler.
 */
export class Piece {
  readonly #request: PieceRequest;
  readonly #roll: Roll;
  readonly #windows: readonly Window[];
  readonly #edits: PieceEdit[] = [];
  #index = 0;
  #sampler: Sampler;
  /** Of the windows that are done. */
  #added = 0;
  #removed = 0;
  #stop: StopReason | undefined;

  /**
   * A run, or the rest of one.
   *
   * @param request what to run; not changed
   * @param edits of an earlier run of the same request, up to any of them
   * @throws RangeError when the request or an edit does not fit
   */
  constructor(request: PieceRequest, edits: readonly PieceEdit[] = []) {
    const { roll, locked } = request;
    assertRoll(roll, 'roll');
    if (locked !== undefined && locked.length !== roll.cells.length)
      throw new RangeError(`locked: expected ${roll.cells.length} cells, found ${locked.length}`);
    this.#request = request;
    this.#roll = { ...roll, cells: roll.cells.slice() };
    this.#windows = planWindows(roll.steps);
    const last = edits.at(-1)?.window ?? 0;
    this.#sampler = this.#open(0, edits);
    while (this.#index < last) this.#next(edits);
    this.#moveOn();
  }

  /**
   * The piece as it is now; the caller must not change it.
   *
   * @returns [T, P] uint8 {0, 1}, the run's own
   */
  get roll(): Roll {
    return this.#roll;
  }

  /**
   * All edits so far, in order.
   *
   * @returns the list, which grows
   */
  get edits(): readonly PieceEdit[] {
    return this.#edits;
  }

  /**
   * Cells on now that were off at the beginning.
   *
   * @returns how many
   */
  get added(): number {
    return this.#added + this.#sampler.added;
  }

  /**
   * Cells off now that were on at the beginning.
   *
   * @returns how many
   */
  get removed(): number {
    return this.#removed + this.#sampler.removed;
  }

  /**
   * Why the last window's run ended; undefined while there is something to do.
   *
   * @returns the reason
   */
  get stop(): StopReason | undefined {
    return this.#stop;
  }

  /**
   * Edits that the run makes if no window ends before its time.
   *
   * @returns how many
   */
  get plannedEdits(): number {
    return plannedEdits(this.#request.settings, this.#roll.steps);
  }

  /**
   * What the network has to look at next.
   *
   * @returns [128, P] uint8 {0, 1}: the window, silence behind the piece's end
   */
  passInput(): Uint8Array<ArrayBuffer> {
    return this.#sampler.passInput();
  }

  /**
   * Draws and makes the edits of one pass.
   *
   * @param logits [128, P] float32 of `passInput()`
   * @returns the new edits, in order
   * @throws RangeError when the logits do not fit
   */
  takePass(logits: Float32Array): readonly PieceEdit[] {
    const begun = this.#edits.length;
    for (const edit of this.#sampler.takePass(logits)) this.#note(edit);
    this.#moveOn();
    return this.#edits.slice(begun);
  }

  #moveOn(): void {
    while (this.#sampler.stop !== undefined && this.#index + 1 < this.#windows.length) this.#next([]);
    this.#stop = this.#sampler.stop;
  }

  #next(edits: readonly PieceEdit[]): void {
    this.#added += this.#sampler.added;
    this.#removed += this.#sampler.removed;
    this.#index += 1;
    this.#sampler = this.#open(this.#index, edits);
  }

  #note(edit: Edit): void {
    const step = edit.step + (this.#windows[this.#index]?.startStep ?? 0);
    this.#edits.push({ ...edit, step, window: this.#index });
    this.#roll.cells[step * this.#roll.pitches + edit.pitch] = edit.on ? 1 : 0;
  }

  #open(index: number, edits: readonly PieceEdit[]): Sampler {
    const window = this.#windows[index];
    if (window === undefined) throw new RangeError(`edit: there is no window ${index}`);
    const { roll, locked, settings, constraints } = this.#request;
    const { startStep, freeFrom, freeTo } = window;
    const { pitches } = roll;
    const mask = new Uint8Array(WINDOW_STEPS * pitches).fill(1);
    const begin = startStep * pitches;
    for (let cell = freeFrom * pitches; cell < freeTo * pitches; cell += 1)
      mask[cell] = locked?.[begin + cell] ?? 0;
    const input = sliceRoll(this.#roll, startStep, WINDOW_STEPS);
    const { rules, biases } = rulesOf(constraints, sliceRoll(roll, startStep, WINDOW_STEPS));
    const own = edits
      .filter((edit) => edit.window === index)
      .map((edit) => ({ ...edit, step: edit.step - startStep }));
    const sampler = new Sampler(
      { roll: input, locked: mask, rules, biases },
      settingsOfWindow(settings, this.#windows, index),
      own,
    );
    for (const edit of own) this.#note(edit);
    return sampler;
  }
}
