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
  it('get a note and its end when they are due, at their times, on the channel of the part', () => {
    const { access, sent } = makeAccess();
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.play(NOTE);
    outputs.send(Infinity);
    expect(sent).toEqual([]);
    outputs.choose('one');
    outputs.play(NOTE);
    outputs.send(NOTE.startMs - 100);
    expect(sent).toEqual([]);
    outputs.send(NOTE.startMs - 10);
    expect(sent).toEqual([['one', [0x92, 60, 90], 1000]]);
    outputs.send(1250);
    expect(sent.slice(1)).toEqual([['one', [0x82, 60, 0], 1250]]);
  });

  it('get nothing that was still to come when they are silenced, and an end of what has begun', () => {
    const { access, sent } = makeAccess();
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.choose('one');
    for (let i = 0; i < 8; i += 1) outputs.play({ ...NOTE, pitchMidi: 60 + i, startMs: 1000 + 10 * i });
    outputs.send(1015);
    const begun = sent.length;
    expect(begun).toBe(4);
    outputs.silence(1016);
    outputs.send(Infinity);
    const after = sent.slice(begun).filter(([, [status]]) => status !== undefined);
    expect(after.some(([, [status = 0]]) => status >> 4 === 9)).toBe(false);
    expect(after.filter(([, [status = 0]]) => status >> 4 === 8).map(([, [, pitch]]) => pitch)).toEqual([
      60, 61, 62, 63,
    ]);
    // What the browser has already, and cannot give back, begins before its end.
    for (const [, , timeMs = 0] of after) expect(timeMs).toBeGreaterThan(1030);
  });

  it('get the rest of a piece that is over', () => {
    const { access, sent } = makeAccess();
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.choose('one');
    outputs.play(NOTE);
    outputs.finish();
    expect(sent.map(([, [status]]) => status)).toEqual([0x92, 0x82]);
  });

  it('get a key that is struck anew: up first, and not up in the midst of the second', () => {
    const { access, sent } = makeAccess();
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.choose('one');
    outputs.play(NOTE);
    outputs.play({ ...NOTE, startMs: 1100 });
    outputs.finish();
    expect(sent.map(([, [status], timeMs]) => [status, timeMs])).toEqual([
      [0x92, 1000],
      [0x82, 1100],
      [0x92, 1100],
      [0x82, 1350],
    ]);
  });

  it('are silent when told to, when another is chosen, and at the end', () => {
    const { access, sent, listeners } = makeAccess(['one', 'two']);
    const outputs = new MidiOutputs(access, () => undefined);
    outputs.choose('one');
    outputs.silence(500);
    expect(sent).toHaveLength(ENDS);
    expect(sent.at(1)).toEqual(['one', [0xb0, 123, 0], 500]);
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
