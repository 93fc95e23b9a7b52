import type * as ToneModule from 'tone';
import { Instrument, type TimedNote } from './instruments.ts';
import type { PianoSamples } from './timbres.ts';

/** Tone.js, loaded when the first sound is wanted. */
export type Tone = typeof ToneModule;

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
  readonly input: GainNode;
  instrument: Instrument;
  /** Those that it had before, as long as they are heard. */
  readonly before: Set<Instrument>;
}

const CLICK_DB = -12;
const ACCENT_MIDI = 93;
const BEAT_MIDI = 86;
const CLICK_SEC = 0.04;
/** Several parts at their loudest would clip. */
const LIMIT_DB = -1;

/** What Tone calls a context, over the browser's own. */
export type ToneContext = ToneModule.BaseContext;

/** Ends what could be too loud. @returns its input and output */
export const limiter = (tone: Tone, context: ToneContext): ToneModule.Limiter =>
  new tone.Limiter({ context, threshold: LIMIT_DB });

/** Parts with an instrument each, and a metronome. */
export class Band {
  readonly #tone: Tone;
  readonly #context: ToneContext;
  readonly #output: ToneModule.InputNode;
  readonly #seats: Seat[] = [];
  #click: { readonly seat: Pick<Seat, 'channel' | 'input'>; readonly instrument: Instrument } | undefined;
  #samples: PianoSamples | undefined;

  /**
   * @param tone Tone.js
   * @param context that it sounds in, made over a context of the browser's own
   * @param output where it is heard
   * @param parts how many, and how each sounds
   * @param samples of the piano, if they are there already
   */
  constructor(
    tone: Tone,
    context: ToneContext,
    output: ToneModule.InputNode,
    parts: readonly BandPart[],
    samples?: PianoSamples,
  ) {
    this.#tone = tone;
    this.#context = context;
    this.#output = output;
    this.#samples = samples;
    this.set(parts);
  }

  /** Changes how the parts sound; what sounds on goes on. */
  set(parts: readonly BandPart[]): void {
    const hasSolo = parts.some(({ isSolo }) => isSolo);
    parts.forEach((part, at) => {
      const seat = (this.#seats[at] ??= this.#newSeat(part.instrument));
      const lacksSamples =
        part.instrument === 'piano' && !seat.instrument.hasSamples && this.#samples !== undefined;
      if (seat.instrument.id !== part.instrument || lacksSamples) {
        const old = seat.instrument;
        seat.before.add(old);
        old.retire(() => seat.before.delete(old));
        seat.instrument = new Instrument(part.instrument, seat.input, this.#samples);
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

  /** A note of a part, with a known end. */
  play(part: number, note: TimedNote): void {
    this.#seats[part]?.instrument.play(note);
  }

  /** A key goes down, now. */
  press(part: number, pitchMidi: number, velocity: number): void {
    this.#seats[part]?.instrument.press(pitchMidi, velocity);
  }

  /** It goes up: for the instrument that it struck, whichever the part has by now. */
  release(part: number, pitchMidi: number): void {
    const seat = this.#seats[part];
    for (const instrument of [...(seat?.before ?? []), seat?.instrument]) instrument?.release(pitchMidi);
  }

  click(atSec: number, isAccent: boolean): void {
    this.#click ??= this.#newClick();
    this.#click.instrument.play({
      pitchMidi: isAccent ? ACCENT_MIDI : BEAT_MIDI,
      velocity: isAccent ? 1 : 0.6,
      startSec: atSec,
      durationSec: CLICK_SEC,
    });
  }

  /** Ends everything within 50 ms; nothing that was handed over for later is heard. */
  silence(): void {
    for (const { instrument, before } of this.#seats)
      for (const each of [...before, instrument]) each.silence();
    this.#click?.instrument.silence();
  }

  dispose(): void {
    const { seat, instrument: click } = this.#click ?? {};
    click?.dispose();
    for (const { instrument, before } of this.#seats)
      for (const each of [...before, instrument]) each.dispose();
    for (const { input, channel } of seat === undefined ? this.#seats : [...this.#seats, seat]) {
      input.disconnect();
      channel.dispose();
    }
  }

  #newClick() {
    const seat = this.#newChannel(CLICK_DB);
    return { seat, instrument: new Instrument('plucked', seat.input, undefined) };
  }

  #newSeat(id: string): Seat {
    const seat = this.#newChannel(0);
    return { ...seat, instrument: new Instrument(id, seat.input, this.#samples), before: new Set() };
  }

  #newChannel(volume: number): Pick<Seat, 'channel' | 'input'> {
    const context = this.#context;
    const channel = new this.#tone.Channel({ context, volume }).connect(this.#output);
    const input = new GainNode(context.rawContext);
    this.#tone.connect(input, channel);
    return { channel, input };
  }
}
