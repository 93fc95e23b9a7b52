import { describe, expect, it } from 'vitest';
import type { MidiDevice } from './access.ts';
import { MidiOutputs, openMidiOutputs } from './outputs.ts';

/** A browser's MIDI with one instrument, which notes what it is sent. */
function makeAccess(ports: readonly string[] = ['one']) {
  const sent: [string, readonly number[], number | undefined][] = [];
  const listeners = new Set<() => void>();
  const outputs = new Map<string, MIDIOutput>();
  const plug = (id: string): void => {
    outputs.set(id, {
      id,
      name: `Instrument ${id}`,
      state: 'connected',
      send: (data: readonly number[], timeMs?: number) => sent.push([id, data, timeMs]),
      clear: () => sent.push([id, [], undefined]),
    } as unknown as MIDIOutput);
    for (const listener of listeners) listener();
  };
  ports.forEach(plug);
  const unplug = (id: string): void => {
    const port = outputs.get(id);
    if (port !== undefined) outputs.set(id, { ...port, state: 'disconnected' });
    for (const listener of listeners) listener();
  };
  const access = {
    outputs,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  return { access, sent, plug, unplug, listeners };
}

const NOTE = { channel: 2, pitchMidi: 60, velocity: 90, startMs: 1000, durationMs: 250 };
const ENDS = 1 + 4 * 2;

describe('instruments that are played', () => {
  it('get a note and its end, at their times, on the channel of the part', () => {
    const { access, sent } = makeAccess();
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.play(NOTE);
    expect(sent).toEqual([]);
    outputs.choose('one');
    outputs.play(NOTE);
    expect(sent).toEqual([
      ['one', [0x92, 60, 90], 1000],
      ['one', [0x82, 60, 0], 1250],
    ]);
  });

  it('are silent when told to, when another is chosen, and at the end', () => {
    const { access, sent, listeners } = makeAccess(['one', 'two']);
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.choose('one');
    outputs.silence();
    expect(sent).toHaveLength(ENDS);
    expect(sent.at(1)).toEqual(['one', [0xb0, 123, 0], undefined]);
    outputs.choose('two');
    expect(sent.filter(([id]) => id === 'one')).toHaveLength(2 * ENDS);
    outputs.close();
    expect(sent.filter(([id]) => id === 'two')).toHaveLength(ENDS);
    expect(listeners.size).toBe(0);
  });

  it('are told when they come and go; one that is gone is not written to', () => {
    const { access, sent, plug, unplug } = makeAccess();
    let seen: readonly MidiDevice[] = [];
    const outputs = new MidiOutputs(access, (devices) => (seen = devices));
    plug('two');
    expect(seen.map(({ name }) => name)).toEqual(['Instrument one', 'Instrument two']);
    outputs.choose('one');
    unplug('one');
    expect(seen.map(({ id }) => id)).toEqual(['two']);
    outputs.play(NOTE);
    outputs.silence();
    expect(sent).toEqual([]);
    // It was not chosen again.
    plug('one');
    outputs.play(NOTE);
    expect(sent).toEqual([]);
  });

  it('say why there are none', async () => {
    const refused = await openMidiOutputs(
      () => undefined,
      () => Promise.reject(new DOMException('no', 'SecurityError')),
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'midi-refused', retryable: true } });
    const allowed = await openMidiOutputs(
      () => undefined,
      () => Promise.resolve(makeAccess().access),
    );
    expect(allowed.ok).toBe(true);
  });
});
