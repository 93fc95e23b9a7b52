import { SilenceWatch } from '../engine/silence.ts';
import type { VoiceHeard, VoiceNetwork } from './voice-network.svelte.ts';

/** Silence of this length after a voice ends the recording, s. */
const PAUSE_SEC = 3;
/** A network that has said nothing for so long has stopped, ms: then the level decides. */
const STALE_MS = 1000;

/**
 * Whether the visitor has said all: by the network that tells voices from other sounds where it listens, else by how loud
 * it is.
 */
export class SaidAll {
  readonly #silence = new SilenceWatch(PAUSE_SEC * 1000);
  #heard: VoiceHeard | undefined;
  #heardMs = -Infinity;
  #stop: (() => void) | undefined;
  #isClosed = false;

  constructor(stream: MediaStream, network: VoiceNetwork | undefined) {
    void network
      ?.listen(stream, (heard) => {
        this.#heard = heard;
        this.#heardMs = performance.now();
      })
      .then((stop) => {
        if (this.#isClosed) stop?.();
        else this.#stop = stop;
      });
  }

  /**
   * @param levelDb root mean square of the last 20 … 100 ms, dB of full scale
   * @returns whether somebody has spoken, and not for a while since
   */
  look(levelDb: number): boolean {
    const nowMs = performance.now();
    const byLevel = this.#silence.push(levelDb, nowMs);
    const heard = this.#heard;
    if (heard === undefined || nowMs - this.#heardMs > STALE_MS) return byLevel;
    return heard.hasSpoken && heard.silentSec >= PAUSE_SEC;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop?.();
  }
}
