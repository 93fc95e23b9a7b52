/** A hummed line has no metronome: which beat do its notes keep? */

const SLOWEST = 50;
const FASTEST = 180;
/** Most people hum near it, when nothing else tells the beat from its half or double. */
const USUAL = 96;
const PRIOR = 0.8;
/** Against the half beat, which counts one: a line of quarters and eighths keeps both. */
const ON_BEAT = 0.3;
/** Fewer notes have a rhythm, but no beat. */
const MIN_NOTES = 4;

/**
 * The beat that onsets keep best: by their distance from it and from its half, and the nearer to 96 when it could be its double.
 *
 * @param onsetsSec of the notes, rising
 * @returns whole quarters a minute, 50–180; undefined with fewer than four notes
 */
export function tempoOf(onsetsSec: readonly number[]): number | undefined {
  const [first = 0] = onsetsSec;
  if (onsetsSec.length < MIN_NOTES) return undefined;
  let best = USUAL;
  let bestScore = -Infinity;
  for (let bpm = SLOWEST; bpm <= FASTEST; bpm += 1) {
    const beatSec = 60 / bpm;
    let kept = 0;
    for (const onset of onsetsSec) {
      const turns = (2 * Math.PI * (onset - first)) / beatSec;
      kept += ON_BEAT * Math.cos(turns) + Math.cos(2 * turns);
    }
    const score = kept / onsetsSec.length - PRIOR * Math.log2(bpm / USUAL) ** 2;
    if (score > bestScore) [best, bestScore] = [bpm, score];
  }
  return best;
}
