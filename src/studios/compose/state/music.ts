/** What the page's components need of the engine: they know the state, and this is its vocabulary. */
export { EMPTY_SCORE, NO_COUNTS, emptyDraft, type Version } from '../engine/composition.ts';
export { markNotes, markRegion, resizeLocks, scaleOf, type Region } from '../engine/constraints.ts';
export { findKey, keyOfScale, nameOfKey } from '../engine/key-finding.ts';
export { hummedNotes } from '../engine/hummed.ts';
export { barsOfSong, viewSong, type FileChoice, type FileView } from '../engine/midi-view.ts';
export {
  INSTRUMENTS,
  PARTS,
  type InstrumentId,
  type MixerSettings,
  type PartSettings,
} from '../engine/mixer-settings.ts';
export { PRESETS } from '../engine/presets.ts';
export { SAMPLE_MELODIES, scoreOfSample } from '../engine/samples.ts';
export {
  MAX_BARS,
  MAX_TEMPO_BPM,
  MIN_TEMPO_BPM,
  TICKS_PER_STEP,
  onGrid,
  quantized,
  snapToGrid,
  stepsOf,
  type NewNote,
  type Score,
  type ScoreNote,
} from '../engine/score.ts';
export { MAX_EDITS_PER_PASS } from '../engine/settings.ts';
export { WINDOW_STEPS } from '../engine/roll.ts';
export { decodeShare } from './share.ts';
export { tempoOf } from '../engine/tempo.ts';
export type { Song } from '../../../platform/midi-file-song.ts';
