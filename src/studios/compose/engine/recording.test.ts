import { describe, expect, it } from 'vitest';
import { Recording, type KeyEvent } from './recording.ts';

const down = (pitchMidi: number, atSec: number): KeyEvent => ({
  kind: 'down',
  pitchMidi,
  velocity: 90,
  atSec,
});
const up = (pitchMidi: number, atSec: number): KeyEvent => ({ kind: 'up', pitchMidi, atSec });
const pedal = (isDown: boolean, atSec: number): KeyEvent => ({ kind: 'pedal', isDown, atSec });

function record(events: KeyEvent[], endSec: number, loopSec?: number) {
  const recording = new Recording(60, loopSec); // a quarter a second: 480 ticks
  for (const event of events) recording.take(event);
  recording.endAll(endSec);
  return recording.notes.map(({ startTick, lengthTick, pitchMidi }) => [pitchMidi, startTick, lengthTick]);
}

describe('a recording', () => {
  it('keeps notes as they were played', () => {
    expect(record([down(60, 0.1), down(64, 0.35), up(60, 0.6), up(64, 1)], 4)).toEqual([
      [60, 48, 240],
      [64, 168, 312],
    ]);
  });

  it('ends what is held when it ends, and what is struck again', () => {
    expect(record([down(60, 0), down(60, 1), down(62, 1.5)], 2)).toEqual([
      [60, 0, 480],
      [60, 480, 480],
      [62, 720, 240],
    ]);
  });

  it('holds notes with the pedal', () => {
    expect(
      record([pedal(true, 0), down(60, 0), up(60, 0.5), down(62, 1), pedal(false, 2), up(62, 3)], 4),
    ).toEqual([
      [60, 0, 960],
      [62, 480, 960],
    ]);
  });

  it('takes what comes a little early for the first beat, and leaves the count-in out', () => {
    expect(record([down(50, -2), up(50, -1), down(60, -0.05), up(60, 0.95)], 4)).toEqual([[60, 0, 456]]);
  });

  it('goes round', () => {
    expect(record([down(60, 5), up(60, 5.5)], 8, 4)).toEqual([[60, 480, 240]]);
  });

  it('does not mind keys that go up and were never down', () => {
    expect(record([up(60, 1)], 2)).toEqual([]);
  });
});
