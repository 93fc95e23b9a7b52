import type { Keyboard } from '../../state/keyboard.svelte.ts';
import type { Score } from '../../state/music.ts';
import { toggled } from '../../state/toggled.ts';
import { boxOf, KEYS_WIDTH, noteAt, pitchAt, stepAt, type Box } from './geometry.ts';
import {
  boxGesture,
  drawGesture,
  moveGesture,
  stretchGesture,
  type Gesture,
  type RollTool,
  type Stage,
} from './gestures.ts';
import type { Cursor } from './keys.ts';

/** What a hand works on, as it is at that moment. */
export interface HandStage extends Stage {
  readonly keyboard: Keyboard;
  readonly canvas: HTMLCanvasElement | undefined;
  readonly shown: Score;
  readonly tool: RollTool;
  readonly isReadOnly: boolean;
  /** Of a note that is drawn by a click, in sixteenths. */
  readonly lengthSteps: number;
  showBox(box: Box | undefined): void;
  setCursor(cursor: Cursor): void;
}

/** The end of a note that stretches it, in pixels. */
const EDGE = 7;
/** What is less is a click. */
const MOVED = 3;
const SOFTEST = 50;
const LOUDEST = 120;
const GLIDING = 80;

/** The mouse, a pen or a finger on the roll and on its keys. */
export class RollHand {
  readonly #stage: HandStage;
  #gesture: Gesture | undefined;
  #began = { x: 0, y: 0, hasMoved: false };
  #soundingKey = -1;

  constructor(stage: HandStage) {
    this.#stage = stage;
  }

  /** Whether something is held: the view stays where it is then. */
  get isBusy(): boolean {
    return this.#gesture !== undefined;
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const stage = this.#stage;
    const { x, y } = this.place(event);
    const view = stage.view();
    this.#began = { x, y, hasMoved: false };
    if (x < KEYS_WIDTH) {
      this.#soundingKey = pitchAt(view, y);
      const velocity = SOFTEST + Math.round((x / KEYS_WIDTH) * (LOUDEST - SOFTEST));
      stage.keyboard.press(this.#soundingKey, velocity, 'roll');
      stage.canvas?.setPointerCapture(event.pointerId);
      return;
    }
    if (stage.isReadOnly || (stage.tool === 'scroll' && event.pointerType === 'touch')) return;
    stage.canvas?.setPointerCapture(event.pointerId);
    const { document } = stage;
    const step = Math.max(0, Math.min(document.steps - 1, Math.floor(stepAt(view, x))));
    stage.setCursor({ step, pitchMidi: pitchAt(view, y) });
    this.#gesture = this.#begin(event, x, y);
  }

  move(event: PointerEvent): void {
    const { x, y } = this.place(event);
    if (this.#soundingKey >= 0) {
      this.#glide(pitchAt(this.#stage.view(), y));
      return;
    }
    if (this.#gesture === undefined) return;
    const began = this.#began;
    if (!began.hasMoved && Math.hypot(x - began.x, y - began.y) < MOVED) return;
    began.hasMoved = true;
    this.#gesture.move(x, y);
  }

  up(): void {
    if (this.#soundingKey >= 0) this.#stage.keyboard.release(this.#soundingKey, 'roll');
    this.#soundingKey = -1;
    this.#gesture?.end(this.#began.hasMoved);
    this.#gesture = undefined;
  }

  /** A double click or the other button: deletes what is there. */
  remove(event: MouseEvent): void {
    event.preventDefault();
    const { isReadOnly, document, shown } = this.#stage;
    if (isReadOnly) return;
    const { x, y } = this.place(event);
    const note = noteAt(this.#stage.view(), shown.notes, shown.quantizeStrength, x, y);
    if (note !== undefined) document.removeNotes(new Set([note.id]), 'Delete a note');
  }

  /** On the canvas, in pixels. */
  place(event: MouseEvent): { readonly x: number; readonly y: number } {
    const bounds = this.#stage.canvas?.getBoundingClientRect();
    return { x: event.clientX - (bounds?.left ?? 0), y: event.clientY - (bounds?.top ?? 0) };
  }

  #begin(event: PointerEvent, x: number, y: number): Gesture | undefined {
    const stage = this.#stage;
    const { document, shown, tool } = stage;
    const note = noteAt(stage.view(), shown.notes, shown.quantizeStrength, x, y);
    if (note === undefined) {
      return tool === 'select' || event.shiftKey
        ? boxGesture(stage, x, y, (box) => stage.showBox(box), event.shiftKey)
        : drawGesture(stage, x, y, stage.lengthSteps);
    }
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      document.select(toggled(document.selection, note.id));
      return undefined;
    }
    if (!document.selection.has(note.id)) document.select([note.id]);
    stage.sound(note.pitchMidi, note.velocity);
    const { x: left, width } = boxOf(stage.view(), note, shown.quantizeStrength);
    const isEdge = x > left + width - Math.min(EDGE, width / 3);
    return isEdge ? stretchGesture(stage, x) : moveGesture(stage, note, x, y);
  }

  #glide(pitchMidi: number): void {
    if (pitchMidi === this.#soundingKey) return;
    this.#stage.keyboard.release(this.#soundingKey, 'roll');
    this.#soundingKey = pitchMidi;
    this.#stage.keyboard.press(pitchMidi, GLIDING, 'roll');
  }
}
