import type { Song } from '../../../platform/midi-file-song.ts';
import { nameOfKey } from '../engine/key-finding.ts';
import { barsOfSong, type FileView } from '../engine/midi-view.ts';
import { sortNotes, type Score } from '../engine/score.ts';

type Facts = Pick<Song, 'endTick' | 'tempoBpm' | 'tempoChanges' | 'metre' | 'metreChanges' | 'remarks'>;

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
const times = (count: number): string => (count === 1 ? 'once' : `${number(count)} times`);
const countOf = (count: number): string => (count === 1 ? 'One note' : `${number(count)} notes`);

/** The key and the tempo that a composition of a file has. */
export const foundInWords = ({ key, tempoBpm }: FileView): string =>
  `Key: ${key === undefined ? 'none was found' : nameOfKey(key)}. Tempo: ${number(tempoBpm)} quarters a minute.`;

function tempoInWords(song: Facts, { tempoBpm }: FileView): string[] {
  const words: string[] = [];
  if (song.tempoBpm !== tempoBpm)
    words.push(
      `Its tempo of ${number(song.tempoBpm)} quarters a minute became ${number(tempoBpm)}, the ${song.tempoBpm < tempoBpm ? 'slowest' : 'fastest'} that there is here.`,
    );
  if (song.tempoChanges > 0)
    words.push(
      `Its tempo changes ${times(song.tempoChanges)}: here all of it has ${number(tempoBpm)} quarters a minute.`,
    );
  return words;
}

function metreInWords({ metre, metreChanges }: Facts): string[] {
  const isOther = metre[0] !== 4 || metre[1] !== 4;
  if (metreChanges > 0)
    return [
      `Its metre is ${metre.join('/')} and changes ${times(metreChanges)}: all of it is worked on as 4/4, and its bars are counted so.`,
    ];
  return isOther
    ? [`Its metre is ${metre.join('/')}: it is worked on as 4/4, and its bars are counted so.`]
    : [];
}

function barsInWords(song: Facts, { startBar, bars }: FileView): string[] {
  const total = barsOfSong(song);
  const last = Math.min(total, startBar + bars);
  const left = total - Math.max(0, last - startBar);
  if (left === 0) return [];
  const which =
    last - startBar === 1
      ? `Bar ${startBar + 1} of ${total} is`
      : `Bars ${startBar + 1}–${last} of ${total} are`;
  const from = startBar > 0 ? ', from bar 1 on' : '';
  return [`${which} here${from}; ${left === 1 ? 'one bar is' : `${number(left)} bars are`} left out.`];
}

function gridInWords({ notes, approximated }: FileView): string[] {
  const { notes: moved, lengths, meanMs, maxMs } = approximated;
  const words: string[] = [];
  if (moved > 0)
    words.push(
      `${number(moved)} of ${countOf(notes.length).toLowerCase()} begin off the grid of sixteenths, which moves the notes by ${meanMs.toFixed(0)} ms on average and ${maxMs.toFixed(0)} ms at most: triplets and other metres are approximated.`,
    );
  if (lengths > 0) words.push(`${countOf(lengths)} made longer or shorter by the grid.`);
  if (words.length > 0) words.push('With “Grid” at 0 %, above the roll, you hear them as they were played.');
  return words;
}

/** What became of the rest of a MIDI file, a sentence each; none when all of it is there as it was. */
export function leftOutInWords(song: Facts, view: FileView): string[] {
  const { leftOut } = view;
  return [
    ...tempoInWords(song, view),
    ...metreInWords(song),
    ...barsInWords(song, view),
    leftOut.drums > 0 ? `${countOf(leftOut.drums)} of drums left out.` : '',
    leftOut.otherTracks > 0 ? `${countOf(leftOut.otherTracks)} in tracks that are not chosen.` : '',
    leftOut.outsideWindow > 0 ? `${countOf(leftOut.outsideWindow)} outside the chosen bars.` : '',
    leftOut.cut > 0 ? `${countOf(leftOut.cut)} cut at the end.` : '',
    ...gridInWords(view),
    ...song.remarks,
  ].filter((text) => text !== '');
}

/** The chosen part of a MIDI file as a score: as it was played, the grid at full strength. */
export const scoreOfView = ({ notes, bars, tempoBpm }: FileView): Score => ({
  notes: sortNotes(notes.map((note, at) => ({ ...note, id: at + 1 }))),
  bars,
  tempoBpm,
  quantizeStrength: 1,
});
