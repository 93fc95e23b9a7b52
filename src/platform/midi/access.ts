import { fail, ok, type Result, type StudioError } from '../../kernel/result.ts';

export type MidiCode = 'no-midi' | 'midi-refused' | 'insecure';

/** A keyboard or an instrument. */
export interface MidiDevice {
  readonly id: string;
  readonly name: string;
}

/** Status bytes and controllers of MIDI 1.0 that are read or written here. */
export const NOTE_OFF = 0x80;
export const NOTE_ON = 0x90;
export const CONTROL = 0xb0;
export const ALL_SOUND_OFF = 120;
export const ALL_NOTES_OFF = 123;

/** What of a kind of ports is plugged in, by name. */
export const devicesOf = (ports: Iterable<MIDIPort>, unnamed: string): MidiDevice[] =>
  [...ports]
    .filter(({ state }) => state === 'connected')
    .map(({ id, name }) => ({ id, name: name ?? unnamed }));

/**
 * Asks the browser for MIDI.
 *
 * @param what is wanted, e.g. `MIDI keyboards`
 * @param request asks; undefined where the browser has no Web MIDI
 * @returns what it allowed, or why not
 */
export async function askForMidi<T>(
  what: string,
  request: (() => Promise<T>) | undefined,
): Promise<Result<T, StudioError<MidiCode>>> {
  const hint = 'The keys on the screen and the computer’s keys work here.';
  if (request === undefined)
    return isSecureContext
      ? fail('no-midi', `This browser cannot talk to ${what}.`, {
          hint: `Chrome, Edge and Firefox can. ${hint}`,
        })
      : fail('insecure', `${what} need a secure address (https, or this device itself).`, { hint });
  try {
    return ok(await request());
  } catch (cause) {
    return fail('midi-refused', `The browser was not allowed to use ${what}.`, {
      hint: 'Allow it beside the address of this page, then try again.',
      retryable: true,
      cause,
    });
  }
}

/** The browser's own way of asking; undefined where there is none. */
export function browserRequest(): (() => Promise<MIDIAccess>) | undefined {
  const browser = navigator as Partial<Navigator>;
  return browser.requestMIDIAccess === undefined ? undefined : () => navigator.requestMIDIAccess();
}
