/** Samples of the piano: the pitch that each was recorded at, decoded. */
export type PianoSamples = ReadonlyMap<number, AudioBuffer>;

/** How a note begins, goes on and ends. */
export interface Envelope {
  /** To the full height, seconds. */
  readonly attackSec: number;
  /** From there to 95 % of the way to what remains, seconds. */
  readonly decaySec: number;
  /** What remains while the key is held, of the full height. */
  readonly sustain: number;
  /** To 1 % of what there was when the key went up, seconds. */
  readonly releaseSec: number;
}

/** What an instrument's notes are made of. */
export interface Timbre extends Envelope {
  /** Amplitudes of the partials, the fundamental first; without them the piano's samples sound. */
  readonly partials?: readonly number[];
  /** From the lowest to the highest of three oscillators, cents; 0: there is one. */
  readonly spreadCents: number;
  /** Above it the sound is softer, Hz; 0: no filter. */
  readonly cutoffHz: number;
  /** So that all are about as loud, decibels. */
  readonly gainDb: number;
}

const PARTIALS_OF_SAW = 96;
/** Drawbars of an organ, 8′ 4′ 2⅔′ 2′ and above. */
const ORGAN = [1, 0.55, 0.35, 0.3, 0.05, 0.18, 0.02, 0.1];
/** Formants of a sung “ah”, roughly. */
const CHOIR = [1, 0.62, 0.42, 0.22, 0.12, 0.05, 0.02];
const STRING = [1, 0.6, 0.28, 0.2, 0.1, 0.06, 0.03];
/** A hammered string: its upper partials are soft. */
const HAMMERED = [1, 0.4, 0.18, 0.1, 0.04, 0.02];
const SAW = Array.from({ length: PARTIALS_OF_SAW }, (_, i) => 1 / (i + 1));
const TRIANGLE = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 1 / (i + 1) ** 2 : 0));

/** Keys of a piano fall back on their strings' dampers. */
const DAMPER_SEC = 0.35;
const PIANO: Timbre = {
  attackSec: 0,
  decaySec: 0,
  sustain: 1,
  releaseSec: DAMPER_SEC,
  spreadCents: 0,
  cutoffHz: 0,
  gainDb: -3,
};
/** Takes the piano's place until its samples have come: as loud, and as long. */
const STAND_IN: Timbre = {
  partials: HAMMERED,
  attackSec: 0.004,
  decaySec: 4,
  sustain: 0,
  releaseSec: DAMPER_SEC,
  spreadCents: 0,
  cutoffHz: 0,
  gainDb: -23.5,
};

const PLUCKED: Timbre = {
  partials: STRING,
  attackSec: 0.003,
  decaySec: 1.4,
  sustain: 0,
  releaseSec: 0.25,
  spreadCents: 0,
  cutoffHz: 0,
  gainDb: -22,
};

const TIMBRES: Readonly<Record<string, Timbre>> = {
  organ: {
    partials: ORGAN,
    attackSec: 0.02,
    decaySec: 0.05,
    sustain: 0.9,
    releaseSec: 0.12,
    spreadCents: 0,
    cutoffHz: 0,
    gainDb: -25.5,
  },
  strings: {
    partials: SAW,
    attackSec: 0.12,
    decaySec: 0.3,
    sustain: 0.75,
    releaseSec: 0.35,
    spreadCents: 16,
    cutoffHz: 2600,
    gainDb: -24,
  },
  choir: {
    partials: CHOIR,
    attackSec: 0.14,
    decaySec: 0.3,
    sustain: 0.8,
    releaseSec: 0.4,
    spreadCents: 22,
    cutoffHz: 1800,
    gainDb: -25,
  },
  plucked: PLUCKED,
  synth: {
    partials: TRIANGLE,
    attackSec: 0.008,
    decaySec: 0.25,
    sustain: 0.4,
    releaseSec: 0.2,
    spreadCents: 0,
    cutoffHz: 0,
    gainDb: -19,
  },
};

/**
 * What an instrument sounds like.
 *
 * @param id one of Compose's instruments
 * @param hasSamples whether the piano's are there
 * @returns the timbre; the plucked string's for an id that nobody knows
 */
export function timbreOf(id: string, hasSamples: boolean): Timbre {
  if (id === 'piano') return hasSamples ? PIANO : STAND_IN;
  return TIMBRES[id] ?? PLUCKED;
}

/** Where the oscillators of a note begin, turns: apart, so that none takes the other away, nor all of them are one. */
const PHASES = [0, 0.15, 0.4];
const waves = new WeakMap<BaseAudioContext, Map<readonly number[], readonly PeriodicWave[]>>();

/**
 * The waves of a timbre, one for each of its oscillators; made once for a context.
 *
 * @param context that they sound in
 * @param timbre whose partials they have
 */
export function wavesOf(
  context: BaseAudioContext,
  { partials = [], spreadCents }: Timbre,
): readonly PeriodicWave[] {
  const made = waves.get(context) ?? new Map<readonly number[], readonly PeriodicWave[]>();
  waves.set(context, made);
  const known = made.get(partials);
  if (known !== undefined) return known;
  const phases = spreadCents === 0 ? [0] : PHASES;
  const wavesNow = phases.map((turns) => {
    const real = new Float32Array(partials.length + 1);
    const imag = new Float32Array(partials.length + 1);
    partials.forEach((amplitude, i) => {
      const angle = 2 * Math.PI * turns * (i + 1);
      real[i + 1] = amplitude * Math.sin(angle);
      imag[i + 1] = amplitude * Math.cos(angle);
    });
    return context.createPeriodicWave(real, imag, { disableNormalization: true });
  });
  made.set(partials, wavesNow);
  return wavesNow;
}
