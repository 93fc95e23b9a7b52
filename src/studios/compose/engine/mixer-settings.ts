/** The parts of a composition: its voices, highest first. */
export const PARTS = ['Soprano', 'Alto', 'Tenor', 'Bass'] as const;

export const INSTRUMENTS = ['piano', 'organ', 'strings', 'choir', 'plucked', 'synth'] as const;
export type InstrumentId = (typeof INSTRUMENTS)[number];

/** How one part sounds. */
export interface PartSettings {
  readonly instrument: InstrumentId;
  /** Decibels, −40 to 6. */
  readonly gainDb: number;
  /** −1 left to 1 right. */
  readonly pan: number;
  readonly isMuted: boolean;
  readonly isSolo: boolean;
}

/** How a composition is played. */
export interface MixerSettings {
  /** One for each of `PARTS`. */
  readonly parts: readonly PartSettings[];
  /** How late the off-beat eighths come, [0, 1]: 1 is a triplet's feel. */
  readonly swing: number;
  /** How unevenly it is played, [0, 1]. */
  readonly humanize: number;
  readonly isLooping: boolean;
  readonly hasMetronome: boolean;
}

const part = (pan: number): PartSettings => ({
  instrument: 'piano',
  gainDb: 0,
  pan,
  isMuted: false,
  isSolo: false,
});

export const DEFAULT_MIXER: MixerSettings = {
  parts: [part(-0.15), part(0.25), part(-0.3), part(0.1)],
  swing: 0,
  humanize: 0,
  isLooping: false,
  hasMetronome: false,
};
