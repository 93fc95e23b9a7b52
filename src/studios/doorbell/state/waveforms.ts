import { Serial } from '../../../kernel/serial.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { outline, PEAK_COUNT, PeakFinder, readPeaks } from '../engine/peaks.ts';
import type { Message } from '../engine/message.ts';
import type { Messages } from './messages.svelte.ts';

/** Enough for the outline of a voice, and a sixth of the memory. */
const SAMPLE_RATE = 8000;
/** So many samples take some milliseconds: the page has its turn between them. */
const AT_ONCE = 1_000_000;

/** The box that an outline is drawn in. */
export const OUTLINE_BOX = `0 0 ${PEAK_COUNT} 2`;

/** The outline of a message's recording as it is kept; empty while there is none. */
export const outlineOf = ({ peaks }: Message): string => outline(readPeaks(peaks ?? ''));

/** Finds the outlines of recordings, one after the other: decoded they are large. */
export class Waveforms {
  readonly #messages: Messages;
  readonly #turns = new Serial();
  readonly #underWay = new Map<string, Promise<boolean>>();

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  /**
   * Finds the outline of a recording, and keeps it with its message.
   *
   * @returns false when this browser cannot decode the recording
   */
  find(message: Message, sound: Blob): Promise<boolean> {
    const known = this.#underWay.get(message.id);
    if (known !== undefined) return known;
    const fresh = this.#turns.run(() => this.#find(message, sound));
    this.#underWay.set(message.id, fresh);
    return fresh;
  }

  async #find({ id }: Message, sound: Blob): Promise<boolean> {
    let decoded: AudioBuffer;
    try {
      const bytes = await sound.arrayBuffer();
      decoded = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
      return false;
    }
    const samples = decoded.getChannelData(0);
    const finder = new PeakFinder(samples.length);
    for (let from = 0; from < samples.length; from += AT_ONCE) {
      finder.push(samples.subarray(from, from + AT_ONCE));
      await pause();
    }
    // What was measured by the clock while it was recorded was near it.
    await this.#messages.change(id, { peaks: finder.written(), soundSec: decoded.duration });
    return true;
  }
}
