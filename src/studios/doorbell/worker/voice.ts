import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { Serial } from '../../../kernel/serial.ts';
import { Resampler } from '../engine/resampler.ts';
import { VOICE_FRAME, VOICE_RATE, VoiceActivity } from '../engine/voice-activity.ts';
import { Silero } from './silero.ts';
import type { VoiceApi, VoiceErrorCode, VoiceHeard, VoicePorts } from './voice-protocol.ts';

type Answer = Result<void, StudioError<VoiceErrorCode>>;

/** Frames that may wait, two seconds: a machine that is slower than that lets the oldest go. */
const MOST_WAITING = 62;

/** The worker's side of hearing voices, without the worker. */
export class Voice implements VoiceApi {
  #network: Silero | undefined;
  /** The network takes one frame at a time. */
  readonly #turns = new Serial();

  async load(model: ArrayBuffer): Promise<Answer> {
    try {
      this.#network = await Silero.open(model);
      return ok(undefined);
    } catch (cause) {
      return fail('bad-model', `The network that hears voices could not be started: ${describe(cause)}.`, {
        hint: 'Delete “Silero VAD” on the device page, then switch it on again.',
        retryable: true,
        cause: describe(cause),
      });
    }
  }

  listen({ pcm, heard, sampleRate }: VoicePorts): Promise<Answer> {
    const network = this.#network;
    if (network === undefined)
      return Promise.resolve(fail('not-ready', 'The network that hears voices is not loaded.'));
    const resampler = new Resampler(sampleRate, VOICE_RATE);
    const activity = new VoiceActivity();
    const memory = Silero.memory();
    let rest = new Float32Array(0);
    let waiting = 0;
    let isOver = false;
    const hear = async (frame: Float32Array): Promise<void> => {
      waiting -= 1;
      if (isOver || waiting > MOST_WAITING) return;
      const probability = await network.probability(frame, memory);
      const { isSpeaking, hasSpoken, silentSec } = activity.push(probability);
      heard.postMessage({ probability, isSpeaking, hasSpoken, silentSec } satisfies VoiceHeard);
    };
    pcm.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      const fresh = resampler.push(data);
      const all = new Float32Array(rest.length + fresh.length);
      all.set(rest);
      all.set(fresh, rest.length);
      let from = 0;
      for (; from + VOICE_FRAME <= all.length; from += VOICE_FRAME) {
        const frame = all.subarray(from, from + VOICE_FRAME);
        waiting += 1;
        // Who waits for it learns of a failure by hearing nothing more.
        this.#turns
          .run(() => hear(frame))
          .catch((thrown: unknown) => console.warn('No voice is heard', thrown));
      }
      rest = all.slice(from);
    };
    heard.onmessage = () => {
      isOver = true;
      pcm.close();
      heard.close();
    };
    return Promise.resolve(ok(undefined));
  }
}
