import { fail, type StudioError } from '../../../kernel/result.ts';
import { DeviceError, type DeviceCode } from '../../../platform/device-link.ts';
import type { LineCounters } from '../engine/frames.ts';

export type Via = 'cable' | 'bluetooth';
export type LinkError = StudioError<DeviceCode>;

const WITHOUT =
  'What works instead, on this device: “Ring now”, “Voice at the microphone”, and “Movement at the camera”.';

const MISSING: Readonly<Record<Via, string>> = {
  cable: 'This browser cannot reach devices on a cable (Web Serial). Chrome and Edge on a computer can.',
  bluetooth:
    'This browser cannot reach devices by Bluetooth (Web Bluetooth). Chrome and Edge can, on computers and Android; on Linux only with chrome://flags/#enable-web-bluetooth.',
};

/** Why a way to a device is closed in this browser, undefined when it is open. */
export function whyNot(via: Via, has: boolean, isSecure: boolean): LinkError | undefined {
  if (has) return undefined;
  if (!isSecure)
    return fail('insecure', 'Browsers reach devices only from https addresses and from localhost.', {
      hint: `Open this site by an https address. ${WITHOUT}`,
    }).error;
  return fail('no-api', MISSING[via], { hint: WITHOUT }).error;
}

/**
 * Why ways to a device are closed, and what works instead.
 *
 * @param reasons of `whyNot`
 * @returns paragraphs, none of them twice
 */
export function reasonsInWords(reasons: readonly (LinkError | undefined)[]): string[] {
  const closed = reasons.filter((reason) => reason !== undefined);
  return [...new Set([...closed.map(({ message }) => message), ...closed.map(({ hint }) => hint)])];
}

const HINTS: Readonly<Record<Via, Readonly<Partial<Record<DeviceCode, string>>>>> = {
  cable: {
    gone: 'Look whether it is plugged in and switched on, and whether another tab or program uses it. It connects by itself when it is back.',
    busy: 'Close the other tab or program that uses it. It connects by itself then.',
  },
  bluetooth: {
    gone: 'Bring it nearer and look whether it is switched on. It connects by itself when it is back.',
    'adapter-off': 'Switch Bluetooth on in this computer, then press the button again.',
    'not-a-sensor': 'Choose a device that runs the doorbell’s script with Bluetooth on.',
  },
};

function message(code: DeviceCode, via: Via, name: string): string {
  switch (code) {
    case 'absent':
      return `${name} is not plugged in.`;
    case 'gone':
      return via === 'cable' ? `${name} cannot be opened.` : `${name} is not in reach.`;
    case 'busy':
      return `${name} is open elsewhere.`;
    case 'adapter-off':
      return 'Bluetooth is switched off, or this computer has none.';
    case 'not-a-sensor':
      return `${name} is no distance sensor of this kind.`;
    case 'cancelled':
      return 'No device was chosen.';
    case 'no-api':
    case 'insecure':
    case 'failed':
      return `${name} could not be connected.`;
  }
}

/** A failure in words. */
export function inWords(thrown: unknown, via: Via, name: string): LinkError {
  const code = thrown instanceof DeviceError ? thrown.code : 'failed';
  const cause = thrown instanceof DeviceError ? thrown.cause : thrown;
  return fail(code, message(code, via, name), { hint: HINTS[via][code] ?? '', retryable: true, cause }).error;
}

const COUNTS: readonly (readonly [keyof LineCounters, one: string, several: string])[] = [
  ['badSum', 'line with a wrong check sum', 'lines with a wrong check sum'],
  ['tooLong', 'line that was too long', 'lines that were too long'],
  ['foreign', 'line of something else', 'lines of something else'],
  ['otherVersion', 'line of another version', 'lines of another version'],
  ['repeated', 'reading that came twice', 'readings that came twice'],
  ['missing', 'reading missing', 'readings missing'],
  ['gaps', 'gap', 'gaps'],
  ['restarts', 'restart of the sensor', 'restarts of the sensor'],
];

/**
 * What came that was no good, in words.
 *
 * @param counters of the reader of frames
 * @returns one sentence; empty when everything was good
 */
export function countsInWords(counters: LineCounters): string {
  const bad = COUNTS.filter(([what]) => counters[what] > 0).map(
    ([what, one, several]) => `${counters[what]} ${counters[what] === 1 ? one : several}`,
  );
  return bad.length === 0
    ? ''
    : `Since this page was opened, beside ${counters.frames} good lines: ${bad.join(', ')}.`;
}
