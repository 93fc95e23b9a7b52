import type * as ToneModule from 'tone';
import { makeInstrument, type Instrument, type PianoSamples, type Tone } from './instruments.ts';

/** How one part of a band sounds. */
export interface BandPart {
  readonly instrument: string;
  readonly gainDb: number;
  /** −1 left to 1 right. */
  readonly pan: number;
  readonly isMuted: boolean;
  readonly isSolo: boolean;
}

interface Seat {
  readonly channel: ToneModule.Channel;
  instrument: Instrument;
  id: string;
  /** Whether the instrument had the piano's samples when it was made. */
  hadSamples: boolean;
}

const CLICK_DB = -12;
const ACCENT_MIDI = 93;
const BEAT_MIDI = 86;
const CLICK_SEC = 0.04;
/** Several parts at their loudest would clip. */
const LIMIT_DB = -1;

/** Parts with an instrument each, a metronome, and one output; in Tone's context as it was when it was made. */
export class Band {
  readonly #tone: Tone;
  readonly #master: ToneModule.Limiter;
  readonly #seats: Seat[] = [];
  readonly #click: Instrument;
  readonly #clickChannel: ToneModule.Channel;
  #samples: PianoSamples | undefined;

  /**
   * @param tone Tone.js
   * @param parts how many, and how each sounds
   * @param samples of the piano, if they are there already
   */
  constructor(tone: Tone, parts: readonly BandPart[], samples?: PianoSamples) {
    this.#tone = tone;
    this.#samples = samples;
    this.#master = new tone.Limiter(LIMIT_DB).toDestination();
    this.#clickChannel = new tone.Channel({ volume: CLICK_DB }).connect(this.#master);
    this.#click = makeInstrument(tone, 'plucked', this.#clickChannel, undefined);
    this.set(parts);
  }

  /** What everything goes through, for analysers. */
  get output(): ToneModule.ToneAudioNode {
    return this.#master;
  }

  /** Changes how the parts sound; what sounds on goes on. */
  set(parts: readonly BandPart[]): void {
    const hasSolo = parts.some(({ isSolo }) => isSolo);
    parts.forEach((part, at) => {
      const seat = this.#seats[at] ?? this.#newSeat(part.instrument);
      this.#seats[at] = seat;
      const lacksSamples = part.instrument === 'piano' && !seat.hadSamples && this.#samples !== undefined;
      if (seat.id !== part.instrument || lacksSamples) {
        seat.instrument.silence();
        seat.instrument.dispose();
        seat.instrument = makeInstrument(this.#tone, part.instrument, seat.channel, this.#samples);
        seat.id = part.instrument;
        seat.hadSamples = this.#samples !== undefined;
      }
      seat.channel.volume.value = part.gainDb;
      seat.channel.pan.value = part.pan;
      // Tone's own solo is one for all contexts: an offline rendering would change what is heard.
      seat.channel.mute = part.isMuted || (hasSolo && !part.isSolo);
    });
  }

  /** The piano's samples have come. */
  setSamples(samples: PianoSamples, parts: readonly BandPart[]): void {
    this.#samples = samples;
    this.set(parts);
  }

  part(index: number): Instrument | undefined {
    return this.#seats[index]?.instrument;
  }

  click(atSec: number, isAccent: boolean): void {
    this.#click.play(isAccent ? ACCENT_MIDI : BEAT_MIDI, isAccent ? 1 : 0.6, atSec, CLICK_SEC);
  }

  silence(): void {
    for (const { instrument } of this.#seats) instrument.silence();
    this.#click.silence();
  }

  dispose(): void {
    for (const { instrument, channel } of this.#seats) {
      instrument.dispose();
      channel.dispose();
    }
    this.#click.dispose();
    this.#clickChannel.dispose();
    this.#master.dispose();
  }

  #newSeat(id: string): Seat {
    const channel = new this.#tone.Channel().connect(this.#master);
    return {
      channel,
      instrument: makeInstrument(this.#tone, id, channel, this.#samples),
      id,
      hadSamples: this.#samples !== undefined,
    };
  }
}
