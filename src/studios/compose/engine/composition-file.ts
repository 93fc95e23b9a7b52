import { assertSettings } from './settings.ts';
import { sortNotes, MAX_BARS, MAX_TEMPO_BPM, MIN_TEMPO_BPM, type Score, type ScoreNote } from './score.ts';
import {
  INSTRUMENTS,
  PARTS,
  type InstrumentId,
  type MixerSettings,
  type PartSettings,
} from './mixer-settings.ts';
import {
  DEFAULT_RUN,
  NO_COUNTS,
  type Composition,
  type Draft,
  type RunCounts,
  type RunSettings,
  type Version,
} from './composition.ts';
import type { Constraints } from './rules.ts';

/** Compositions as JSON, and back: what is read comes from a file and is believed in nothing. */

/** No piece of 64 bars comes near; a file that says more is broken. */
const MAX_NOTES = 50_000;
const MAX_VERSIONS = 2_000;
const MAX_TEXT = 500;
const PITCH_ROWS = 48;
const STEPS_A_BAR = 16;
const MAX_POINTS = 100;

/** A file that is not what it should be. */
export class CompositionFileError extends Error {
  override readonly name = 'CompositionFileError';
  readonly code = 'bad-composition';
}

type Json = Readonly<Record<string, unknown>>;

const refuse = (what: string): never => {
  throw new CompositionFileError(what);
};

const record = (value: unknown, what: string): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : refuse(`${what} is missing`);

const list = (value: unknown, most: number, what: string): readonly unknown[] =>
  Array.isArray(value) && value.length <= most ? value : refuse(`${what} is no list, or too long`);

const number = (value: unknown, least: number, most: number, what: string): number =>
  typeof value === 'number' && value >= least && value <= most
    ? value
    : refuse(`${what} is not within ${least}–${most}`);

const text = (value: unknown, what: string): string =>
  typeof value === 'string' ? value.slice(0, MAX_TEXT) : refuse(`${what} is no text`);

const flag = (value: unknown): boolean => value === true;

function noteOf(value: unknown): ScoreNote {
  const note = record(value, 'a note');
  return {
    id: number(note.id, 1, Number.MAX_SAFE_INTEGER, 'the number of a note'),
    startTick: number(note.startTick, 0, 1e9, 'the start of a note'),
    lengthTick: number(note.lengthTick, 1e-6, 1e9, 'the length of a note'),
    pitchMidi: Math.round(number(note.pitchMidi, 0, 127, 'the pitch of a note')),
    velocity: number(note.velocity, 1, 127, 'the velocity of a note'),
    author: note.author === 'network' ? 'network' : 'person',
  };
}

function scoreOf(value: unknown): Score {
  const score = record(value, 'the score');
  const notes = list(score.notes, MAX_NOTES, 'the notes').map(noteOf);
  if (new Set(notes.map(({ id }) => id)).size !== notes.length) refuse('two notes have one number');
  return {
    notes: sortNotes(notes),
    bars: Math.round(number(score.bars, 1, MAX_BARS, 'the number of bars')),
    tempoBpm: number(score.tempoBpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM, 'the tempo'),
    quantizeStrength: number(score.quantizeStrength, 0, 1, 'the strength of the grid'),
  };
}

function partOf(value: unknown): PartSettings {
  const part = record(value, 'a part');
  const instrument = INSTRUMENTS.find((id): id is InstrumentId => id === part.instrument);
  return {
    instrument: instrument ?? 'piano',
    gainDb: number(part.gainDb, -60, 12, 'the volume of a part'),
    pan: number(part.pan, -1, 1, 'the place of a part'),
    isMuted: flag(part.isMuted),
    isSolo: flag(part.isSolo),
  };
}

function mixerOf(value: unknown): MixerSettings {
  const mixer = record(value, 'the mixer');
  const parts = list(mixer.parts, PARTS.length, 'the parts').map(partOf);
  if (parts.length !== PARTS.length) refuse('a part is missing');
  return {
    parts,
    swing: number(mixer.swing, 0, 1, 'the swing'),
    humanize: number(mixer.humanize, 0, 1, 'the unevenness'),
    isLooping: flag(mixer.isLooping),
    hasMetronome: flag(mixer.hasMetronome),
  };
}

function densityOf(value: unknown): NonNullable<Constraints['density']> {
  const density = record(value, 'the density');
  return {
    notesPerStep: number(density.notesPerStep, 0, 48, 'the density'),
    strength: number(density.strength, 0, 10, 'the strength of the density'),
  };
}

