import { cellAt, type Note, type Roll } from './roll.ts';
import { VOICE_COUNT, VoiceSearch, type Voices } from './voice-search.ts';

const REST = -1;

/**
 * Separates a merged roll into soprano, alto, tenor and bass, see {@link VoiceSearch}.
 *
 * @param roll [T, P] uint8 {0, 1}; of more than four notes in a step the lowest inner ones are left over
 * @returns rows [T, 4] and the cells left over [T, P]
 */
export const separateVoices = (roll: Roll): Voices => new VoiceSearch().separate(roll);

/**
 * The notes of each voice, for playback, tracks and notation. A note that two voices share sounds in both.
 *
 * @param roll [T, P], the one that was separated
 * @param voices of the roll
 * @param onsets [T, P] uint8: where a note was struck again
 * @returns notes of soprano, alto, tenor, bass, and of the cells left over
 */
export function notesOfVoices(roll: Roll, voices: Voices, onsets?: Uint8Array): Note[][] {
  const parts: Note[][] = [];
  for (let voice = 0; voice < VOICE_COUNT; voice += 1) {
    const notes: Note[] = [];
    let begun = 0;
    for (let step = 1; step <= roll.steps; step += 1) {
      const row = voices.rows[begun * VOICE_COUNT + voice] ?? REST;
      const next = step < roll.steps ? (voices.rows[step * VOICE_COUNT + voice] ?? REST) : REST;
      const isStruck = next !== REST && onsets?.[cellAt(roll, step, next)] === 1;
      if (step < roll.steps && next === row && !isStruck) continue;
      if (row !== REST)
        notes.push({ startStep: begun, lengthSteps: step - begun, pitchMidi: roll.pitchLowMidi + row });
      begun = step;
    }
    parts.push(notes);
  }
  return parts;
}
