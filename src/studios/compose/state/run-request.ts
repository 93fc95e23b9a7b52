import type { RunCounts, RunSettings } from '../engine/composition.ts';
import { lockOfNotes } from '../engine/constraints.ts';
import type { PieceRequest } from '../engine/piece.ts';
import { countOn } from '../engine/roll.ts';
import type { ComposeDocument } from './document.svelte.ts';

/** What of a run is not as the composition says. */
export interface AskedRun {
  readonly iterations?: number;
  readonly run?: RunSettings;
  readonly locked?: Uint8Array<ArrayBuffer>;
  /** Of the version that what comes out is kept as; left out: of none. */
  readonly version?: string;
}

/** What changed between two rolls, in cells. */
export const countsOf = (before: Uint8Array, after: Uint8Array): RunCounts => ({
  added: countOn(after.map((cell, i) => cell & ~(before[i] ?? 0))),
  removed: countOn(after.map((cell, i) => ~cell & (before[i] ?? 0) & 1)),
});

/** What the network is given to run on a composition. */
export function requestOf(document: ComposeDocument, asked: AskedRun): PieceRequest {
  const { iterations } = asked;
  const { run, locked } = { ...document.draft, ...asked };
  const { roll } = document.rolled;
  // Cells on the roll that may not go at all need no lock of their own, but a locked cell is not even tried.
  const mask =
    run.lockNotes && run.settings.maxRemovedShare === 0
      ? lockOfNotes(roll)
      : new Uint8Array(roll.cells.length);
  if (locked?.length === mask.length) locked.forEach((cell, i) => (mask[i] = (mask[i] ?? 0) | cell));
  return {
    roll,
    locked: mask,
    settings: { ...run.settings, ...(iterations === undefined ? {} : { iterations }) },
    constraints: run.constraints,
  };
}
