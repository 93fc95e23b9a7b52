import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_VOICE, FRAME_SEC, VoiceActivity, type VoiceStep } from './voice-activity.ts';

const frames = (seconds: number): number => Math.round(seconds / FRAME_SEC);
const stretch = (seconds: number, probability: number): number[] =>
  Array.from({ length: frames(seconds) }, () => probability);
const heard = (...probabilities: readonly number[][]): VoiceStep[] => {
  const activity = new VoiceActivity();
  return probabilities.flat().map((each) => activity.push(each));
};
const last = (steps: readonly VoiceStep[]): VoiceStep | undefined => steps.at(-1);

describe('voice activity', () => {
  it('is there after the shortest voice, not before, and is over after the hangover', () => {
    const steps = heard(stretch(1, 0.02), stretch(1, 0.9), stretch(2, 0.02));
    const begin = steps.findIndex(({ isSpeaking }) => isSpeaking) * FRAME_SEC;
    expect(begin).toBeGreaterThan(1 + DEFAULT_VOICE.leastSec - 2 * FRAME_SEC);
    expect(begin).toBeLessThan(1 + DEFAULT_VOICE.leastSec + 2 * FRAME_SEC);
    const end = steps.findLastIndex(({ isSpeaking }) => isSpeaking) * FRAME_SEC;
    expect(end).toBeGreaterThan(2 + DEFAULT_VOICE.hangoverSec - 3 * FRAME_SEC);
    expect(end).toBeLessThan(2 + DEFAULT_VOICE.hangoverSec + 2 * FRAME_SEC);
    expect(last(steps)?.silentSec).toBeCloseTo(2, 1);
  });

  it('is no cough, and no row of coughs', () => {
    const cough = [...stretch(0.2, 0.95), ...stretch(0.5, 0.05)];
    expect(heard(...Array.from({ length: 20 }, () => cough)).some(({ isSpeaking }) => isSpeaking)).toBe(
      false,
    );
  });

  it('is not broken by the gaps within a sentence', () => {
    const sentence = Array.from({ length: 8 }, () => [...stretch(0.5, 0.8), ...stretch(0.5, 0.1)]).flat();
    const steps = heard(sentence);
    const begin = steps.findIndex(({ isSpeaking }) => isSpeaking);
    expect(steps.slice(begin).every(({ isSpeaking }) => isSpeaking)).toBe(true);
  });

  it('goes on while it is less certain, but does not begin so', () => {
    expect(last(heard(stretch(1, 0.9), stretch(3, 0.4)))?.isSpeaking).toBe(true);
    expect(last(heard(stretch(5, 0.4)))?.hasSpoken).toBe(false);
  });

  it('of any probabilities: no voice without enough of them, silence never counts backwards', () => {
    const probability = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(NaN, -1, Infinity, 0, 1),
    );
    fc.assert(
      fc.property(fc.array(probability, { maxLength: 300 }), (probabilities) => {
        const activity = new VoiceActivity();
        let loud = 0;
        let silentSec = 0;
        let hasSpoken = false;
        for (const each of probabilities) {
          const step = activity.push(each);
          if (each >= DEFAULT_VOICE.leave) loud += 1;
          if (step.isSpeaking || step.hasSpoken) {
            // So much voice must have been there by then.
            expect(loud * FRAME_SEC).toBeGreaterThanOrEqual(DEFAULT_VOICE.leastSec);
          }
          if (step.isSpeaking) expect(step.hasSpoken).toBe(true);
          if (hasSpoken) expect(step.hasSpoken).toBe(true);
          expect(step.silentSec === 0 || step.silentSec > silentSec).toBe(true);
          if (step.isSpeaking) expect(step.silentSec).toBeLessThan(DEFAULT_VOICE.hangoverSec);
          ({ silentSec, hasSpoken } = step);
        }
      }),
    );
  });

  it('of probabilities that are all below the threshold, or all above: never, or for good', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.499, noNaN: true }), { maxLength: 300 }),
        fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 20, maxLength: 300 }),
        (below, above) => {
          expect(heard(below).some((step) => step.hasSpoken)).toBe(false);
          const steps = heard(above);
          const begin = steps.findIndex(({ isSpeaking }) => isSpeaking);
          expect(begin).toBe(Math.ceil(DEFAULT_VOICE.leastSec / FRAME_SEC) - 1);
          expect(steps.slice(begin).every(({ isSpeaking }) => isSpeaking)).toBe(true);
        },
      ),
    );
  });
});
