import { writeSong } from '../../../platform/midi-file-write.ts';
import { findKey } from '../engine/key-finding.ts';
import { PARTS } from '../engine/mixer-settings.ts';
import { writeMusicXml } from '../engine/musicxml.ts';
import { rollToSvg } from '../engine/roll-picture.ts';
import { encodeShare } from './share.ts';
import { onGrid, quantized, TICKS_PER_STEP, type GridNote, type ScoreNote } from '../engine/score.ts';
import type { ComposeDocument } from './document.svelte.ts';

const NO_KEY = { fifths: 0, mode: 'major' } as const;
const MAX_NAME = 60;

/** A title as the name of a file, without what file systems refuse. */
export const fileName = (title: string): string =>
  title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} _.()-]+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '')
    .slice(0, MAX_NAME) || 'Composition';

const isBehind = ({ steps, score }: ComposeDocument, note: ScoreNote): boolean =>
  quantized(note, score.quantizeStrength).startTick >= steps * TICKS_PER_STEP;

/** How many notes begin behind the last bar: nobody hears them. */
export const behindTheEnd = (document: ComposeDocument): number =>
  document.score.notes.filter((note) => isBehind(document, note)).length;

/** Notes of each part as they are heard, in the order of time: none runs into the next of its pitch, or over the last bar. */
function notesByPart(document: ComposeDocument): ScoreNote[][] {
  const parts = PARTS.map((): ScoreNote[] => []);
  const { quantizeStrength } = document.score;
  const end = document.steps * TICKS_PER_STEP;
  for (const note of document.score.notes) {
    if (isBehind(document, note)) continue;
    const part = parts[document.partOf(note.id)];
    const { startTick, lengthTick: whole } = quantized(note, quantizeStrength);
    const lengthTick = Math.min(whole, end - startTick);
    const before = part?.findLast(({ pitchMidi }) => pitchMidi === note.pitchMidi);
    if (part !== undefined && before !== undefined && before.startTick + before.lengthTick > startTick)
      part[part.indexOf(before)] = { ...before, lengthTick: Math.max(1, startTick - before.startTick) };
    part?.push({ ...note, startTick, lengthTick });
  }
  return parts;
}

/** A Standard MIDI File: a track for each voice, as it is heard. */
export function toMidi(document: ComposeDocument): Blob {
  const tracks = notesByPart(document).map((notes, index) => ({ name: PARTS[index] ?? '', notes }));
  return new Blob([writeSong(tracks, document.score.tempoBpm, document.title)], { type: 'audio/midi' });
}

/** Notes of each part as a staff shows them: on the grid, and of two that begin at once the upper one. */
function staves(document: ComposeDocument): { readonly name: string; readonly notes: GridNote[] }[] {
  return notesByPart(document).map((notes, index) => {
    const written: { startStep: number; lengthSteps: number; pitchMidi: number }[] = [];
    for (const note of notes) {
      const place = onGrid(note);
      const last = written.at(-1);
      if (last?.startStep === place.startStep) {
        if (place.pitchMidi > last.pitchMidi) written[written.length - 1] = place;
        continue;
      }
      if (last !== undefined) last.lengthSteps = Math.min(last.lengthSteps, place.startStep - last.startStep);
      written.push(place);
    }
    return { name: PARTS[index] ?? '', notes: written };
  });
}

/** How many notes a score to print leaves out. */
export const notInNotation = (document: ComposeDocument): number =>
  document.score.notes.length -
  behindTheEnd(document) -
  staves(document).reduce((sum, { notes }) => sum + notes.length, 0);

/** A score to print: a staff for each voice, on the grid; where a voice has two notes at once the upper one is written. */
export function toMusicXml(document: ComposeDocument): Blob {
  const { score, title } = document;
  const parts = staves(document).filter(({ notes }) => notes.length > 0);
  const key = findKey(score.notes) ?? NO_KEY;
  const sheet = parts.length === 0 ? [{ name: 'Soprano', notes: [] }] : parts;
  return new Blob([writeMusicXml(sheet, score.bars, { title, tempoBpm: Math.round(score.tempoBpm), key })], {
    type: 'application/vnd.recordare.musicxml+xml',
  });
}

/** The roll as a picture to print. */
export const toPicture = ({ score, title }: ComposeDocument): Blob =>
  new Blob([rollToSvg(score, title)], { type: 'image/svg+xml' });

/** The longest side that every browser's canvas takes. */
const MAX_PNG_SIDE = 8192;
/** Pixels for each of the picture's, so that it is sharp in print. */
const PNG_SCALE = 2;

/**
 * The same picture in pixels.
 *
 * @throws Error when the browser cannot draw it
 */
export async function toPng(document: ComposeDocument): Promise<Blob> {
  const address = URL.createObjectURL(toPicture(document));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(PNG_SCALE, MAX_PNG_SIDE / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser gives no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** An address of this page that holds the notes themselves; undefined when they are too many for one. */
export function linkTo({ title, score }: ComposeDocument): string | undefined {
  const shared = encodeShare({ title, score });
  if (shared === undefined) return undefined;
  const link = new URL(location.href);
  link.hash = `#/compose?share=${shared}`;
  return link.href;
}
