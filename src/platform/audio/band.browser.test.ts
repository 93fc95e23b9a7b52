import * as tone from 'tone';
import { describe, expect, it } from 'vitest';
import { Band, type BandPart } from './band.ts';
import { renderNotes } from './render.ts';

const SAMPLE_RATE = 48_000;
const part = (instrument: string): BandPart => ({
  instrument,
  gainDb: 0,
  pan: 0,
  isMuted: false,
  isSolo: false,
});

/** Four seconds of a tone that stay as loud as they are: what the samples of a piano are not, so that nothing but the key ends it. */
function steadySamples(): Map<number, AudioBuffer> {
  const buffer = new AudioBuffer({ length: 4 * SAMPLE_RATE, sampleRate: SAMPLE_RATE });
  const wave = Float32Array.from({ length: buffer.length }, (_, i) => 0.1 * Math.sin(0.05 * i));
  buffer.copyToChannel(wave, 0);
  return new Map([[60, buffer]]);
}

/** What a band sounds like to which something is done at some times; these are moved to the next block of 128 samples. */
async function heard(
  instrument: string,
  lengthSec: number,
  acts: readonly (readonly [number, (band: Band) => void])[],
  samples?: Map<number, AudioBuffer>,
): Promise<(fromSec: number, toSec: number) => number> {
  const native = new OfflineAudioContext(2, lengthSec * SAMPLE_RATE, SAMPLE_RATE);
  const context = new tone.OfflineContext(native);
  const band = new Band(tone, context, native.destination, [part(instrument)], samples);
  for (const [atSec, act] of acts)
    void native.suspend(atSec).then(() => {
      act(band);
      return native.resume();
    });
  const sound = (await native.startRendering()).getChannelData(0);
  return (fromSec, toSec) =>
    sound
      .subarray(fromSec * SAMPLE_RATE, toSec * SAMPLE_RATE)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe('a held key', () => {
  it('goes on ringing when the piano’s samples come, and ends when it goes up', async () => {
    const samples = steadySamples();
    const loudest = await heard('piano', 3, [
      [0.1, (band) => band.press(0, 60, 0.8)],
      [0.4, (band) => band.setSamples(samples, [part('piano')])],
      [1.5, (band) => band.release(0, 60)],
    ]);
    expect(loudest(0, 0.1)).toBe(0);
    for (let atSec = 0.12; atSec < 1.5; atSec += 0.1)
      expect(loudest(atSec, atSec + 0.05)).toBeGreaterThan(0.005);
    expect(loudest(2.2, 3)).toBe(0);
  });

  it('that is struck when they are there sounds by them', async () => {
    const loudest = await heard('piano', 2, [
      [0.1, (band) => band.setSamples(steadySamples(), [part('piano')])],
      [0.2, (band) => band.press(0, 60, 1)],
    ]);
    expect(loudest(1.5, 1.9)).toBeCloseTo(loudest(0.3, 0.5), 3);
    expect(loudest(1.5, 1.9)).toBeGreaterThan(0.01);
  });
});

describe('silence', () => {
  it.each(['organ', 'strings', 'piano'])(
    '%s: holds from 50 ms later on, whatever was handed over',
    async (instrument) => {
      const note = (i: number) => ({
        pitchMidi: 60 + (i % 5),
        velocity: 0.9,
        startSec: 0.1 * i,
        durationSec: 0.4,
      });
      const loudest = await heard(
        instrument,
        3,
        [
          [
            0.05,
            (band) => Array.from({ length: 20 }, (_, i) => note(i + 1)).forEach((each) => band.play(0, each)),
          ],
          [1, (band) => band.silence()],
          [2, (band) => band.play(0, { ...note(0), startSec: 2.1 })],
        ],
        steadySamples(),
      );
      expect(loudest(0.8, 1)).toBeGreaterThan(0.01);
      // Not zero: a filter remembers for ever.
      expect(loudest(1.052, 2)).toBeLessThan(1e-9);
      // And what comes later is heard.
      expect(loudest(2.2, 2.5)).toBeGreaterThan(0.01);
    },
  );
});

describe('many notes', () => {
  it('the newest of too many is heard, and the same pitch is not louder for being struck again and again', async () => {
    const strike = (pitchMidi: number, startSec: number) => ({
      pitchMidi,
      velocity: 0.5,
      startSec,
      durationSec: 2,
    });
    const once = await heard('organ', 2, [[0.1, (band) => band.play(0, strike(69, 0.2))]]);
    const often = await heard('organ', 2, [
      [0.1, (band) => Array.from({ length: 12 }, (_, i) => band.play(0, strike(69, 0.2 + i / 20)))],
    ]);
    expect(often(1, 1.5)).toBeCloseTo(once(1, 1.5), 2);
  });

  it('2,000 in 64 bars are rendered, and a stop ends that', { timeout: 120_000 }, async () => {
    const notes = Array.from({ length: 2000 }, (_, i) => ({
      startSec: i * 0.064,
      durationSec: 0.3,
      pitchMidi: 45 + ((i * 7) % 40),
      velocity: 0.5,
      part: 0,
    }));
    const rendering = {
      tone,
      parts: [part('organ')],
      samples: undefined,
      sampleRate: SAMPLE_RATE,
      lengthSec: 130,
    };
    const { channels } = await renderNotes(notes, rendering);
    const [left = new Float32Array()] = channels;
    expect(left).toHaveLength(130 * SAMPLE_RATE);
    // There is no moment without a sound, nor a jump, where one stretch goes over into the next.
    for (let at = 0.1; at < 127; at += 0.5) {
      const around = left.subarray(at * SAMPLE_RATE, (at + 0.05) * SAMPLE_RATE);
      expect(around.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeGreaterThan(0.01);
    }
    const stop = new AbortController();
    const seen: number[] = [];
    const stopped = renderNotes(notes, {
      ...rendering,
      onSeconds: (seconds) => {
        seen.push(seconds);
        if (seconds > 8) stop.abort();
      },
      signal: stop.signal,
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.at(-1)).toBeLessThan(20);
  });

  it('are the same in stretches as they are in one', async () => {
    // One note over the border of two stretches, cut by another of its pitch in the second.
    const notes = [
      { startSec: 0.5, durationSec: 7, pitchMidi: 60, velocity: 0.5, part: 0 },
      { startSec: 5.25, durationSec: 1, pitchMidi: 60, velocity: 0.5, part: 0 },
    ];
    const { channels } = await renderNotes(notes, {
      tone,
      parts: [part('organ')],
      samples: undefined,
      sampleRate: SAMPLE_RATE,
      lengthSec: 8,
    });
    const loudest = await heard('organ', 8, [
      [0, (band) => notes.forEach(({ part: at, ...note }) => band.play(at, note))],
    ]);
    const rendered = (from: number, to: number): number =>
      channels[0]
        ?.subarray(from * SAMPLE_RATE, to * SAMPLE_RATE)
        .reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? NaN;
    // The limiter is in the rendering alone: one gain for all that is so soft.
    const gain = rendered(1, 4) / loudest(1, 4);
    for (const [from, to] of [
      [4.4, 5.2],
      [5.4, 6.2],
      [6.3, 6.4],
    ] as const)
      expect(rendered(from, to) / loudest(from, to)).toBeCloseTo(gain, 1);
    expect(rendered(6.6, 8)).toBeLessThan(1e-4);
  });
});
