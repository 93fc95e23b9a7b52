import { ok, type Result, type StudioError } from '../../kernel/result.ts';
import {
  ALL_NOTES_OFF,
  ALL_SOUND_OFF,
  askForMidi,
  browserRequest,
  CONTROL,
  devicesOf,
  type MidiCode,
  type MidiDevice,
  NOTE_OFF,
  NOTE_ON,
} from './access.ts';

/** Channels that are written to: one for each part of a composition. */
const CHANNELS = 4;
/** So far ahead messages are given to the browser: not every one takes back what it was given. */
const HORIZON_MS = 20;
const KEYS = 128;

/** A note for a connected instrument. */
export interface MidiOutNote {
  /** 0–3 */
  readonly channel: number;
  readonly pitchMidi: number;
  /** 1–127 */
  readonly velocity: number;
  /** In the time of `performance.now()`. */
  readonly startMs: number;
  readonly durationMs: number;
}

interface Waiting {
  readonly timeMs: number;
  readonly status: typeof NOTE_ON | typeof NOTE_OFF;
  readonly note: Pick<MidiOutNote, 'channel' | 'pitchMidi' | 'velocity'>;
}

const keyOf = ({ channel, pitchMidi }: Waiting['note']): number => channel * KEYS + pitchMidi;

/** The part of Web MIDI that is used. */
export interface MidiOutputsLike {
  readonly outputs: ReadonlyMap<string, MIDIOutput>;
  addEventListener(type: 'statechange', listener: () => void): void;
  removeEventListener(type: 'statechange', listener: () => void): void;
}

/** Instruments that can be played from here. */
export class MidiOutputs {
  readonly #access: MidiOutputsLike;
  readonly #onDevices: (devices: readonly MidiDevice[]) => void;
  #chosen = '';
  /** By time. */
  #waiting: Waiting[] = [];
  /** Begun, and not ended yet. */
  readonly #sounding = new Map<number, Waiting['note']>();
  /** The latest time that anything was sent for. */
  #lastMs = 0;

  /**
   * @param access what the browser allowed
   * @param onDevices hears which instruments there are, now and when one is plugged in or out
   */
  constructor(access: MidiOutputsLike, onDevices: (devices: readonly MidiDevice[]) => void) {
    this.#access = access;
    this.#onDevices = onDevices;
    access.addEventListener('statechange', this.#refresh);
    this.#refresh();
  }

  /** Which instrument plays; empty: none. Whatever the one before still holds is ended. */
  choose(id: string): void {
    if (id === this.#chosen) return;
    this.silence();
    this.#chosen = id;
  }

  /** Keeps a note, its end included, until `send` finds it due. Nothing happens where no instrument is chosen. */
  play({ startMs, durationMs, ...note }: MidiOutNote): void {
    if (this.#port() === undefined) return;
    // A key has one string: what still holds it lets it go when it is struck anew, and not in the midst of the new note.
    const key = keyOf(note);
    const isLater = ({ status, timeMs, note: other }: Waiting): boolean =>
      status === NOTE_OFF && timeMs > startMs && keyOf(other) === key;
    if (this.#waiting.some(isLater)) {
      this.#waiting = this.#waiting.filter((each) => !isLater(each));
      this.#wait({ timeMs: startMs, status: NOTE_OFF, note });
    }
    this.#wait({ timeMs: startMs, status: NOTE_ON, note });
    this.#wait({ timeMs: startMs + durationMs, status: NOTE_OFF, note });
  }

  /** Gives the browser what is due, a little ahead; it keeps the time. To be called every few milliseconds while notes wait. */
  send(nowMs: number): void {
    const port = this.#port();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.timeMs > nowMs + HORIZON_MS) return;
      this.#waiting.shift();
      if (port !== undefined) this.#give(port, next);
    }
  }

  /** The piece is over: what waits is sent for its times, and nothing is cut. */
  finish(): void {
    this.send(Infinity);
  }

  /** Forgets what waits, and ends every note: nothing begins after that. */
  silence(nowMs = performance.now()): void {
    this.#waiting = [];
    const port = this.#port();
    if (port !== undefined) {
      // Not every browser can take back what it was given: the end comes after the last of that.
      (port as unknown as { readonly clear?: () => void }).clear?.();
      const atMs = Math.max(nowMs, this.#lastMs + 1);
      for (const [key, note] of this.#sounding)
        if (this.#sounding.delete(key)) port.send([NOTE_OFF | note.channel, note.pitchMidi, 0], atMs);
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        port.send([CONTROL | channel, ALL_NOTES_OFF, 0], atMs);
        port.send([CONTROL | channel, ALL_SOUND_OFF, 0], atMs);
      }
    }
    this.#sounding.clear();
    this.#lastMs = 0;
  }

  close(): void {
    this.silence();
    this.#access.removeEventListener('statechange', this.#refresh);
  }

  #wait(message: Waiting): void {
    const at = this.#waiting.findIndex(({ timeMs }) => timeMs > message.timeMs);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, message);
  }

  #give(port: MIDIOutput, { timeMs, status, note }: Waiting): void {
    const isOn = status === NOTE_ON;
    port.send([status | note.channel, note.pitchMidi, isOn ? note.velocity : 0], timeMs);
    this.#lastMs = Math.max(this.#lastMs, timeMs);
    if (isOn) this.#sounding.set(keyOf(note), note);
    else this.#sounding.delete(keyOf(note));
  }

  #port(): MIDIOutput | undefined {
    const port = this.#access.outputs.get(this.#chosen);
    return port?.state === 'connected' ? port : undefined;
  }

  readonly #refresh = (): void => {
    const present = devicesOf(this.#access.outputs.values(), 'MIDI instrument');
    // One that is plugged in again is not played by surprise: it is chosen again.
    if (!present.some(({ id }) => id === this.#chosen)) this.#chosen = '';
    this.#onDevices(present);
  };
}

/**
 * Asks for the instruments that can be played from here.
 *
 * @param onDevices hears which there are
 * @param request asks the browser; left out: `navigator.requestMIDIAccess`
 * @returns them, or why the browser does not allow it
 */
export async function openMidiOutputs(
  onDevices: (devices: readonly MidiDevice[]) => void,
  request: (() => Promise<MidiOutputsLike>) | undefined = browserRequest(),
): Promise<Result<MidiOutputs, StudioError<MidiCode>>> {
  const allowed = await askForMidi('MIDI instruments', request);
  return allowed.ok ? ok(new MidiOutputs(allowed.value, onDevices)) : allowed;
}