function runOf(value: unknown): RunSettings {
  const run = record(value, 'the settings of a run');
  const given = record(run.settings, 'the settings');
  const temperature = list(given.temperature, MAX_POINTS, 'the temperature').map((value) => {
    const point = record(value, 'a temperature');
    return {
      at: number(point.at, 0, 1, 'the place of a temperature'),
      value: number(point.value, 0, 1e3, 'a temperature'),
    };
  });
  const settings = { ...DEFAULT_RUN.settings, ...given, temperature };
  try {
    assertSettings(settings);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    refuse(thrown.message);
  }
  // Only what the rules look at; they refuse what they cannot use when a run begins.
  const { voiceLeading, scale, ranges, maxNotesPerStep, mends, density } = record(
    run.constraints,
    'the rules',
  ) as Constraints;
  const constraints: Constraints = {
    ...(voiceLeading === undefined ? {} : { voiceLeading: flag(voiceLeading) }),
    ...(Array.isArray(scale)
      ? { scale: scale.map((each: unknown) => number(each, 0, 11, 'a pitch class')) }
      : {}),
    ...(Array.isArray(ranges) ? { ranges: DEFAULT_RUN.constraints.ranges ?? [] } : {}),
    ...(mends === undefined ? {} : { mends: flag(mends) }),
    ...(maxNotesPerStep === undefined
      ? {}
      : { maxNotesPerStep: number(maxNotesPerStep, 1, 48, 'the notes at once') }),
    ...(density === undefined ? {} : { density: densityOf(density) }),
  };
  return { preset: text(run.preset, 'the preset'), settings, constraints, lockNotes: flag(run.lockNotes) };
}

function countsOf(value: unknown): RunCounts {
  if (value === undefined) return NO_COUNTS;
  const counts = record(value, 'the counts');
  return {
    added: number(counts.added, 0, 1e6, 'the cells added'),
    removed: number(counts.removed, 0, 1e6, 'the cells removed'),
  };
}

function lockedOf(value: unknown, bars: number): Uint8Array<ArrayBuffer> | undefined {
  if (value === undefined || value === null) return undefined;
  const size = bars * STEPS_A_BAR * PITCH_ROWS;
  const mask = new Uint8Array(size);
  for (const cell of list(value, size, 'the locked cells'))
    mask[Math.trunc(number(cell, 0, size - 1, 'a locked cell'))] = 1;
  return mask;
}

function draftOf(value: unknown): Draft {
  const draft = record(value, 'the composition');
  const score = scoreOf(draft.score);
  return {
    title: text(draft.title, 'the title'),
    score,
    locked: lockedOf(draft.locked, score.bars),
    mixer: mixerOf(draft.mixer),
    run: runOf(draft.run),
    lastRun: countsOf(draft.lastRun),
    version: number(draft.version ?? 0, 0, Number.MAX_SAFE_INTEGER, 'the version it was made from'),
  };
}

function versionOf(value: unknown): Version {
  const version = record(value, 'a version');
  return {
    id: number(version.id, 1, Number.MAX_SAFE_INTEGER, 'the number of a version'),
    name: text(version.name, 'the name of a version'),
    isStarred: flag(version.isStarred),
    createdAtMs: number(version.createdAtMs, 0, 1e15, 'the time of a version'),
    parent: number(version.parent, 0, Number.MAX_SAFE_INTEGER, 'the parent of a version'),
    score: scoreOf(version.score),
    lastRun: countsOf(version.lastRun),
  };
}

/**
 * A composition as plain JSON.
 *
 * @param composition any
 * @returns what `readComposition` reads
 */
export function toJson(composition: Composition): Json {
  const { draft } = composition;
  const locked = draft.locked && [...draft.locked.keys()].filter((cell) => draft.locked?.[cell] === 1);
  return { ...composition, draft: { ...draft, locked: locked ?? null } };
}

/**
 * Reads a composition.
 *
 * @param value parsed JSON
 * @returns a composition that can be opened
 * @throws CompositionFileError saying what is wrong with it
 */
export function readComposition(value: unknown): Composition {
  const composition = record(value, 'the composition');
  return {
    id: text(composition.id, 'the name of the composition'),
    createdAtMs: number(composition.createdAtMs, 0, 1e15, 'the time of the composition'),
    changedAtMs: number(composition.changedAtMs, 0, 1e15, 'the time of the composition'),
    draft: draftOf(composition.draft),
    versions: list(composition.versions, MAX_VERSIONS, 'the versions').map(versionOf),
  };
}
