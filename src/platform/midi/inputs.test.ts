import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listenToMidi, readMessage, type MidiAccessLike, type MidiMessage } from './inputs.ts';

describe('a MIDI message', () => {
  it('tells of keys and of the pedal, on any channel', () => {
    expect(readMessage(Uint8Array.of(0x93, 60, 100), 5)).toEqual({
      kind: 'down',
      pitchMidi: 60,
      velocity: 100,
      timeMs: 5,
    });
    expect(readMessage(Uint8Array.of(0x83, 60, 64), 5)).toEqual({ kind: 'up', pitchMidi: 60, timeMs: 5 });
    expect(readMessage(Uint8Array.of(0x90, 60, 0), 5)).toEqual({ kind: 'up', pitchMidi: 60, timeMs: 5 });
    expect(readMessage(Uint8Array.of(0xb0, 64, 127), 5)).toEqual({ kind: 'pedal', isDown: true, timeMs: 5 });
    expect(readMessage(Uint8Array.of(0xb0, 64, 0), 5)).toEqual({ kind: 'pedal', isDown: false, timeMs: 5 });
    expect(readMessage(Uint8Array.of(0xb0, 123, 0), 5)).toBe('all-off');
    expect(readMessage(Uint8Array.of(0xfe), 5)).toBeUndefined();
  });

  it('is never believed beyond its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
        const message = readMessage(bytes, 0);
        if (message === undefined || message === 'all-off' || message.kind === 'pedal') return;
        expect(message.pitchMidi).toBeLessThanOrEqual(127);
        if (message.kind === 'down') expect(message.velocity).toBeGreaterThan(0);
      }),
    );
  });
});

/** A keyboard as Web MIDI shows it. */
class Input {
  readonly id: string;
  readonly name: string;
  state: 'connected' | 'disconnected' = 'connected';
  onmidimessage: ((event: { data: Uint8Array; timeStamp: number }) => void) | null = null;
  constructor(id: string) {
    this.id = id;
    this.name = `Keyboard ${id}`;
  }
}

describe('MIDI keyboards', () => {
  it('come and go; one that is pulled out lifts its keys', async () => {
    const inputs = new Map<string, Input>([['a', new Input('a')]]);
    const access = { inputs, onstatechange: null } as unknown as MidiAccessLike;
    const devices: string[][] = [];
    const messages: [MidiMessage, string][] = [];
    const silenced: string[] = [];
    const listening = await listenToMidi(
      {
        onDevices: (present) => devices.push(present.map(({ id }) => id)),
        onMessage: (message, device) => messages.push([message, device]),
        onSilence: (device) => silenced.push(device),
      },
      () => Promise.resolve(access),
    );
    const change = (): void => access.onstatechange?.({} as MIDIConnectionEvent);
    inputs.get('a')?.onmidimessage?.({ data: Uint8Array.of(0x90, 64, 90), timeStamp: 12 });
    expect(messages).toEqual([[{ kind: 'down', pitchMidi: 64, velocity: 90, timeMs: 12 }, 'a']]);
    inputs.set('b', new Input('b'));
    change();
    const gone = inputs.get('a');
    if (gone !== undefined) gone.state = 'disconnected';
    change();
    expect(devices).toEqual([['a'], ['a', 'b'], ['b']]);
    expect(silenced).toEqual(['a']);
    if (listening.ok) listening.value();
    expect(inputs.get('b')?.onmidimessage).toBeNull();
  });

  it('are refused with a reason', async () => {
    const listener = { onDevices: () => undefined, onMessage: () => undefined, onSilence: () => undefined };
    const refused = await listenToMidi(listener, () =>
      Promise.reject(new DOMException('no', 'SecurityError')),
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'midi-refused', retryable: true } });
  });
});
