import { lockOfNotes } from '../../src/studios/compose/engine/constraints.ts';
import { Piece } from '../../src/studios/compose/engine/piece.ts';
import type { Preset } from '../../src/studios/compose/engine/presets.ts';
import { notesToRoll, rollToNotes, type Roll } from '../../src/studios/compose/engine/roll.ts';
import { runToEnd } from '../../src/studios/compose/engine/run.ts';
import { notesOfVoices, separateVoices } from '../../src/studios/compose/engine/voices.ts';
import type { MidiPart, MidiScore } from '../../src/platform/midi-file.ts';
import type { NodeNetwork } from './network.ts';

/** What became of one piece. */
export interface Composed {
  readonly roll: Roll;
  /** Soprano, alto, tenor, bass, and what the network does not touch. */
  readonly parts: readonly MidiPart[];
  readonly counts: {
    readonly notes: number;
    /** Outside the network's range: kept, never changed. */
    readonly notesOutside: number;
    readonly cellsAdded: number;
    readonly cellsRemoved: number;
    readonly edits: number;
    readonly passes: number;
    readonly end: string;
  };
}

const VOICES = ['Soprano', 'Alto', 'Tenor', 'Bass'];

/**
 * Reworks one piece.
 *
 * @param score the piece
 * @param preset settings and constraints
 * @param network the site's
 */
export async function composeScore(
  score: MidiScore,
  { settings, constraints, lockNotes }: Preset,
  network: NodeNetwork,
): Promise<Composed> {
  const { pitches, pitchLowMidi } = network.shape;
  const { roll, onsets, outside } = notesToRoll(score.notes, { steps: score.steps, pitches, pitchLowMidi });
  const locked = lockNotes ? { locked: lockOfNotes(roll) } : {};
  const piece = new Piece({ roll, settings, constraints, ...locked });
  let passes = 0;
  const end = await runToEnd(piece, (cells) => {
    passes += 1;
    return network.model.logitsOf(cells);
  });
  const voices = separateVoices(piece.roll);
  const rest = rollToNotes({ ...piece.roll, cells: voices.left });
  const parts = [
    ...notesOfVoices(piece.roll, voices, onsets).map((notes, i) => ({ name: VOICES[i] ?? '', notes })),
    { name: 'More than four', notes: rest },
    { name: 'Outside the range', notes: outside },
    { name: 'Drums', notes: score.drums, isDrums: true },
  ];
  return {
    roll: piece.roll,
    parts,
    counts: {
      notes: parts.reduce((sum, { notes }) => sum + notes.length, 0),
      notesOutside: outside.length,
      cellsAdded: piece.added,
      cellsRemoved: piece.removed,
      edits: piece.edits.length,
      passes,
      end,
    },
  };
}
