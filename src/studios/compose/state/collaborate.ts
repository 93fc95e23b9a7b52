import { markRegion } from '../engine/constraints.ts';
import { nextNoteId } from '../engine/composition.ts';
import { PRESETS } from '../engine/presets.ts';
import { cutNotes, snapToGrid, type ScoreNote } from '../engine/score.ts';
import { RANGE, type ComposeDocument, type SelectedRegion } from './document.svelte.ts';
import type { Runner } from './run.svelte.ts';

/**
 * Lets the network work on a piece; what was there before and what comes out are versions of it.
 *
 * @param runner the network
 * @param piece what is on the roll
 */
export async function composeVersion(runner: Runner, piece: ComposeDocument): Promise<void> {
  const { preset, settings } = piece.draft.run;
  runner.again = () => void composeVersion(runner, piece);
  keepBefore(piece);
  const name = PRESETS.find(({ id }) => id === preset)?.name ?? 'Run';
  await runner.compose({ version: `${name}, seed ${settings.seed}` });
}

/**
 * Takes everything out of a region but what is locked, and lets the network fill it; around it nothing changes. Rules, risk and
 * seed are those of the piece. When nothing comes of it, what was taken out is back.
 *
 * @param runner the network
 * @param piece what is on the roll
 * @param region of the roll
 */
export async function eraseAndFill(
  runner: Runner,
  piece: ComposeDocument,
  region: SelectedRegion,
): Promise<void> {
  const shape = { ...RANGE, steps: piece.steps };
  const { run, locked: own } = piece.draft;
  const isLocked = (note: ScoreNote): boolean => {
    const { startStep, lengthSteps } = snapToGrid(note);
    const row = note.pitchMidi - shape.pitchLowMidi;
    return Array.from({ length: lengthSteps }, (_, i) => (startStep + i) * shape.pitches + row).some(
      (cell) => own?.[cell] === 1,
    );
  };
  const { startStep, endStep, lowMidi, highMidi } = region;
  const inside = piece.score.notes.filter((note) => {
    const place = snapToGrid(note);
    return (
      place.startStep < endStep &&
      place.startStep + place.lengthSteps > startStep &&
      note.pitchMidi >= lowMidi &&
      note.pitchMidi <= highMidi &&
      !isLocked(note)
    );
  });
  const locked = new Uint8Array(shape.steps * shape.pitches).fill(1);
  markRegion(locked, shape, region, 0);
  own?.forEach((cell, at) => (locked[at] = (locked[at] ?? 0) | cell));
  const fill = PRESETS.find(({ id }) => id === 'fill') ?? PRESETS[0];
  const { seed, temperature } = run.settings;
  runner.again = () => void eraseAndFill(runner, piece, region);
  keepBefore(piece);
  const depth = piece.undoDepth;
  const ids = new Set(inside.map(({ id }) => id));
  if (ids.size > 0)
    piece.changeScore('Erase a region', (score) =>
      cutNotes(score, ids, startStep, endStep, nextNoteId(score)),
    );
  const hasMade = await runner.compose({
    locked,
    run: { ...run, settings: { ...fill.settings, seed, temperature }, lockNotes: fill.lockNotes },
    version: `${fill.name}, seed ${seed}`,
  });
  if (hasMade) piece.join(depth, 'Erase and fill');
  else if (piece.undoDepth > depth) piece.undo();
}

const keepBefore = (piece: ComposeDocument): void => {
  piece.keepVersion(piece.versions.length === 0 ? 'Before the first run' : 'Before the run', Date.now());
};
