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

/** What a keyboard says. `timeMs` is that of `performance.now()`. */
export type MidiMessage =
  | { readonly kind: 'down'; readonly pitchMidi: number; readonly velocity: number; readonly timeMs: number }
  | { readonly kind: 'up'; readonly pitchMidi: number; readonly timeMs: number }
  | { readonly kind: 'pedal'; readonly isDown: boolean; readonly timeMs: number };

const SUSTAIN = 64;
const HALF = 64;

/**
 * Reads a MIDI message.
 *
 * @param bytes status and data, as Web MIDI hands them over
 * @param timeMs when it came
 * @returns what it says of keys and pedal; `all-off` lifts every key; undefined for everything else
 */
export function readMessage(bytes: Uint8Array, timeMs: number): MidiMessage | 'all-off' | undefined {
  const [status = 0, first = 0, second = 0] = bytes;
  const kind = status & 0xf0;
  if (first > 127 || second > 127) return undefined;
  // A key that goes down at no speed goes up.
  if (kind === NOTE_OFF || (kind === NOTE_ON && second === 0))
    return { kind: 'up', pitchMidi: first, timeMs };
  if (kind === NOTE_ON) return { kind: 'down', pitchMidi: first, velocity: second, timeMs };
  if (kind !== CONTROL) return undefined;
  if (first === SUSTAIN) return { kind: 'pedal', isDown: second >= HALF, timeMs };
  return first === ALL_SOUND_OFF || first === ALL_NOTES_OFF ? 'all-off' : undefined;
}

export interface MidiListener {
  onDevices(devices: readonly MidiDevice[]): void;
  /** `device` is its id. */
  onMessage(message: MidiMessage, device: string): void;
  /** It is gone, or says that nothing sounds any more: whatever it held is up. */
  onSilence(device: string): void;
}

/** The part of Web MIDI that is used. */
export interface MidiAccessLike {
  readonly inputs: ReadonlyMap<string, MIDIInput>;
  onstatechange: ((event: MIDIConnectionEvent) => void) | null;
}

/**
 * Listens to every MIDI keyboard, those that are plugged in later too.
 *
 * @param listener whom to tell
 * @param request asks the browser; left out: `navigator.requestMIDIAccess`
 * @returns an end to it, or why the browser does not allow it
 */
export async function listenToMidi(
  listener: MidiListener,
  request: (() => Promise<MidiAccessLike>) | undefined = browserRequest(),
): Promise<Result<() => void, StudioError<MidiCode>>> {
  const allowed = await askForMidi('MIDI keyboards', request);
  if (!allowed.ok) return allowed;
  const access = allowed.value;
  const known = new Map<string, MIDIInput>();
  const refresh = (): void => {
    const present = [...access.inputs.values()].filter(({ state }) => state === 'connected');
    for (const [id, input] of known) {
      if (present.some((one) => one.id === id)) continue;
      input.onmidimessage = null;
      known.delete(id);
      listener.onSilence(id);
    }
    for (const input of present) {
      known.set(input.id, input);
      input.onmidimessage = ({ data, timeStamp }) => {
        const message = data === null ? undefined : readMessage(data, timeStamp);
        if (message === 'all-off') listener.onSilence(input.id);
        else if (message !== undefined) listener.onMessage(message, input.id);
      };
    }
    listener.onDevices(devicesOf(present, 'MIDI keyboard'));
  };
  access.onstatechange = refresh;
  refresh();
  return ok(() => {
    access.onstatechange = null;
    for (const input of known.values()) input.onmidimessage = null;
    known.clear();
  });
}
