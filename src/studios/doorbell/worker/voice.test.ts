import { readFileSync } from 'node:fs';
import { env } from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { FRAME_SEC, VOICE_FRAME, VOICE_RATE } from '../engine/voice-activity.ts';
import { Silero } from './silero.ts';
import { Voice } from './voice.ts';
import type { VoiceHeard } from './voice-protocol.ts';

const bufferOf = (path: string): ArrayBuffer => {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};
const model = (): ArrayBuffer => bufferOf('models/silero-vad/silero_vad_v5.onnx');

/** A recording made by Flite: fixtures/README.md. */
function recording(name: string): Float32Array {
  const path = new URL(`fixtures/${name}.wav`, import.meta.url).pathname;
  return Float32Array.from(new Int16Array(bufferOf(path).slice(44)), (sample) => sample / 32_768);
}

const SECONDS = 8;
const made = (sample: (i: number) => number): Float32Array =>
  Float32Array.from({ length: SECONDS * VOICE_RATE }, (_, i) => sample(i));
/** Numbers in [−1, 1), the same every time. */
function noise(): () => number {
  let state = 1;
  return () => {
    state = (1_664_525 * state + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
const NOISE = noise();
let rumble = 0;
const OTHER_SOUNDS: readonly (readonly [string, Float32Array])[] = [
  ['silence', made(() => 0)],
  ['loud noise', made(() => 0.3 * NOISE())],
  ['soft noise', made(() => 0.005 * NOISE())],
  ['a rumble as of traffic', made(() => (rumble += 0.02 * (NOISE() - rumble)))],
  ['a steady tone', made((i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / VOICE_RATE))],
  [
    'a bell that is struck every second',
    made((i) => {
      const sec = (i / VOICE_RATE) % 1;
      return 0.5 * Math.exp(-6 * sec) * Math.sin(2 * Math.PI * 1200 * sec);
    }),
  ],
  ['knocks', made((i) => (i % 8000 < 200 ? 0.8 * NOISE() : 0))],
];

beforeAll(() => {
  env.wasm.wasmBinary = bufferOf('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm');
});

/** All that is heard of some samples at a rate, given in chunks as a microphone gives them. */
async function heardIn(samples: Float32Array, sampleRate: number): Promise<VoiceHeard[]> {
  const voice = new Voice();
  expect(await voice.load(model())).toEqual({ ok: true, value: undefined });
  const pcm = new MessageChannel();
  const events = new MessageChannel();
  const heard: VoiceHeard[] = [];
  const wanted = Math.floor((samples.length / sampleRate) * (VOICE_RATE / VOICE_FRAME)) - 1;
  const all = new Promise<void>((resolve) => {
    events.port1.onmessage = ({ data }: MessageEvent<VoiceHeard>) => {
      heard.push(data);
      if (heard.length >= wanted) resolve();
    };
  });
  expect(await voice.listen({ pcm: pcm.port2, heard: events.port2, sampleRate })).toMatchObject({ ok: true });
  const chunk = Math.round(0.032 * sampleRate);
  for (let from = 0; from < samples.length; from += chunk) {
    const part = samples.slice(from, from + chunk);
    pcm.port1.postMessage(part, [part.buffer]);
    // As fast as it listens, not faster: what waits too long is let go.
    while (heard.length < (from / sampleRate) * (VOICE_RATE / VOICE_FRAME) - 30)
      await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  events.port1.postMessage('over');
  events.port1.close();
  pcm.port1.close();
  return heard;
}

/** Three times as many samples, by straight lines. */
const faster = (samples: Float32Array): Float32Array =>
  Float32Array.from({ length: 3 * samples.length }, (_, i) => {
    const at = Math.floor(i / 3);
    const from = samples[at] ?? 0;
    return from + ((samples[at + 1] ?? from) - from) * ((i % 3) / 3);
  });
const withSilence = (samples: Float32Array, beforeSec: number, afterSec: number): Float32Array => {
  const all = new Float32Array(samples.length + (beforeSec + afterSec) * VOICE_RATE);
  all.set(samples, beforeSec * VOICE_RATE);
  return all;
};

describe('what is said is heard', () => {
  it.each(['parcel', 'delivery', 'train'])('%s: while it is said, not before and not after', async (name) => {
    const said = recording(name);
    const saidSec = said.length / VOICE_RATE;
    const heard = await heardIn(withSilence(said, 2, 3), VOICE_RATE);
    const begin = heard.findIndex(({ isSpeaking }) => isSpeaking) * FRAME_SEC;
    const end = heard.findLastIndex(({ isSpeaking }) => isSpeaking) * FRAME_SEC;
    expect(begin).toBeGreaterThan(2);
    expect(begin).toBeLessThan(3);
    expect(end).toBeGreaterThan(2 + saidSec - 0.5);
    expect(end).toBeLessThan(2 + saidSec + 1.2);
    expect(heard.at(-1)).toMatchObject({ isSpeaking: false, hasSpoken: true });
    expect(heard.at(-1)?.silentSec).toBeGreaterThan(2);
  });

  it('softly too, and from a microphone of 48,000 Hz', async () => {
    const soft = withSilence(recording('parcel'), 1, 2).map((value) => 0.03 * value);
    const heard = await heardIn(faster(soft), 3 * VOICE_RATE);
    expect(heard.at(-1)).toMatchObject({ hasSpoken: true, isSpeaking: false });
  });
});

it.each(OTHER_SOUNDS)('%s is no voice', async (_name, samples) => {
  const heard = await heardIn(samples, VOICE_RATE);
  expect(heard.filter(({ isSpeaking }) => isSpeaking)).toEqual([]);
});

it('the frames of a stretch are told what was before, one of another stretch is not', async () => {
  const network = await Silero.open(model());
  const said = recording('parcel');
  const together = Silero.memory();
  const frame = said.subarray(8 * VOICE_FRAME, 9 * VOICE_FRAME);
  for (let i = 0; i < 8; i += 1)
    await network.probability(said.subarray(i * VOICE_FRAME, (i + 1) * VOICE_FRAME), together);
  const within = await network.probability(frame, together);
  const alone = await network.probability(frame, Silero.memory());
  expect(within).not.toBeCloseTo(alone, 3);
  await network.close();
});

it('says what is missing', async () => {
  const voice = new Voice();
  const { port1, port2 } = new MessageChannel();
  expect(await voice.listen({ pcm: port1, heard: port2, sampleRate: 48_000 })).toMatchObject({
    ok: false,
    error: { code: 'not-ready' },
  });
  expect(await voice.load(new ArrayBuffer(100))).toMatchObject({ ok: false, error: { code: 'bad-model' } });
  port1.close();
});
