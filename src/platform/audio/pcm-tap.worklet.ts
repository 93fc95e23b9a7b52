/** Runs beside the sound itself: hands the samples of a microphone on as they come, in chunks, to whoever has the other port. */

// The types of the page know no worklet's scope.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** A message for each block of 128 samples would be 375 a second. */
const CHUNK_SEC = 0.032;
/** What `pcm-tap.ts` makes. */
const NAME = 'pcm-tap';

class PcmTapProcessor extends AudioWorkletProcessor {
  #out: MessagePort | undefined;
  #isOver = false;
  #chunk = new Float32Array(Math.round(sampleRate * CHUNK_SEC));
  #filled = 0;

  constructor() {
    super();
    // First the port that the samples go to, then, at the end, anything else.
    this.port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof MessagePort) this.#out = data;
      else this.#isOver = true;
    };
  }

  process([input = []]: readonly (readonly Float32Array[])[]): boolean {
    const [first, ...others] = input;
    if (first !== undefined) for (let i = 0; i < first.length; i += 1) this.#push(mixed(first, others, i));
    return !this.#isOver;
  }

  #push(sample: number): void {
    this.#chunk[this.#filled] = sample;
    this.#filled += 1;
    if (this.#filled < this.#chunk.length) return;
    // Moved, not copied; until somebody listens they are let go.
    this.#out?.postMessage(this.#chunk, [this.#chunk.buffer]);
    if (this.#out !== undefined) this.#chunk = new Float32Array(Math.round(sampleRate * CHUNK_SEC));
    this.#filled = 0;
  }
}

/** One channel of all. */
function mixed(first: Float32Array, others: readonly Float32Array[], i: number): number {
  let sum = first[i] ?? 0;
  for (const channel of others) sum += channel[i] ?? 0;
  return sum / (1 + others.length);
}

registerProcessor(NAME, PcmTapProcessor);
