import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logMel } from './log-mel.ts';

const FIXTURES = new URL('../../worker/fixtures/', import.meta.url);
const bytesOf = (name: string): ArrayBuffer => new Uint8Array(readFileSync(new URL(name, FIXTURES))).buffer;
const parcel = Float32Array.from(new Int16Array(bytesOf('parcel.wav').slice(44)), (value) => value / 32_768);

describe('a log-mel spectrogram', () => {
  // Every fourth of the first 300 columns, by transformers: worker/fixtures/make-whisper.py.
  it.each([80, 128])('of %i rows is what WhisperFeatureExtractor makes', (mels) => {
    const expected = new Float32Array(bytesOf(`whisper/parcel-${mels}.f32.bin`));
    const columns = expected.length / mels;
    expect(columns).toBe(75);
    const found = logMel(parcel, mels, 3000);
    let worst = 0;
    for (let mel = 0; mel < mels; mel += 1)
      for (let t = 0; t < columns; t += 1) {
        const difference = (found[mel * 3000 + 4 * t] ?? NaN) - (expected[mel * columns + t] ?? NaN);
        worst = Math.max(worst, Math.abs(difference));
      }
    // The reference works in float32.
    expect(worst).toBeLessThan(2e-4);
  });

  it('has its loudest row where the tone is', () => {
    const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / 16_000));
    const found = logMel(tone, 80, 200);
    const column = Array.from({ length: 80 }, (_, mel) => found[mel * 200 + 50] ?? 0);
    const loudest = column.indexOf(Math.max(...column));
    // 1,000 Hz are 15 mel of Slaney's 45.245 for 8,000 Hz, in 81 steps.
    expect(loudest).toBe(Math.round((15 / 45.245) * 81) - 1);
  });

  it('of silence is the same everywhere', () => {
    const found = logMel(new Float32Array(1600), 80, 100);
    expect(new Set(found)).toEqual(new Set([Math.fround((-10 + 4) / 4)]));
  });

  it('leaves out what is longer than the window', () => {
    const noise = Float32Array.from({ length: 32_000 }, (_, i) => Math.sin(i * i));
    expect(logMel(noise, 80, 100).length).toBe(8000);
    expect(logMel(new Float32Array(0), 80, 100).length).toBe(8000);
  });
});
