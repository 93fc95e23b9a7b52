import type * as ToneModule from 'tone';

/** Tone.js, loaded when the first sound is wanted. */
export type Tone = typeof ToneModule;

/** Samples of the piano: the pitch that each was recorded at, decoded. */
export type PianoSamples = ReadonlyMap<string, AudioBuffer>;

/** Something that sounds notes, several at once. */
export interface Instrument {
  /** A note with a known end. Times are the audio context's, seconds; velocity (0, 1]. */
  play(pitchMidi: number, velocity: number, atSec: number, durationSec: number): void;
  /** A key goes down, now. */
  press(pitchMidi: number, velocity: number): void;
  /** It goes up. */
  release(pitchMidi: number): void;
  /** Ends everything that sounds. */
  silence(): void;
  dispose(): void;
}

interface Playable {
  triggerAttackRelease(note: number, duration: number, time?: number, velocity?: number): unknown;
  triggerAttack(note: number, time?: number, velocity?: number): unknown;
  triggerRelease(note: number, time?: number): unknown;
  releaseAll(time?: number): unknown;
}

const A4_MIDI = 69;
const A4_HZ = 440;
const hertz = (pitchMidi: number): number => A4_HZ * 2 ** ((pitchMidi - A4_MIDI) / 12);
/** The shortest sound: below it, attack and release would overlap. */
const MIN_SEC = 0.03;

/** Drawbars of an organ, 8′ 4′ 2⅔′ 2′ and above. */
const ORGAN = [1, 0.55, 0.35, 0.3, 0.05, 0.18, 0.02, 0.1];
/** Formants of a sung “ah”, roughly. */
const CHOIR = [1, 0.62, 0.42, 0.22, 0.12, 0.05, 0.02];
const STRING = [1, 0.6, 0.28, 0.2, 0.1, 0.06, 0.03];

type SynthSettings = ConstructorParameters<Tone['Synth']>[0];

const SETTINGS: Readonly<Record<string, { readonly voice: SynthSettings; readonly gainDb: number }>> = {
  organ: {
    voice: {
      oscillator: { type: 'custom', partials: ORGAN },
      envelope: { attack: 0.02, decay: 0.05, sustain: 0.9, release: 0.12 },
    },
    gainDb: -17,
  },
  strings: {
    voice: {
      oscillator: { type: 'fatsawtooth', count: 3, spread: 16 },
      envelope: { attack: 0.12, decay: 0.2, sustain: 0.75, release: 0.35 },
    },
    gainDb: -23,
  },
  choir: {
    voice: {
      oscillator: { type: 'fatcustom', partials: CHOIR, count: 3, spread: 22 },
      envelope: { attack: 0.14, decay: 0.2, sustain: 0.8, release: 0.4 },
    },
    gainDb: -19,
  },
  plucked: {
    voice: {
      oscillator: { type: 'custom', partials: STRING },
      envelope: { attack: 0.003, decay: 0.9, sustain: 0, release: 0.25 },
    },
    gainDb: -13,
  },
  synth: {
    voice: {
      oscillator: { type: 'triangle' },
      envelope: { attack: 0.008, decay: 0.25, sustain: 0.4, release: 0.2 },
    },
    gainDb: -13,
  },
};
const PIANO_DB = -7;
/** Keys of a piano fall back on their strings' dampers. */
const PIANO_RELEASE_SEC = 0.35;
const MAX_VOICES = 48;

/**
 * Makes an instrument in Tone's present context.
 *
 * @param tone Tone.js
 * @param id one of Compose's instruments
 * @param output where it is heard
 * @param samples of the piano; without them it is a plucked string
 */
export function makeInstrument(
  tone: Tone,
  id: string,
  output: ToneModule.InputNode,
  samples: PianoSamples | undefined,
): Instrument {
  const isPiano = id === 'piano' && samples !== undefined;
  const nodes: { dispose(): unknown }[] = [];
  let playable: Playable;
  if (isPiano) {
    const sampler = new tone.Sampler({
      urls: Object.fromEntries(samples),
      release: PIANO_RELEASE_SEC,
      volume: PIANO_DB,
    }).connect(output);
    nodes.push(sampler);
    playable = sampler;
  } else {
    const { voice, gainDb } = SETTINGS[id] ?? SETTINGS.plucked ?? { voice: undefined, gainDb: 0 };
    const poly = new tone.PolySynth(tone.Synth, voice);
    poly.maxPolyphony = MAX_VOICES;
    poly.volume.value = gainDb;
    nodes.push(poly);
    if (id === 'strings' || id === 'choir') {
      const filter = new tone.Filter({ type: 'lowpass', frequency: id === 'choir' ? 1800 : 2600, Q: 0.4 });
      poly.chain(filter, output);
      nodes.push(filter);
    } else poly.connect(output);
    playable = poly;
  }
  return {
    play: (pitchMidi, velocity, atSec, durationSec) =>
      void playable.triggerAttackRelease(hertz(pitchMidi), Math.max(MIN_SEC, durationSec), atSec, velocity),
    press: (pitchMidi, velocity) => void playable.triggerAttack(hertz(pitchMidi), tone.immediate(), velocity),
    release: (pitchMidi) => void playable.triggerRelease(hertz(pitchMidi), tone.immediate()),
    silence: () => void playable.releaseAll(tone.immediate()),
    dispose: () => nodes.forEach((node) => node.dispose()),
  };
}
