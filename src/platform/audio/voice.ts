import type { Sounding } from './polyphony.ts';
import { wavesOf, type PianoSamples, type Timbre } from './timbres.ts';

const A4_MIDI = 69;
const A4_HZ = 440;
const SEMITONES = 12;
/** A decay is so many time constants long, as its length is told: 95 % of the way. */
const TAUS = 3;
/** And an end: 99 %. */
const RELEASE_TAUS = 5;
/** A note is over after so many times its release: 65 dB below where it was. */
const TAIL = 1.5;
/** What is stopped falls by 70 dB in 50 ms: no click, and no sound after it. */
const CUT_TAU_SEC = 0.006;
const CUT_SEC = 0.05;

/**
 * When nothing of a note is heard any more.
 *
 * @param timbre of its instrument
 * @param releaseSec when its key goes up
 */
export const endOf = (timbre: Timbre, releaseSec: number): number => releaseSec + TAIL * timbre.releaseSec;

/** When a note that is cut short is silent. */
export const cutEnd = (atSec: number): number => atSec + CUT_SEC;

/** The recorded pitch that is nearest to another. */
function nearest(samples: PianoSamples, pitchMidi: number): number {
  let best = A4_MIDI;
  let least = Infinity;
  for (const pitch of samples.keys())
    if (Math.abs(pitch - pitchMidi) < least) {
      least = Math.abs(pitch - pitchMidi);
      best = pitch;
    }
  return best;
}

/** One note of an instrument: a few nodes of the browser's own, which are gone when it has ended. */
export class Voice implements Sounding {
  readonly pitchMidi: number;
  readonly startSec: number;
  releaseSec = Infinity;
  endSec = Infinity;
  readonly #timbre: Timbre;
  readonly #gain: GainNode;
  readonly #height: number;
  readonly #sources: readonly AudioScheduledSourceNode[];

  /**
   * @param timbre of the instrument
   * @param output of the instrument, which is in the same context
   * @param note its pitch, its velocity (0, 1] and its beginning in the context's time
   * @param samples of the piano, where the timbre has no partials
   * @param onEnd it has ended
   */
  constructor(
    timbre: Timbre,
    output: AudioNode,
    note: { readonly pitchMidi: number; readonly velocity: number; readonly startSec: number },
    samples: PianoSamples | undefined,
    onEnd: (voice: Voice) => void,
  ) {
    const { context } = output;
    this.#timbre = timbre;
    this.pitchMidi = note.pitchMidi;
    // A time that has passed is now.
    this.startSec = Math.max(note.startSec, context.currentTime);
    this.#gain = new GainNode(context, { gain: 0 });
    this.#sources =
      timbre.partials === undefined && samples !== undefined ? this.#sampled(samples) : this.#synthesized();
    this.#height = note.velocity / Math.sqrt(this.#sources.length);
    this.#begin();
    this.#gain.connect(output);
    for (const source of this.#sources) {
      source.connect(this.#gain);
      source.start(this.startSec);
    }
    const [first] = this.#sources;
    if (first !== undefined)
      first.onended = () => {
        this.#gain.disconnect();
        onEnd(this);
      };
  }

  /** Its key goes up. */
  release(atSec: number): void {
    const at = Math.max(atSec, this.startSec);
    if (at >= this.endSec) return;
    this.releaseSec = at;
    this.#fall(at, this.#timbre.releaseSec / RELEASE_TAUS, endOf(this.#timbre, at));
  }

  /** It ends at once; what has not begun will not. */
  cut(atSec: number): void {
    if (atSec >= this.endSec) return;
    this.releaseSec = Math.min(this.releaseSec, atSec);
    if (atSec > this.startSec) return this.#fall(atSec, CUT_TAU_SEC, cutEnd(atSec));
    this.endSec = atSec;
    // Not by the end of its sources alone: browsers differ in what a stop before the start is.
    this.#gain.disconnect();
    for (const source of this.#sources) source.stop(atSec);
  }

  #begin(): void {
    const { attackSec, decaySec, sustain } = this.#timbre;
    const { gain } = this.#gain;
    const fullSec = this.startSec + attackSec;
    // A ramp, which counts also where it has passed by the time that the sound's own thread hears of it: an approach may not.
    gain.setValueAtTime(attackSec > 0 ? 0 : this.#height, this.startSec);
    if (attackSec > 0) gain.linearRampToValueAtTime(this.#height, fullSec);
    if (sustain < 1) gain.setTargetAtTime(sustain * this.#height, fullSec, decaySec / TAUS);
  }

  #fall(atSec: number, tauSec: number, endSec: number): void {
    this.endSec = endSec;
    const { gain } = this.#gain;
    gain.cancelScheduledValues(atSec);
    // Still on its way up: it goes as far as it would be by then.
    const risen = (atSec - this.startSec) / this.#timbre.attackSec;
    if (risen < 1) gain.linearRampToValueAtTime(this.#height * risen, atSec);
    // From wherever it is, without a jump.
    gain.setTargetAtTime(0, atSec, tauSec);
    for (const source of this.#sources) source.stop(endSec);
  }

  #sampled(samples: PianoSamples): AudioBufferSourceNode[] {
    const pitch = nearest(samples, this.pitchMidi);
    const playbackRate = 2 ** ((this.pitchMidi - pitch) / SEMITONES);
    return [
      new AudioBufferSourceNode(this.#gain.context, { buffer: samples.get(pitch) ?? null, playbackRate }),
    ];
  }

  #synthesized(): OscillatorNode[] {
    const { context } = this.#gain;
    const waves = wavesOf(context, this.#timbre);
    const frequency = A4_HZ * 2 ** ((this.pitchMidi - A4_MIDI) / SEMITONES);
    return waves.map((periodicWave, i) => {
      const place = waves.length === 1 ? 0 : i / (waves.length - 1) - 0.5;
      const detune = place * this.#timbre.spreadCents;
      return new OscillatorNode(context, { type: 'custom', periodicWave, frequency, detune });
    });
  }
}
