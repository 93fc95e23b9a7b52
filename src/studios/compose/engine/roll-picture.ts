/** A composition as a picture that can be kept: SVG, which needs no canvas and prints at any size. */
import { quantized, PPQ, stepsOf, TICKS_PER_STEP, type Score } from './score.ts';

/** Colours and size of a picture. */
export interface RollPictureStyle {
  /** Of a step, pixels. */
  readonly stepWidth: number;
  /** Of a pitch, pixels. */
  readonly rowHeight: number;
  /** CSS colours. */
  readonly paper: string;
  readonly line: string;
  readonly person: string;
  readonly network: string;
}

/** On white paper; the two authors are told apart by shape too, as on the roll: a person's notes are round. */
export const PRINT_STYLE: RollPictureStyle = {
  stepWidth: 8,
  rowHeight: 8,
  paper: '#ffffff',
  line: '#d5d5d5',
  person: '#0b62a4',
  network: '#c8630a',
};
/** Rows above the highest and below the lowest note. */
const MARGIN_ROWS = 2;
const MIDDLE_C = 60;

const round = (value: number): number => Math.round(value * 100) / 100;
const escape = (text: string): string =>
  text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/"/gu, '&quot;');

/**
 * Draws a score as it is shown: with its own strength of the grid, all its bars.
 *
 * @param score any
 * @param title what the picture is called
 * @param style colours and size
 * @returns an SVG document; a [rect] for each note, `data-author` says whose it is
 */
export function rollToSvg(score: Score, title: string, style: RollPictureStyle = PRINT_STYLE): string {
  const { stepWidth, rowHeight, paper, line, person, network } = style;
  const steps = stepsOf(score);
  const end = steps * TICKS_PER_STEP;
  const notes = score.notes.flatMap((note) => {
    const { startTick, lengthTick } = quantized(note, score.quantizeStrength);
    if (startTick >= end) return [];
    return { ...note, startTick, lengthTick: Math.min(lengthTick, end - startTick) };
  });
  const highest = notes.reduce((most, { pitchMidi }) => Math.max(most, pitchMidi), MIDDLE_C) + MARGIN_ROWS;
  const lowest = notes.reduce((least, { pitchMidi }) => Math.min(least, pitchMidi), MIDDLE_C) - MARGIN_ROWS;
  const width = steps * stepWidth;
  const height = (highest - lowest + 1) * rowHeight;
  const xOf = (tick: number): number => round((tick / TICKS_PER_STEP) * stepWidth);
  const beats = Array.from({ length: Math.ceil(end / PPQ) }, (_, beat) => {
    const x = xOf(beat * PPQ);
    return `<path d="M${x} 0V${height}" stroke-width="${beat % 4 === 0 ? 1.5 : 0.5}"/>`;
  });
  const rects = notes.map(({ startTick, lengthTick, pitchMidi, author }) => {
    const isNetwork = author === 'network';
    const y = (highest - pitchMidi) * rowHeight;
    // A gap behind each: the same note struck twice is two.
    return (
      `<rect data-author="${author}" x="${xOf(startTick)}" y="${y + 0.5}" width="${round(Math.max(1, xOf(lengthTick) - 1))}" ` +
      `height="${rowHeight - 1}" rx="${isNetwork ? 0 : (rowHeight - 1) / 2}" fill="${isNetwork ? network : person}"/>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<title>${escape(title)}</title>
<rect width="${width}" height="${height}" fill="${paper}"/>
<g stroke="${line}">${beats.join('')}</g>
${rects.join('\n')}
</svg>
`;
}
