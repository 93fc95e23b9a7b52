import { beforeEach, describe, expect, it } from 'vitest';
import { emptyDraft, type Composition } from '../engine/composition.ts';
import { PPQ } from '../engine/score.ts';
import { ComposeDocument } from './document.svelte.ts';
import { Keyboard } from './keyboard.svelte.ts';

const C4 = 60;
let heard: string[];
let document: ComposeDocument;
let keyboard: Keyboard;

beforeEach(() => {
  heard = [];
  const piece: Composition = {
    id: 'piece',
    createdAtMs: 0,
    changedAtMs: 0,
    draft: emptyDraft('Piece'),
    versions: [],
  };
  document = new ComposeDocument(piece);
  keyboard = new Keyboard(
    {
      press: (pitchMidi) => heard.push(`press ${pitchMidi}`),
      release: (pitchMidi) => heard.push(`release ${pitchMidi}`),
      playForRecording: () => Promise.resolve({ zeroMs: 0, beginSec: 0 }),
      stop: () => heard.push('stop'),
    },
    () => document,
  );
});

describe('one key held by two hands', () => {
  it('sounds until both have let go', () => {
    keyboard.press(C4, 80, 'keys');
    keyboard.press(C4, 80, 'pointer');
    keyboard.release(C4, 'keys');
    expect(heard).toEqual(['press 60', 'release 60', 'press 60']);
    expect([...keyboard.lit]).toEqual([C4]);
    keyboard.release(C4, 'pointer');
    expect(heard.at(-1)).toBe('release 60');
    expect([...keyboard.lit]).toEqual([]);
  });

  it('goes on sounding when one of them is unplugged', () => {
    keyboard.press(C4, 80, 'midi 1');
    keyboard.press(C4, 80, 'keys');
    keyboard.silence('midi 1');
    expect(heard).toEqual(['press 60', 'release 60', 'press 60']);
    keyboard.silence('keys');
    expect(heard).toEqual(['press 60', 'release 60', 'press 60', 'release 60']);
  });

  it('is recorded until both have let go', async () => {
    await keyboard.record();
    keyboard.press(C4, 80, 'keys', 1_000);
    keyboard.press(C4, 80, 'pointer', 1_100);
    keyboard.release(C4, 'keys', 1_200);
    keyboard.release(C4, 'pointer', 3_000);
    const seconds = (tick: number): number => (tick * 60) / document.score.tempoBpm / PPQ;
    const played = document.score.notes.map((note) => [seconds(note.startTick), seconds(note.lengthTick)]);
    // Struck anew it is another note, as on a piano.
    expect(played).toHaveLength(2);
    expect(played.flat().map((value) => Math.round(value * 100) / 100)).toEqual([1, 0.1, 1.1, 1.9]);
    keyboard.stopRecording();
  });
});

describe('the sustain pedal', () => {
  const beats = (): number[] => document.score.notes.map(({ lengthTick }) => Math.round(lengthTick / PPQ));
  const beatMs = (): number => 60_000 / document.score.tempoBpm;

  it('holds what is played in a recording though it was down before', async () => {
    keyboard.pedal('midi 1', true);
    await keyboard.record();
    keyboard.press(C4, 80, 'midi 1', 0);
    keyboard.release(C4, 'midi 1', beatMs());
    keyboard.pedal('midi 1', false, 3 * beatMs());
    expect(beats()).toEqual([3]);
    keyboard.stopRecording();
  });

  it('of one keyboard holds on when that of another goes up', async () => {
    await keyboard.record();
    keyboard.pedal('midi 1', true, 0);
    keyboard.pedal('midi 2', true, 0);
    keyboard.press(C4, 80, 'midi 1', 0);
    keyboard.release(C4, 'midi 1', beatMs());
    keyboard.pedal('midi 2', false, 2 * beatMs());
    keyboard.pedal('midi 1', false, 4 * beatMs());
    expect(beats()).toEqual([4]);
    keyboard.stopRecording();
  });
});
