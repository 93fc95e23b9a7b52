import { openNetwork, Tensor, type InferenceSession } from '../../../platform/ort.ts';
import { VOICE_CONTEXT, VOICE_FRAME, VOICE_RATE } from '../engine/voice-activity.ts';

const STATE_SHAPE = [2, 1, 128];
const STATE_SIZE = 256;

/** What the network remembers of one stretch of sound. */
export interface VoiceMemory {
  /** [2, 1, 128]. */
  state: Tensor;
  /** The end of the frame before, behind which the next one is written. */
  readonly input: Float32Array;
}

/** Silero VAD 5: `models/silero-vad/card.md`. */
export class Silero {
  readonly #session: InferenceSession;
  readonly #rate = new Tensor('int64', BigInt64Array.of(BigInt(VOICE_RATE)), []);

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @throws Error when the bytes are no network that the runtime knows */
  static async open(model: ArrayBuffer): Promise<Silero> {
    return new Silero(await openNetwork(new Uint8Array(model)));
  }

  /** Of a stretch that begins now. */
  static memory(): VoiceMemory {
    return {
      state: new Tensor('float32', new Float32Array(STATE_SIZE), STATE_SHAPE),
      input: new Float32Array(VOICE_CONTEXT + VOICE_FRAME),
    };
  }

  /**
   * The next frame of a stretch.
   *
   * @param frame [512] float32, mono, 16,000 Hz
   * @param memory of this stretch; changed
   * @returns how probable a voice is in it, [0, 1]
   */
  async probability(frame: Float32Array, memory: VoiceMemory): Promise<number> {
    memory.input.copyWithin(0, VOICE_FRAME);
    memory.input.set(frame, VOICE_CONTEXT);
    const input = new Tensor('float32', memory.input, [1, memory.input.length]);
    const { output, stateN } = await this.#session.run({ input, state: memory.state, sr: this.#rate });
    if (output === undefined || stateN === undefined) throw new Error('the network has no such outputs');
    memory.state = stateN;
    return Number(output.data[0]);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
