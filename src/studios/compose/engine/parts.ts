import { PARTS } from './mixer-settings.ts';
import { chordAt, type Roll } from './roll.ts';
import { snapToGrid, type Score } from './score.ts';
import { VoiceSearch, VOICE_COUNT } from './voice-search.ts';

// The voice of a note that none could take, because there are more than four: the one that sings nearest to it, the lower of two.
function nearestVoice(rows: Int16Array, step: number, row: number): number {
  let nearest = 0;
  let least = Infinity;
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const sung = rows[step * VOICE_COUNT + voice] ?? -1;
    if (sung < 0 || Math.abs(sung - row) > least) continue;
    nearest = voice;
    least = Math.abs(sung - row);
  }
  return nearest;
}

/**
 * The part of each note: the voice that sings most of its cells.
 *
 * @param score any
 * @param roll of the score
 * @param search of the voices: the one of the score before, where there is one, is quicker
 * @returns by note id: 0 soprano … 3 bass; empty for a melody alone, which is the soprano's
 */
export function partsOf(score: Score, roll: Roll, search = new VoiceSearch()): ReadonlyMap<number, number> {
  const parts = new Map<number, number>();
  // A melody alone is the soprano, however low it lies.
  const isMelody = Array.from({ length: roll.steps }, (_, step) => chordAt(roll, step)).every(
    (chord) => chord.length <= 1,
  );
  if (isMelody) return parts;
  const { rows } = search.separate(roll);
  for (const note of score.notes) {
    const row = note.pitchMidi - roll.pitchLowMidi;
    if (row < 0 || row >= roll.pitches) {
      parts.set(note.id, row < 0 ? PARTS.length - 1 : 0);
      continue;
    }
    const { startStep, lengthSteps } = snapToGrid(note);
    const counts = [0, 0, 0, 0];
    for (let step = startStep; step < Math.min(roll.steps, startStep + lengthSteps); step += 1)
      for (let voice = 0; voice < VOICE_COUNT; voice += 1)
        if (rows[step * VOICE_COUNT + voice] === row) counts[voice] = (counts[voice] ?? 0) + 1;
    const most = Math.max(...counts);
    parts.set(note.id, most > 0 ? counts.indexOf(most) : nearestVoice(rows, startStep, row));
  }
  return parts;
}
