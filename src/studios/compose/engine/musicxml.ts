/** A composition as MusicXML 4.0: what a person prints and plays from, so on the grid of sixteenths. */
import { STEPS_PER_BAR, STEPS_PER_QUARTER, type Note } from './roll.ts';
import { beamsOfBar, type Beam } from './beams.ts';
import type { Key } from './key-finding.ts';

/** One part of a score, a voice as a rule. */
export interface SheetPart {
  readonly name: string;
  readonly notes: readonly Note[];
}

/** What is written above the notes. */
export interface SheetHeader {
  readonly title: string;
  readonly tempoBpm: number;
  readonly key: Pick<Key, 'fifths' | 'mode'>;
}

/** Note values without a tie, in sixteenths, longest first. */
const VALUES = [
  { steps: 16, type: 'whole', dots: 0 },
  { steps: 12, type: 'half', dots: 1 },
  { steps: 8, type: 'half', dots: 0 },
  { steps: 6, type: 'quarter', dots: 1 },
  { steps: 4, type: 'quarter', dots: 0 },
  { steps: 3, type: 'eighth', dots: 1 },
  { steps: 2, type: 'eighth', dots: 0 },
  { steps: 1, type: '16th', dots: 0 },
] as const;
const SEMITONES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 } as const;
const FIFTHS = ['F', 'C', 'G', 'D', 'A', 'E', 'B'] as const;
/** Parts that lie lower on average stand in the bass clef. */
const MIDDLE = 57;

const escape = (text: string): string =>
  text

    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, ' ')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;');

/**
 * How a pitch is written in a key: the notes of the key as they stand in it, the others by the nearest fifths.
 *
 * @param pitchMidi 0–127
 * @param fifths sharps of the key, flats negative
 * @returns letter, semitones up, octave (C4 = 60)
 */
export function spell(
  pitchMidi: number,
  fifths: number,
): { readonly step: (typeof FIFTHS)[number]; readonly alter: number; readonly octave: number } {
  // Places on the line of fifths, C = 0; twelve neighbours hold each pitch class once: in C from E♭ to G♯.
  const lowest = fifths - 3;
  const pitchClass = pitchMidi % 12;
  const place = lowest + ((((pitchClass * 7 - lowest) % 12) + 12) % 12);
  const letter = place + 1;
  const step = FIFTHS[((letter % 7) + 7) % 7] ?? 'C';
  const alter = Math.floor(letter / 7);
  return { step, alter, octave: (pitchMidi - SEMITONES[step] - alter) / 12 - 1 };
}

interface Segment {
  readonly startStep: number;
  readonly endStep: number;
  readonly notes: readonly Note[];
}

// Where any note begins or ends, and at bars, the part is cut: each piece is a rest, a note or a chord.
function segmentsOf(notes: readonly Note[], steps: number): Segment[] {
  const cuts = new Set<number>([steps]);
  for (let bar = 0; bar < steps; bar += STEPS_PER_BAR) cuts.add(bar);
  for (const { startStep, lengthSteps } of notes) {
    if (startStep < steps) cuts.add(startStep);
    cuts.add(Math.min(steps, startStep + lengthSteps));
  }
  const places = [...cuts].sort((a, b) => a - b);
  const segments: Segment[] = [];
  places.slice(0, -1).forEach((startStep, i) => {
    const sounding = notes.filter(
      (note) => note.startStep <= startStep && startStep < note.startStep + note.lengthSteps,
    );
    // Two notes of one pitch at a time are one on paper.
    const byPitch = new Map(sounding.map((note) => [note.pitchMidi, note]));
    segments.push({
      startStep,
      endStep: places[i + 1] ?? steps,
      notes: [...byPitch.values()].sort((a, b) => a.pitchMidi - b.pitchMidi),
    });
  });
  return segments;
}

interface Span {
  /** Sixteenths from the beginning. */
  readonly from: number;
  readonly value: (typeof VALUES)[number];
}

function noteXml(
  note: Note | undefined,
  isChord: boolean,
  { from, value, beams }: Span & { readonly beams: readonly Beam[] },
  fifths: number,
): string {
  const isTiedBack = note !== undefined && note.startStep < from;
  const isTiedOn = note !== undefined && note.startStep + note.lengthSteps > from + value.steps;
  const ties = [...(isTiedBack ? ['stop'] : []), ...(isTiedOn ? ['start'] : [])];
  const tie = (tag: string): string => ties.map((type) => `<${tag} type="${type}"/>`).join('');
  let pitch = '<rest/>';
  if (note !== undefined) {
    const { step, alter, octave } = spell(note.pitchMidi, fifths);
    const sign = alter === 0 ? '' : `<alter>${alter}</alter>`;
    pitch = `<pitch><step>${step}</step>${sign}<octave>${octave}</octave></pitch>`;
  }
  // A chord's beams are written with its first note.
  const beamed = isChord ? [] : beams;
  return (
    `<note>${isChord ? '<chord/>' : ''}${pitch}<duration>${value.steps}</duration>${tie('tie')}` +
    `<voice>1</voice><type>${value.type}</type>${'<dot/>'.repeat(value.dots)}` +
    beamed.map((beam, i) => `<beam number="${i + 1}">${beam}</beam>`).join('') +
    `${ties.length > 0 ? `<notations>${tie('tied')}</notations>` : ''}</note>`
  );
}

