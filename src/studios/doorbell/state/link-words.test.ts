import { describe, expect, it } from 'vitest';
import { NO_LINES, type LineCounters } from '../engine/frames.ts';
import { countsInWords, inWords, reasonsInWords, whyNot } from './link-words.ts';
import { DeviceError } from '../../../platform/device-link.ts';

describe('words about the link', () => {
  it('name everything that works where the browser cannot', () => {
    for (const via of ['cable', 'bluetooth'] as const)
      for (const isSecure of [true, false]) {
        const reason = whyNot(via, false, isSecure);
        for (const way of ['Ring now', 'Voice at the microphone', 'Movement at the camera', 'on this device'])
          expect(reason?.hint).toContain(way);
      }
    expect(whyNot('cable', true, true)).toBeUndefined();
  });

  it('say no reason twice, and what works instead once', () => {
    const both = (isSecure: boolean): string[] =>
      reasonsInWords([whyNot('cable', false, isSecure), whyNot('bluetooth', false, isSecure)]);
    expect(both(true)).toHaveLength(3);
    expect(
      both(true)
        .join(' ')
        .match(/Ring now/g),
    ).toHaveLength(1);
    expect(both(false)).toHaveLength(2);
    expect(reasonsInWords([undefined, undefined])).toEqual([]);
  });

  it('tell each count there is, and nothing when all was good', () => {
    expect(countsInWords({ ...NO_LINES, frames: 12 })).toBe('');
    const kinds = (Object.keys(NO_LINES) as (keyof LineCounters)[]).filter((kind) => kind !== 'frames');
    for (const kind of kinds)
      expect(countsInWords({ ...NO_LINES, frames: 12, [kind]: 7 })).toMatch(/beside 12 good lines: 7 \w/);
    const all = Object.fromEntries(kinds.map((kind, at) => [kind, at + 1]));
    const words = countsInWords({ ...NO_LINES, ...all });
    for (const at of kinds.keys()) expect(words).toContain(` ${at + 1} `);
    expect(words).toContain('1 line with a wrong check sum, 2 lines that were too long');
  });

  it('name the device that is not plugged in', () => {
    expect(inWords(new DeviceError('absent'), 'cable', 'Front door').message).toBe(
      'Front door is not plugged in.',
    );
  });
});
