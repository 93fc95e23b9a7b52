import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abandoned, readMessage, type Message } from './message.ts';

const MESSAGE: Message = {
  id: '6f1c-2',
  atMs: 1_790_000_000_000,
  distanceCm: 82.5,
  by: 'sensor',
  state: 'told',
  problems: ['nothing-said'],
  transcript: 'Hello.',
  heard: 'hello',
  engine: 'on-device',
  language: 'en-GB',
  soundSec: 4.2,
  soundType: 'audio/webm;codecs=opus',
  isStarred: true,
};

describe('a message', () => {
  it('is read back as it was written', () => {
    expect(readMessage(JSON.parse(JSON.stringify(MESSAGE)))).toEqual(MESSAGE);
  });

  it('of anything is a message or none, and a script is no type of sound', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const read = readMessage(value);
        expect(read === undefined || /^[\w-]+$/.test(read.id)).toBe(true);
      }),
    );
    expect(readMessage({ ...MESSAGE, soundType: 'text/html' })?.soundType).toBe('');
    expect(readMessage({ ...MESSAGE, id: '../x' })).toBeUndefined();
  });

  it('of a page that was closed ends with what is there', () => {
    expect(abandoned(MESSAGE)).toBe(MESSAGE);
    const cut = { ...MESSAGE, state: 'listening', problems: [], transcript: '' } as const;
    expect(abandoned(cut)).toMatchObject({ state: 'told', problems: ['page-closed'] });
    expect(abandoned({ ...cut, soundSec: 0 })).toMatchObject({ state: 'failed' });
  });
});
