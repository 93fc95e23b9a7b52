import type { NewNote } from './score.ts';
import { secondsPerTick } from './playback.ts';

/** A key that goes down or up, or the sustain pedal. */
export type KeyEvent =
  | { readonly kind: 'down'; readonly pitchMidi: number; readonly velocity: number; readonly atSec: number }
  | { readonly kind: 'up'; readonly pitchMidi: number; readonly atSec: number }
  | { readonly kind: 'pedal'; readonly isDown: boolean; readonly atSec: number };

interface Held {
  readonly startSec: number;
  readonly velocity: number;
  /** The key is up, the pedal holds the note. */
  isReleased: boolean;
}

/** What is shorter is a slip of the finger's, or of the wire's. */
const MIN_LENGTH_TICK = 1;

/**
 * Turns keys into notes while they are played. Times are seconds since the piece's first beat; what is struck in the count-in
 * begins at its end when that is near, and is left out otherwise.
 */
export class Recording {
  readonly #perTick: number;
  /** In a loop: seconds of a round. */
  readonly #loopSec: number | undefined;
  readonly #beginSec: number;
  readonly #held = new Map<number, Held>();
  readonly #notes: NewNote[] = [];
  #pedal = false;

  /**
   * Begins a recording.
   *
   * @param tempoBpm quarters a minute, > 0
   * @param loopSec seconds after which it begins anew; left out: it does not
   * @param beginSec where the count-in ends, seconds from the piece's beginning
   */
  constructor(tempoBpm: number, loopSec?: number, beginSec = 0) {
    this.#beginSec = beginSec;
    this.#perTick = secondsPerTick(tempoBpm);
    this.#loopSec = loopSec;
  }

  /**
   * Takes the next key.
   *
   * @param event in the order of time
   * @returns the notes that it ended
   */
  take(event: KeyEvent): readonly NewNote[] {
    const { atSec } = event;
    if (event.kind === 'down') {
      const ended = this.#end(event.pitchMidi, atSec);
      this.#held.set(event.pitchMidi, { startSec: atSec, velocity: event.velocity, isReleased: false });
      return ended;
    }
    if (event.kind === 'up') {
      const held = this.#held.get(event.pitchMidi);
      if (held === undefined) return [];
      if (!this.#pedal) return this.#end(event.pitchMidi, atSec);
      held.isReleased = true;
      return [];
    }
    this.#pedal = event.isDown;
    if (event.isDown) return [];
    return [...this.#held].flatMap(([pitch, { isReleased }]) => (isReleased ? this.#end(pitch, atSec) : []));
  }

  /**
   * Ends every note that is still held: the recording is over, or the keyboard is gone.
   *
   * @param atSec when
   * @returns the notes that this ended
   */
  endAll(atSec: number): readonly NewNote[] {
    this.#pedal = false;
    return [...this.#held.keys()].flatMap((pitch) => this.#end(pitch, atSec));
  }

  /**
   * All notes so far, in the order in which they ended.
   *
   * @returns ticks are whole numbers: one is a thousandth of a second at 125 quarters a minute
   */
  get notes(): readonly NewNote[] {
    return this.#notes;
  }

  #end(pitchMidi: number, atSec: number): readonly NewNote[] {
    const held = this.#held.get(pitchMidi);
    if (held === undefined) return [];
    this.#held.delete(pitchMidi);
    const lengthSec = atSec - held.startSec;
    // Struck at the end of the count-in it was meant for the first beat.
    const early = Math.max(0, this.#beginSec - held.startSec);
    if (early > lengthSec / 2) return [];
    const start = Math.max(this.#beginSec, held.startSec);
    const inRound = this.#loopSec === undefined ? start : start % this.#loopSec;
    const note: NewNote = {
      startTick: Math.round(inRound / this.#perTick),
      lengthTick: Math.max(MIN_LENGTH_TICK, Math.round((lengthSec - early) / this.#perTick)),
      pitchMidi,
      velocity: held.velocity,
      author: 'person',
    };
    this.#notes.push(note);
    return [note];
  }
}
