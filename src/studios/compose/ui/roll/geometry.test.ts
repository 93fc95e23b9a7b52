import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxOf,
  heightOf,
  nameOfPitch,
  nameOfStep,
  noteAt,
  pitchAt,
  pitchSpan,
  stepAt,
  xOfStep,
  yOfPitch,
  type RollView,
} from './geometry.ts';
import type { ScoreNote } from '../../engine/score.ts';

const view: RollView = { stepWidth: 8, rowHeight: 12, lowMidi: 36, highMidi: 83, scrollX: 100, width: 900 };
const note: ScoreNote = {
  id: 1,
  startTick: 480,
  lengthTick: 240,
  pitchMidi: 60,
  velocity: 80,
  author: 'person',
};

describe('pixels and steps', () => {
  it('go there and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.integer({ min: 36, max: 83 }),
        (step, pitch) => {
          expect(stepAt(view, xOfStep(view, step))).toBeCloseTo(step, 8);
          expect(pitchAt(view, yOfPitch(view, pitch) + 3)).toBe(pitch);
        },
      ),
    );
  });

  it('find the note under a point, the upper one first', () => {
    const box = boxOf(view, note, 1);
    expect(box).toEqual({ x: 44 + 32 - 100, y: 23 * 12, width: 16, height: 12 });
    const other = { ...note, id: 2 };
    expect(noteAt(view, [note, other], 1, box.x + 1, box.y + 1)?.id).toBe(2);
    expect(noteAt(view, [note], 1, box.x - 1, box.y + 1)).toBeUndefined();
    expect(heightOf(view)).toBe(48 * 12);
  });

  it('show whole octaves around notes outside', () => {
    expect(pitchSpan([], 36, 83)).toEqual([36, 83]);
    expect(
      pitchSpan(
        [
          { ...note, pitchMidi: 30 },
          { ...note, pitchMidi: 85 },
        ],
        36,
        83,
      ),
    ).toEqual([24, 95]);
  });

  it('have names', () => {
    expect([nameOfPitch(60), nameOfPitch(61), nameOfPitch(0)]).toEqual(['C4', 'C♯4', 'C-1']);
    expect(nameOfStep(22)).toBe('bar 2, beat 2, sixteenth 3');
  });
});