// Longest values first would hide the beat of what begins off it: a piece that crosses a beat is cut there first.
function valuesOf(startStep: number, endStep: number): Span[] {
  const spans: Span[] = [];
  let from = startStep;
  while (from < endStep) {
    const offBeat = from % STEPS_PER_QUARTER;
    const room = offBeat === 0 ? endStep - from : Math.min(endStep - from, STEPS_PER_QUARTER - offBeat);
    const value = VALUES.find(({ steps }) => steps <= room) ?? VALUES[7];
    spans.push({ from, value });
    from += value.steps;
  }
  return spans;
}

function measureXml(inside: readonly Segment[], fifths: number): string {
  const spans = inside.flatMap(({ startStep, endStep, notes: chord }) =>
    valuesOf(startStep, endStep).map((span) => ({ ...span, chord })),
  );
  const beams = beamsOfBar(
    spans.map(({ from, value, chord }) => ({
      from: from % STEPS_PER_BAR,
      steps: value.steps,
      isRest: chord.length === 0,
    })),
  );
  return spans
    .flatMap(({ from, value, chord }, at) => {
      const span = { from, value, beams: beams[at] ?? [] };
      return (chord.length === 0 ? [undefined] : chord).map((note, i) => noteXml(note, i > 0, span, fifths));
    })
    .join('\n');
}

function partXml({ notes }: SheetPart, id: string, bars: number, header: SheetHeader): string {
  const { fifths, mode } = header.key;
  const mean = notes.reduce((sum, { pitchMidi }) => sum + pitchMidi, 0) / Math.max(1, notes.length);
  const clef =
    notes.length > 0 && mean < MIDDLE ? '<sign>F</sign><line>4</line>' : '<sign>G</sign><line>2</line>';
  const first =
    `<attributes><divisions>${STEPS_PER_QUARTER}</divisions><key><fifths>${fifths}</fifths><mode>${mode}</mode></key>` +
    `<time><beats>4</beats><beat-type>4</beat-type></time><clef>${clef}</clef></attributes>`;
  const tempo = Math.round(header.tempoBpm * 100) / 100;
  const mark =
    id === 'P1'
      ? `<direction placement="above"><direction-type><metronome><beat-unit>quarter</beat-unit>` +
        `<per-minute>${tempo}</per-minute></metronome></direction-type><sound tempo="${tempo}"/></direction>`
      : '';
  const segments = segmentsOf(notes, bars * STEPS_PER_BAR);
  const measures = Array.from({ length: bars }, (_, bar) => {
    const inside = segments.filter(({ startStep }) => Math.floor(startStep / STEPS_PER_BAR) === bar);
    const isSilent = inside.every((segment) => segment.notes.length === 0);
    const end =
      bar === bars - 1 ? '<barline location="right"><bar-style>light-heavy</bar-style></barline>' : '';
    const xml = isSilent
      ? `<note><rest measure="yes"/><duration>${STEPS_PER_BAR}</duration><voice>1</voice></note>`
      : measureXml(inside, fifths);
    return `<measure number="${bar + 1}">${bar === 0 ? first + mark : ''}\n${xml}\n${end}</measure>`;
  });
  return `<part id="${id}">\n${measures.join('\n')}\n</part>`;
}

/**
 * Writes MusicXML 4.0, partwise, in 4/4.
 *
 * @param parts at least one; notes on the grid, what lies behind the last bar is left out
 * @param bars ≥ 1
 * @param header title, tempo, key
 * @returns the document
 * @throws RangeError without a part or a bar
 */
export function writeMusicXml(parts: readonly SheetPart[], bars: number, header: SheetHeader): string {
  if (parts.length === 0 || !Number.isSafeInteger(bars) || bars < 1)
    throw new RangeError(`expected a part and a bar, found ${parts.length} and ${bars}`);
  const list = parts
    .map(({ name }, i) => `<score-part id="P${i + 1}"><part-name>${escape(name)}</part-name></score-part>`)
    .join('');
  // One bracket around all voices, with bar lines through it.
  const isGroup = parts.length > 1;
  const group = isGroup
    ? '<part-group type="start" number="1"><group-symbol>bracket</group-symbol><group-barline>yes</group-barline></part-group>'
    : '';
  const groupEnd = isGroup ? '<part-group type="stop" number="1"/>' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
<work><work-title>${escape(header.title)}</work-title></work>
<identification><encoding><software>Atelier</software></encoding></identification>
<part-list>${group}${list}${groupEnd}</part-list>
${parts.map((part, i) => partXml(part, `P${i + 1}`, bars, header)).join('\n')}
</score-partwise>
`;
}
