import type { Constraints } from './rules.ts';
import { DEFAULT_MIXER, type MixerSettings } from './mixer-settings.ts';
import { PRESETS } from './presets.ts';
import { DEFAULT_BARS, type Score } from './score.ts';
import type { SamplerSettings } from './settings.ts';

/** What the network is asked for. */
export interface RunSettings {
  /** Of `PRESETS`; the settings may have been changed since it was chosen. */
  readonly preset: string;
  readonly settings: SamplerSettings;
  readonly constraints: Constraints;
  /** Whether every note that is there when a run begins is kept as it is. */
  readonly lockNotes: boolean;
}

/** What the last run changed, in cells of the roll. */
export interface RunCounts {
  readonly added: number;
  readonly removed: number;
}

/** Everything of a composition that undo goes back over. */
export interface Draft {
  readonly title: string;
  readonly score: Score;
  /** [bars · 16, P] uint8, 1 = the network leaves this cell alone; undefined: all are free. */
  readonly locked: Uint8Array<ArrayBuffer> | undefined;
  readonly mixer: MixerSettings;
  readonly run: RunSettings;
  readonly lastRun: RunCounts;
  /** The version that it was made from; 0: none. */
  readonly version: number;
}

/** A moment of a composition that was kept. */
export interface Version {
  readonly id: number;
  readonly name: string;
  readonly isStarred: boolean;
  readonly createdAtMs: number;
  /** The version that it was made from; 0: none. */
  readonly parent: number;
  readonly score: Score;
  readonly lastRun: RunCounts;
}

/** A composition as it is kept. */
export interface Composition {
  readonly id: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly draft: Draft;
  /** Oldest first. */
  readonly versions: readonly Version[];
}

export const NO_COUNTS: RunCounts = { added: 0, removed: 0 };
const DEFAULT_TEMPO_BPM = 88;

const [harmonise] = PRESETS;

/** As the page begins: the default preset. */
export const DEFAULT_RUN: RunSettings = {
  preset: harmonise.id,
  settings: harmonise.settings,
  constraints: harmonise.constraints,
  lockNotes: harmonise.lockNotes,
};

export const EMPTY_SCORE: Score = {
  notes: [],
  bars: DEFAULT_BARS,
  tempoBpm: DEFAULT_TEMPO_BPM,
  quantizeStrength: 1,
};

/**
 * A composition without a note.
 *
 * @param title of it
 * @returns a draft with the default settings
 */
export const emptyDraft = (title: string): Draft => ({
  title,
  score: EMPTY_SCORE,
  locked: undefined,
  mixer: DEFAULT_MIXER,
  run: DEFAULT_RUN,
  lastRun: NO_COUNTS,
  version: 0,
});

/**
 * The first id that no note of a score has.
 *
 * @param score any
 * @returns > 0
 */
export const nextNoteId = (score: Score): number =>
  score.notes.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
