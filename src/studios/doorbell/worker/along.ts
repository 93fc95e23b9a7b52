import { describe } from '../../../kernel/result.ts';
import { Resampler } from '../engine/resampler.ts';
import { SPEECH_RATE } from '../engine/speech/transcriber.ts';
import type { AlongPorts } from './protocol-speech.ts';

/** New sound before it is heard again, at least, s: a word or two. */
const LEAST_SEC = 1;
/** A network that takes longer is ended: the recording would have to wait for it, s. */
const MOST_SEC = 4;
/** Room for sound at the start, s; doubled when it is full. */
const ROOM_SEC = 30;

/**
 * Writes down sound that is still coming, again and again from its beginning, until something comes out of `ports.words`. It
 * waits for as much new sound as the last time took, so that it is busy half of the time at most; a network that takes too
 * long has said its only words.
 *
 * @param ports transferred to this worker
 * @param hear writes down [N] float32, mono, 16,000 Hz
 */
export function writeAlong(
  { pcm, words, sampleRate }: AlongPorts,
  hear: (samples: Float32Array<ArrayBuffer>, signal: AbortSignal) => Promise<string>,
): void {
  const resampler = new Resampler(sampleRate, SPEECH_RATE);
  const stopping = new AbortController();
  const { signal } = stopping;
  let samples = new Float32Array(ROOM_SEC * SPEECH_RATE);
  let length = 0;
  let wanted = LEAST_SEC * SPEECH_RATE;
  let isHearing = false;
  const end = (): void => {
    stopping.abort();
    pcm.close();
    words.close();
  };
  const hearSoFar = async (): Promise<void> => {
    isHearing = true;
    try {
      while (length >= wanted && !signal.aborted) {
        const upTo = length;
        const fromMs = performance.now();
        const text = await hear(samples.slice(0, upTo), signal);
        if (!signal.aborted) words.postMessage(text);
        const tookSec = (performance.now() - fromMs) / 1000;
        if (tookSec > MOST_SEC) end();
        wanted = upTo + Math.max(LEAST_SEC, tookSec) * SPEECH_RATE;
      }
    } catch (thrown) {
      // They are an advance: the recording is written down after it, and says what is wrong.
      if (!signal.aborted) console.warn(`No words while they are spoken: ${describe(thrown)}`);
      end();
    }
    isHearing = false;
  };
  words.onmessage = end;
  pcm.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    const fresh = resampler.push(data);
    if (length + fresh.length > samples.length) {
      const larger = new Float32Array(2 * samples.length);
      larger.set(samples.subarray(0, length));
      samples = larger;
    }
    samples.set(fresh, length);
    length += fresh.length;
    if (!isHearing && length >= wanted) void hearSoFar();
  };
}
