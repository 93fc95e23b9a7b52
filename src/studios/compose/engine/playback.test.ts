import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clicks, eventsDue, lengthSec, secondsPerTick, soundEvents } from './playback.ts';
import { PPQ, type Score, type ScoreNote } from './score.ts';

const note = (id: number, startTick: number, lengthTick = PPQ): ScoreNote => ({
  id,
  startTick,
  lengthTick,
  pitchMidi: 60,
  velocity: 127,
  author: 'person',
});
const score = (notes: ScoreNote[], changes: Partial<Score> = {}): Score => ({
  notes,
  bars: 8,
  tempoBpm: 120,
  quantizeStrength: 1,
  ...changes,
});
const PLAIN = { swing: 0, humanize: 0 };

describe('what a score sounds like', () => {
  it('is on the grid at full strength, as played at none', () => {
    const played = score([note(1, 125, 470)]);
    expect(soundEvents(played, () => 2, PLAIN)).toEqual([
      { startSec: 0.125, durationSec: 0.5, pitchMidi: 60, velocity: 1, part: 2, noteId: 1 },
    ]);
    const [free] = soundEvents({ ...played, quantizeStrength: 0 }, () => 0, PLAIN);
    expect(free?.startSec).toBeCloseTo(125 * secondsPerTick(120), 12);
  });

  it('ends with the last bar: what lies behind it is silent, what goes on over it is cut', () => {
    const end = 4 * PPQ;
    const events = soundEvents(
      score([note(1, end - PPQ, 3 * PPQ), note(2, end)], { bars: 1 }),
      () => 0,
      PLAIN,
    );
    expect(events.map(({ noteId, startSec, durationSec }) => [noteId, startSec, durationSec])).toEqual([
      [1, 1.5, 0.5],
    ]);
  });

  it('swings the off-beat and leaves the beat', () => {
    const [on, off] = soundEvents(score([note(1, PPQ, 240), note(2, PPQ + 240, 240)]), () => 0, {
      swing: 1,
      humanize: 0,
    });
    expect(on?.startSec).toBeCloseTo(0.5, 12);
    expect(off?.startSec).toBeCloseTo(0.5 + (2 / 3) * 0.5, 12);
    expect((off?.startSec ?? 0) + (off?.durationSec ?? 0)).toBeCloseTo(1, 12);
  });

  it('is uneven in the same way each time', () => {
    const uneven = { swing: 0, humanize: 1 };
    const notes = Array.from({ length: 40 }, (_, i) => note(i + 1, i * 120, 120));
    const first = soundEvents(score(notes), () => 0, uneven);
    expect(soundEvents(score(notes), () => 0, uneven)).toEqual(first);
    const away = first.map(({ startSec, noteId }) => Math.abs(startSec - (noteId - 1) * 0.125));
    expect(Math.max(...away)).toBeLessThanOrEqual(0.02 + 1e-9);
    expect(Math.max(...away)).toBeGreaterThan(0.005);
  });
});

describe('what is due', () => {
  it('is each event once, however the time is cut', () => {
    const times = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 20 });
    const cuts = fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        times,
        cuts,
        fc.option(fc.double({ min: 0.5, max: 8, noNaN: true })),
        (starts, parts, loop) => {
          const events = soundEvents(score([]), () => 0, PLAIN).concat(
            starts
              .toSorted((a, b) => a - b)
              .map((startSec, noteId) => ({
                startSec,
                durationSec: 1,
                pitchMidi: 60,
                velocity: 1,
                part: 0,
                noteId,
              })),
          );
          const loopSec = loop ?? undefined;
          let fromSec = 0;
          const pieces = parts.flatMap((part) => {
            const found = eventsDue(events, { fromSec, toSec: fromSec + part }, loopSec);
            fromSec += part;
            return found;
          });
          expect(pieces).toEqual(eventsDue(events, { fromSec: 0, toSec: fromSec }, loopSec));
        },
      ),
    );
  });

  it('repeats in a loop', () => {
    const events = soundEvents(score([note(1, 0), note(2, 4 * PPQ)], { bars: 1 }), () => 0, PLAIN);
    expect(lengthSec(score([], { bars: 1 }))).toBe(2);
    expect(eventsDue(events, { fromSec: 0, toSec: 4.5 }, 2).map(({ atSec }) => atSec)).toEqual([0, 2, 4]);
  });
});

it('clicks on every beat, louder on the first', () => {
  expect(clicks(120, 0, 2.5)).toEqual([
    { atSec: 0, isAccent: true },
    { atSec: 0.5, isAccent: false },
    { atSec: 1, isAccent: false },
    { atSec: 1.5, isAccent: false },
    { atSec: 2, isAccent: true },
  ]);
  expect(clicks(120, 0.5, 1).map(({ atSec }) => atSec)).toEqual([0.5]);
});
