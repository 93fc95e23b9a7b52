import { madeWay, type Sounding } from './polyphony.ts';
import { timbreOf, type PianoSamples } from './timbres.ts';
import { cutEnd, endOf, Voice } from './voice.ts';

/** The shortest sound: below it, attack and release would overlap. */
const MIN_SEC = 0.03;
/** More than two hands and a pedal ask for; each costs the sound's own thread some microseconds a block. */
const MAX_VOICES = 32;

/** A note with a known end. */
export interface TimedNote {
  readonly pitchMidi: number;
  /** (0, 1] */
  readonly velocity: number;
  readonly startSec: number;
  readonly durationSec: number;
  /** Another note, which the instrument is not told of, takes its place from here on. */
  readonly cutSec?: number;
}

/** Something that sounds notes, several at once. */
export class Instrument {
  readonly id: string;
  readonly hasSamples: boolean;
  readonly #context: BaseAudioContext;
  readonly #samples: PianoSamples | undefined;
  readonly #output: GainNode;
  readonly #last: AudioNode;
  readonly #voices = new Set<Voice>();
  /** Those whose keys are down. */
  readonly #held = new Map<number, Voice>();
  #isRetired = false;

  /**
   * @param id one of Compose's instruments
   * @param output where it is heard
   * @param samples of the piano; without them another string takes its place
   */
  constructor(id: string, output: AudioNode, samples: PianoSamples | undefined) {
    const { context } = output;
    this.id = id;
    this.hasSamples = samples !== undefined;
    this.#context = context;
    this.#samples = samples;
    const { gainDb, cutoffHz } = timbreOf(id, this.hasSamples);
    this.#output = new GainNode(context, { gain: 10 ** (gainDb / 20) });
    this.#last =
      cutoffHz === 0
        ? this.#output
        : this.#output.connect(
            new BiquadFilterNode(context, { type: 'lowpass', frequency: cutoffHz, Q: 0.4 }),
          );
    this.#last.connect(output);
  }

  /** A note with a known end, in the context's time. */
  play({ pitchMidi, velocity, startSec, durationSec, cutSec }: TimedNote): void {
    const voice = this.#strike(pitchMidi, velocity, startSec);
    voice.release(startSec + Math.max(MIN_SEC, durationSec));
    if (cutSec !== undefined) voice.cut(cutSec);
  }

  /** A key goes down, now. */
  press(pitchMidi: number, velocity: number): void {
    this.#held.set(pitchMidi, this.#strike(pitchMidi, velocity, this.#context.currentTime));
  }

  /** It goes up. */
  release(pitchMidi: number): void {
    this.#held.get(pitchMidi)?.release(this.#context.currentTime);
    this.#held.delete(pitchMidi);
  }

  /** Ends everything that sounds, and whatever was to sound. */
  silence(): void {
    for (const voice of this.#voices) voice.cut(this.#context.currentTime);
    this.#held.clear();
  }

  /** Another takes its place: what it sounds goes on to its end, and then it is gone. @param onGone hears that */
  retire(onGone: () => void): void {
    this.#isRetired = true;
    this.#onGone = onGone;
    this.#leave();
  }

  dispose(): void {
    this.silence();
    this.#output.disconnect();
    this.#last.disconnect();
  }

  #onGone: () => void = () => undefined;

  #strike(pitchMidi: number, velocity: number, startSec: number): Voice {
    for (const voice of madeWay(this.#voices, pitchMidi, startSec, MAX_VOICES)) voice.cut(startSec);
    const timbre = timbreOf(this.id, this.hasSamples);
    const note = { pitchMidi, velocity, startSec };
    const voice = new Voice(timbre, this.#output, note, this.#samples, (ended) => {
      this.#voices.delete(ended);
      if (this.#held.get(pitchMidi) === ended) this.#held.delete(pitchMidi);
      this.#leave();
    });
    this.#voices.add(voice);
    return voice;
  }

  #leave(): void {
    if (!this.#isRetired || this.#voices.size > 0) return;
    this.dispose();
    this.#onGone();
  }
}

/**
 * Where notes are cut short by later ones, if they are played in this order: for a rendering that is made in stretches, each
 * of which knows only its own notes.
 *
 * @param id of the instrument
 * @param hasSamples whether it has the piano's samples
 * @param notes by start
 * @returns for each note from when on it is cut, undefined where it is not, and when it is silent; seconds
 */
export function cutsOf(
  id: string,
  hasSamples: boolean,
  notes: readonly TimedNote[],
): { readonly cutSec: number | undefined; readonly endSec: number }[] {
  interface Planned extends Sounding {
    cutSec: number | undefined;
    releaseSec: number;
    endSec: number;
  }
  const timbre = timbreOf(id, hasSamples);
  let sounding: Planned[] = [];
  return notes.map(({ pitchMidi, startSec, durationSec }) => {
    sounding = sounding.filter(({ endSec }) => endSec > startSec);
    for (const voice of madeWay(sounding, pitchMidi, startSec, MAX_VOICES)) {
      voice.cutSec = startSec;
      voice.releaseSec = Math.min(voice.releaseSec, startSec);
      voice.endSec = cutEnd(startSec);
    }
    const releaseSec = startSec + Math.max(MIN_SEC, durationSec);
    const planned = {
      pitchMidi,
      startSec,
      releaseSec,
      endSec: endOf(timbre, releaseSec),
      cutSec: undefined,
    };
    sounding.push(planned);
    return planned;
  });
}
