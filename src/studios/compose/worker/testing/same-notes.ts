import { lockOfNotes } from '../../engine/constraints.ts';
import { Piece, type PieceEdit } from '../../engine/piece.ts';
import { PRESETS } from '../../engine/presets.ts';
import { notesToRoll } from '../../engine/roll.ts';
import { runToEnd, type Logits } from '../../engine/run.ts';

/** Four bars, once up and down. */
const MELODY = [67, 69, 71, 72, 74, 72, 71, 69, 67, 64, 65, 67, 69, 67, 66, 67];

/**
 * A run that Node and the tab both make: its notes are kept in worker/fixtures/same-notes.json.
 *
 * @param logitsOf the network that ships
 * @returns one line an edit: step, pitch, what the cell is now
 */
export async function sameNotes(logitsOf: Logits): Promise<string[]> {
  const { roll } = notesToRoll(
    MELODY.map((pitchMidi, i) => ({ startStep: 4 * i, lengthSteps: 4, pitchMidi })),
    { steps: 128, pitches: 48, pitchLowMidi: 36 },
  );
  const { settings, constraints } = PRESETS[0];
  const piece = new Piece({
    roll,
    locked: lockOfNotes(roll),
    settings: { ...settings, iterations: 240 },
    constraints,
  });
  await runToEnd(piece, logitsOf);
  return piece.edits.map(({ step, pitch, on }: PieceEdit) => `${step} ${pitch} ${on ? 'on' : 'off'}`);
}
