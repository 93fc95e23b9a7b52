import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import graph from '../../../../models/basic-pitch/model.json';
import notesUrl from '../../../../models/basic-pitch/fixtures/notes.f32.bin?url';
import onsetsUrl from '../../../../models/basic-pitch/fixtures/onsets.f32.bin?url';
import soundUrl from '../../../../models/basic-pitch/fixtures/sound.f32.bin?url';
import weightsUrl from '../../../../models/basic-pitch/group1-shard1of1.bin?url';
import { pause } from '../../../platform/rpc-pause.ts';
import { useWasm } from '../../../platform/tf-backend.ts';
import { Hum, runWindow, SAMPLE_RATE } from './hum.ts';

const bytesOf = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();
const floatsOf = async (url: string): Promise<Float32Array> => new Float32Array(await bytesOf(url));

/** A voice without words: overtones, a soft beginning, vibrato of 5.5 Hz. */
function hum(line: readonly (readonly [midi: number, seconds: number])[], restSec = 0.08): Float32Array {
  const length = line.reduce((sum, [, seconds]) => sum + seconds, 0);
  const samples = new Float32Array(Math.round(length * SAMPLE_RATE));
  let from = 0;
  for (const [midi, seconds] of line) {
    const hertz = 440 * 2 ** ((midi - 69) / 12);
    let phase = 0;
    const sounding = seconds - restSec;
    for (let i = 0; i < sounding * SAMPLE_RATE; i += 1) {
      const t = i / SAMPLE_RATE;
      phase += (2 * Math.PI * hertz * (1 + 0.006 * Math.sin(2 * Math.PI * 5.5 * t))) / SAMPLE_RATE;
      const loud = 0.25 * Math.min(1, t / 0.05, (sounding - t) / 0.05);
      let value = 0;
      for (let harmonic = 1; harmonic <= 6; harmonic += 1)
        value += Math.sin(harmonic * phase) / harmonic ** 1.5;
      samples[Math.round(from * SAMPLE_RATE) + i] = loud * value;
    }
    from += seconds;
  }
  return samples;
}

describe('humming', () => {
  const ears = new Hum(useWasm, pause);
  beforeAll(async () => {
    const loaded = await ears.load(graph, await bytesOf(weightsUrl));
    if (!loaded.ok) throw new Error(loaded.error.message);
  });
  afterAll(() => tf.disposeVariables());

  it('the network answers here what it answers in its own package', async () => {
    const [sound, notes, onsets] = await Promise.all([soundUrl, notesUrl, onsetsUrl].map(floatsOf));
    const network = await loadGraphModel({
      load: async () => ({
        modelTopology: graph.modelTopology,
        weightSpecs: graph.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[],
        weightData: await bytesOf(weightsUrl),
      }),
    });
    const answer = await runWindow(network, sound ?? new Float32Array());
    const difference = (a: Float32Array, b: Float32Array | undefined): number =>
      a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b?.[i] ?? NaN))), 0);
    expect(difference(answer.notes, notes)).toBeLessThan(1e-3);
    expect(difference(answer.onsets, onsets)).toBeLessThan(1e-3);
    network.dispose();
  });

  it('a melody of seven seconds comes back as its notes, at their times', async () => {
    const line = [
      [60, 0.5],
      [62, 0.5],
      [64, 0.5],
      [65, 0.5],
      [67, 1],
      [67, 1],
      [69, 0.5],
      [67, 0.5],
      [65, 0.5],
      [64, 1.5],
    ] as const;
    const before = tf.memory().numTensors;
    const heard = await ears.transcribe(hum(line));
    if (!heard.ok) throw new Error(heard.error.message);
    expect(heard.value.map(({ pitchMidi }) => pitchMidi)).toEqual(line.map(([midi]) => midi));
    let from = 0;
    heard.value.forEach(({ startSec, endSec }, i) => {
      const [, seconds = 0] = line[i] ?? [];
      expect(Math.abs(startSec - from)).toBeLessThan(0.07);
      expect(Math.abs(endSec - from - seconds + 0.08)).toBeLessThan(0.12);
      from += seconds;
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('silence is no note, and neither is nothing', async () => {
    for (const samples of [new Float32Array(SAMPLE_RATE), new Float32Array(0)]) {
      const heard = await ears.transcribe(samples);
      expect(heard.ok && heard.value).toEqual([]);
    }
  });

  it('stops when it is told to, and says how far it is', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const heard = await ears.transcribe(new Float32Array(10 * SAMPLE_RATE), {
      signal: stop.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        stop.abort();
      },
    });
    expect(heard.ok ? '' : heard.error.code).toBe('cancelled');
    expect(seen).toHaveLength(1);
  });
});
