import type { SoundRoom } from '../../../platform/audio/studio.ts';

interface Pressed {
  readonly pitchMidi: number;
  readonly velocity: number;
  readonly part: number;
  readonly pressedMs: number;
  releasedMs?: number;
}

/** What a key that went up before the sound was open is heard for, at least. */
const HEARD_SEC = 0.2;
/** A key that went up longer ago is forgotten: nobody would know it again. */
const STALE_MS = 3000;
const TOUCH_SEC = 0.25;
const MIDI_MOST = 127;

/** Keys as they are heard: at once, or, where the sound is not open yet, as soon as it is. */
export class LiveKeys {
  readonly #open: () => Promise<SoundRoom>;
  #room: SoundRoom | undefined;
  /** Pressed before there was a sound. */
  #waiting: Pressed[] = [];
  #lastTouch: Pressed | undefined;
  #opening: Promise<void> | undefined;

  /** @param open opens the sound, or gives the one that is open */
  constructor(open: () => Promise<SoundRoom>) {
    this.#open = open;
  }

  /** A key goes down. @param velocity 1–127 */
  press(pitchMidi: number, velocity: number, part: number): void {
    const room = this.#awake();
    if (room !== undefined) room.band.press(part, pitchMidi, velocity / MIDI_MOST);
    else this.#waiting.push({ pitchMidi, velocity, part, pressedMs: performance.now() });
  }

  /** It goes up. */
  release(pitchMidi: number, part: number): void {
    const waits = this.#waiting.find(
      (each) => each.pitchMidi === pitchMidi && each.part === part && each.releasedMs === undefined,
    );
    if (waits !== undefined) waits.releasedMs = performance.now();
    else this.#room?.band.release(part, pitchMidi);
  }

  /** A short sound of a note. Of those that came before the sound was open the last is heard. */
  touch(pitchMidi: number, velocity: number, part: number): void {
    const room = this.#awake();
    const touched = { pitchMidi, velocity, part, pressedMs: performance.now() };
    if (room !== undefined) this.#sound(room, touched, TOUCH_SEC);
    else this.#lastTouch = touched;
  }

  #awake(): SoundRoom | undefined {
    if (this.#room?.isAwake === true) return this.#room;
    // Why there is no sound is told by whoever opens it.
    this.#opening ??= this.#begin().catch((thrown: unknown) => console.info('No sound for a key', thrown));
    return undefined;
  }

  async #begin(): Promise<void> {
    try {
      const room = await this.#open();
      this.#room = room;
      await room.wake();
      const nowMs = performance.now();
      for (const pressed of this.#waiting) {
        const { pitchMidi, velocity, part, pressedMs, releasedMs } = pressed;
        if (releasedMs === undefined) room.band.press(part, pitchMidi, velocity / MIDI_MOST);
        else if (nowMs - releasedMs < STALE_MS)
          this.#sound(room, pressed, Math.max(HEARD_SEC, (releasedMs - pressedMs) / 1000));
      }
      const touched = this.#lastTouch;
      if (touched !== undefined && nowMs - touched.pressedMs < STALE_MS)
        this.#sound(room, touched, TOUCH_SEC);
    } finally {
      this.#waiting = [];
      this.#lastTouch = undefined;
      this.#opening = undefined;
    }
  }

  #sound(room: SoundRoom, { pitchMidi, velocity, part }: Pressed, durationSec: number): void {
    room.band.play(part, { pitchMidi, velocity: velocity / MIDI_MOST, startSec: room.now, durationSec });
  }
}
