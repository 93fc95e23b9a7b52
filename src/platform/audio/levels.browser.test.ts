import * as tone from 'tone';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderNotes } from './render.ts';
import type { PianoSamples } from './timbres.ts';

const SAMPLE_RATE = 48_000;
const CHORD = [60, 64, 67, 72];
/** Of about what the loudspeaker's meter of a person shows at a time. */
const WINDOW = 2048;
const SAMPLES: Readonly<Record<string, number>> = { A3: 57, Ds4: 63, A4: 69, Ds5: 75 };
let samples: PianoSamples;

const decibels = (sound: Float32Array): number =>
  10 * Math.log10(sound.reduce((sum, value) => sum + value * value, 0) / sound.length);

/** How loud a second of a chord is, and its loudest moment, decibels of full scale. */
async function loudness(instrument: string, piano: PianoSamples | undefined): Promise<[number, number]> {
  const parts = [{ instrument, gainDb: 0, pan: 0, isMuted: false, isSolo: false }];
  const notes = CHORD.map((pitchMidi) => ({
    pitchMidi,
    startSec: 0,
    durationSec: 1,
    velocity: 0.6,
    part: 0,
  }));
  const rendering = { tone, parts, samples: piano, sampleRate: SAMPLE_RATE, lengthSec: 2 };
  const { channels } = await renderNotes(notes, rendering);
  const second = channels[0]?.subarray(0, SAMPLE_RATE) ?? new Float32Array(1);
  let loudest = -Infinity;
  for (let from = 0; from + WINDOW <= second.length; from += WINDOW / 4)
    loudest = Math.max(loudest, decibels(second.subarray(from, from + WINDOW)));
  return [decibels(second), loudest];
}

beforeAll(async () => {
  const decoder = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  samples = new Map(
    await Promise.all(
      Object.entries(SAMPLES).map(async ([name, pitch]) => {
        const file = await fetch(`/models/piano/${name}.ogg`);
        return [pitch, await decoder.decodeAudioData(await file.arrayBuffer())] as const;
      }),
    ),
  );
});

describe('instruments', () => {
  it.each(['organ', 'strings', 'choir', 'plucked', 'synth'])(
    '%s: a chord is as loud as the piano’s, within 4 dB',
    async (instrument) => {
      const [wholeDb, loudestDb] = await loudness(instrument, samples);
      const [pianoDb, pianoLoudestDb] = await loudness('piano', samples);
      expect(pianoDb).toBeGreaterThan(-35);
      expect(Math.abs(wholeDb - pianoDb)).toBeLessThan(4);
      expect(Math.abs(loudestDb - pianoLoudestDb)).toBeLessThan(4);
    },
  );

  it('the piano is as loud before its samples have come, within 3 dB', async () => {
    const [wholeDb, loudestDb] = await loudness('piano', undefined);
    const [pianoDb, pianoLoudestDb] = await loudness('piano', samples);
    expect(Math.abs(wholeDb - pianoDb)).toBeLessThan(3);
    expect(Math.abs(loudestDb - pianoLoudestDb)).toBeLessThan(3);
  });
});
