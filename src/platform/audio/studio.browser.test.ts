import { describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { RenderedNote } from './render.ts';
import { SoundRoom, TAIL_SEC } from './studio.ts';

const PART = { instrument: 'plucked', gainDb: 0, pan: 0, isMuted: false, isSolo: false } as const;
/** Long enough for the note before to be silent. */
const APART_SEC = 0.6;
const LOUD = 1e-3;

/** Where silence ends, seconds. */
function onsets(samples: Float32Array, sampleRate: number): number[] {
  const found: number[] = [];
  let quiet = Infinity;
  samples.forEach((sample, i) => {
    if (Math.abs(sample) < LOUD) quiet += 1;
    else {
      if (quiet > 0.1 * sampleRate) found.push(i / sampleRate);
      quiet = 0;
    }
  });
  return found;
}

describe('a rendering', () => {
  it('has each onset within a millisecond of its note, in every part', async () => {
    // A page may sound only after a gesture.
    document.body.style.minHeight = '100px';
    await userEvent.click(document.body);
    const room = await SoundRoom.open([PART, PART], () => undefined);
    // Thirds of a second and less: places that no block of 128 samples begins at.
    const notes = Array.from({ length: 24 }, (_, i): RenderedNote => ({
      startSec: i * APART_SEC + (i % 7) / 37,
      durationSec: 0.05,
      pitchMidi: 72 + (i % 5),
      velocity: 0.9,
      part: i % 2,
    }));
    const lengthSec = notes.length * APART_SEC + 1;
    const seen: number[] = [];
    const { channels, sampleRate } = await room.render(notes, lengthSec, {
      onSeconds: (seconds) => seen.push(seconds),
    });
    room.dispose();
    expect(channels).toHaveLength(2);
    expect((channels[0]?.length ?? 0) / sampleRate).toBeCloseTo(lengthSec + TAIL_SEC, 3);
    for (const channel of channels) {
      const heard = onsets(channel, sampleRate);
      expect(heard).toHaveLength(notes.length);
      heard.forEach((onset, i) => expect(Math.abs(onset - (notes[i]?.startSec ?? NaN))).toBeLessThan(0.001));
    }
    // It tells how far it is, never backwards.
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
  });

  it('has each part as loud and as far to the side as it is, from the first sample on', async () => {
    document.body.style.minHeight = '100px';
    await userEvent.click(document.body);
    const room = await SoundRoom.open([PART, PART], () => undefined);
    const note = (part: number): RenderedNote => ({
      startSec: 0,
      durationSec: 0.4,
      pitchMidi: 72,
      velocity: 0.9,
      part,
    });
    const loudest = async (part: number): Promise<number[]> => {
      const { channels, sampleRate } = await room.render([note(part)], 0.5);
      // Also the first tenth of a second, in which a late change would not yet hold.
      return channels.flatMap((channel) =>
        [channel.subarray(0, 0.09 * sampleRate), channel.subarray(0.12 * sampleRate, 0.4 * sampleRate)].map(
          (part) => part.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
        ),
      );
    };
    room.setParts([
      { ...PART, isMuted: true },
      { ...PART, pan: -1 },
    ]);
    expect(await loudest(0)).toEqual([0, 0, 0, 0]);
    const [leftFirst = 0, leftThen = 0, rightFirst, rightThen] = await loudest(1);
    expect(leftFirst).toBeGreaterThan(0.01);
    expect(leftThen).toBeGreaterThan(0.01);
    expect([rightFirst, rightThen].map((value) => Math.round(1e4 * (value ?? 1)))).toEqual([0, 0]);
    room.dispose();
  });
});
