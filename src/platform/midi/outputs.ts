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

  /** Sends a note, its end included; the browser keeps the time. Nothing happens where no instrument is chosen. */
  play({ channel, pitchMidi, velocity, startMs, durationMs }: MidiOutNote): void {
    const port = this.#port();
    if (port === undefined) return;
    port.send([NOTE_ON | channel, pitchMidi, velocity], startMs);
    port.send([NOTE_OFF | channel, pitchMidi, 0], startMs + durationMs);
  }

  /** Takes back what waits to be sent, and ends every note. */
  silence(): void {
    const port = this.#port();
    if (port === undefined) return;
    // Not every browser can take back what it was given; what follows ends it all the same.
    (port as unknown as { readonly clear?: () => void }).clear?.();
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      port.send([CONTROL | channel, ALL_NOTES_OFF, 0]);
      port.send([CONTROL | channel, ALL_SOUND_OFF, 0]);
    }
  }

  close(): void {
    this.silence();
    this.#access.removeEventListener('statechange', this.#refresh);
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
