import type { HeardNote } from './pitch-notes.ts';
import { secondsPerTick } from './playback.ts';
import type { NewNote } from './score.ts';

const SOFTEST = 45;
const LOUDEST = 110;

/**
 * Notes that were hummed, as notes of a score.
 *
 * @param heard by start
 * @param tempoBpm quarters a minute, > 0
 * @param startTick where the first of them begins
 * @returns as they were hummed, not drawn to any grid
 */
export function hummedNotes(heard: readonly HeardNote[], tempoBpm: number, startTick = 0): NewNote[] {
  const perTick = secondsPerTick(tempoBpm);
  const [first] = heard;
  return heard.map(({ startSec, endSec, pitchMidi, strength }) => ({
    startTick: startTick + Math.round((startSec - (first?.startSec ?? 0)) / perTick),
    lengthTick: Math.max(1, Math.round((endSec - startSec) / perTick)),
    pitchMidi,
    velocity: Math.round(SOFTEST + Math.min(1, strength) * (LOUDEST - SOFTEST)),
    author: 'person',
  }));
}
