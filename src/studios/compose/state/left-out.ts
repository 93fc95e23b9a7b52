import type { FileView } from '../engine/midi-view.ts';
import { sortNotes, type Score } from '../engine/score.ts';

/** What became of the rest of a MIDI file, a sentence each. */
export function leftOutInWords({ leftOut, approximated }: FileView, remarks: readonly string[]): string[] {
  const notes = (count: number): string => (count === 1 ? 'One note' : `${count} notes`);
  return [
    leftOut.drums > 0 ? `${notes(leftOut.drums)} of drums left out.` : '',
    leftOut.otherTracks > 0 ? `${notes(leftOut.otherTracks)} in tracks that are not chosen.` : '',
    leftOut.outsideWindow > 0 ? `${notes(leftOut.outsideWindow)} outside the chosen bars.` : '',
    leftOut.cut > 0 ? `${notes(leftOut.cut)} cut at the end.` : '',
    approximated.notes > 0
      ? `${notes(approximated.notes)} off the grid of sixteenths, by ${approximated.maxMs.toFixed(0)} ms at most: the network sees triplets and other metres approximated.`
      : '',
    ...remarks,
  ].filter((text) => text !== '');
}

/** The chosen part of a MIDI file as a score: as it was played, the grid at full strength. */
export const scoreOfView = ({ notes, bars, tempoBpm }: FileView): Score => ({
  notes: sortNotes(notes.map((note, at) => ({ ...note, id: at + 1 }))),
  bars,
  tempoBpm,
  quantizeStrength: 1,
});
