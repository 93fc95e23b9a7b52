import { describe, expect, it } from 'vitest';
import { madeWay, type Sounding } from './polyphony.ts';

const voice = (
  pitchMidi: number,
  startSec: number,
  releaseSec: number,
  endSec = releaseSec + 1,
): Sounding => ({
  pitchMidi,
  startSec,
  releaseSec,
  endSec,
});

describe('what makes way for a note', () => {
  it('is the one of its pitch that sounds, not one that is over or is still to come', () => {
    const sounding = voice(60, 1, Infinity);
    const voices = [voice(60, 0, 0.5), sounding, voice(60, 3, 4), voice(62, 1, Infinity)];
    expect(madeWay(voices, 60, 2, 8)).toEqual([sounding]);
    expect(madeWay(voices, 61, 2, 8)).toEqual([]);
  });

  it('is, where there are too many, what was let go first, then what began first', () => {
    const [oldest, letGoLast, letGoFirst, newest] = [
      voice(50, 0, Infinity),
      voice(51, 0.2, 1.9),
      voice(52, 0.3, 1.5),
      voice(53, 1, Infinity),
    ] as const;
    const voices = [oldest, letGoLast, letGoFirst, newest];
    expect(madeWay(voices, 60, 2, 5)).toEqual([]);
    expect(madeWay(voices, 60, 2, 4)).toEqual([letGoFirst]);
    expect(madeWay(voices, 60, 2, 3)).toEqual([letGoFirst, letGoLast]);
    expect(madeWay(voices, 60, 2, 2)).toEqual([letGoFirst, letGoLast, oldest]);
    // Struck anew: the same pitch counts once.
    expect(madeWay(voices, 50, 2, 4)).toEqual([oldest]);
  });
});
