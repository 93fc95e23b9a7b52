import { describe, expect, it } from 'vitest';
import { SilenceWatch } from './silence.ts';

/** Levels of [seconds, dB], every 50 ms; answers when it ended, s. */
function endOf(...parts: readonly (readonly [number, number])[]): number | undefined {
  const watch = new SilenceWatch(2500);
  let atMs = 0;
  for (const [seconds, db] of parts)
    for (let left = seconds * 1000; left > 0; left -= 50, atMs += 50)
      if (watch.push(db + (atMs % 100 === 0 ? 1 : -1), atMs)) return atMs / 1000;
  return undefined;
}

describe('the end of what is said', () => {
  it('comes after a pause, not within one', () => {
    expect(endOf([1, -55], [3, -25], [1, -55], [2, -25], [5, -55])).toBeCloseTo(9.5, 0);
  });
  it('is not before the first word', () => {
    expect(endOf([20, -55])).toBeUndefined();
    expect(endOf([20, -90])).toBeUndefined();
  });
  it('comes in a noisy street too', () => {
    expect(endOf([2, -38], [3, -20], [6, -37])).toBeCloseTo(7.5, 0);
  });
});
