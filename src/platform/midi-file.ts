import * as tonejs from '@tonejs/midi';
import { fail, ok, type Result, type StudioError } from '../kernel/result.ts';

export type MidiErrorCode = 'not-midi' | 'no-notes' | 'only-drums' | 'too-long' | 'too-large';
export type MidiResult<T> = Result<T, StudioError<MidiErrorCode>>;

/** A note on the grid of sixteenths. */
export interface GridNote {
  readonly startStep: number;
  readonly lengthSteps: number;
  readonly pitchMidi: number;
}

/** A MIDI file as a grid of sixteenths. */
export interface MidiScore {
  /** Every note but the drums', by start. */
  readonly notes: readonly GridNote[];
  /** Notes of channel 10; not changed, not played by a voice. */
  readonly drums: readonly GridNote[];
  /** To the end of the last note; ≥ 1. */
  readonly steps: number;
  /** Quarters a minute, the first that the file states. */
  readonly tempoBpm: number;
  /** E.g. [4, 4], the first that the file states. */
  readonly metre: readonly [beats: number, unit: number];
}

/** A track to write. */
export interface MidiPart {
  readonly name: string;
  readonly notes: readonly GridNote[];
  readonly isDrums?: boolean;
}

/** A hymn has 20 kB, a symphony 500; refused before it is read. */
const MAX_BYTES = 4_000_000;
/** 256 bars of 4/4: over eight minutes at 120 quarters a minute. */
const MAX_STEPS = 256 * 16;
const STEPS_PER_QUARTER = 4;
/** Of what is written; divisible by the grid. */
const PPQ = 480;
const DEFAULT_BPM = 100;
const VELOCITY = 0.8;

// Node sees the library's CommonJS build under `default`, bundlers see its names.
const { Midi } = ('default' in tonejs ? tonejs.default : tonejs) as typeof tonejs;

/** The magic number of a Standard MIDI File. */
const isMidi = (bytes: Uint8Array): boolean =>
  bytes.length >= 14 && String.fromCharCode(...bytes.subarray(0, 4)) === 'MThd';

const byStart = (a: GridNote, b: GridNote): number => a.startStep - b.startStep || a.pitchMidi - b.pitchMidi;

/**
 * Reads a MIDI file, which comes from anywhere and is believed in nothing.
 *
 * @param bytes the file
 * @param name of the file, for the message
 * @returns its notes on the grid of sixteenths (each at least one long), or what is wrong with it
 */
export function readMidi(bytes: Uint8Array<ArrayBuffer>, name: string): MidiResult<MidiScore> {
  if (bytes.length > MAX_BYTES)
    return fail('too-large', `${name} has ${(bytes.length / 1e6).toFixed(1)} MB.`, {
      hint: 'MIDI files over 4 MB are refused: cut out the part that you want.',
    });
  const broken = (cause?: unknown): MidiResult<never> =>
    fail('not-midi', `${name} is not a MIDI file that can be read.`, {
      hint: 'Export it again as a Standard MIDI File (.mid) with a tempo in quarters.',
      cause,
    });
  if (!isMidi(bytes)) return broken();
  let midi: tonejs.Midi;
  try {
    midi = new Midi(bytes.slice());
  } catch (cause) {
    return broken(cause);
  }
  const { ppq } = midi.header;
  // Files that count in film frames have no quarters.
  if (!Number.isInteger(ppq) || ppq < 1) return broken();
  const toStep = (ticks: number): number => Math.round((ticks * STEPS_PER_QUARTER) / ppq);
  const notes: GridNote[] = [];
  const drums: GridNote[] = [];
  for (const track of midi.tracks) {
    const target = track.instrument.percussion ? drums : notes;
    for (const { ticks, durationTicks, midi: pitchMidi } of track.notes) {
      const startStep = toStep(ticks);
      if (!Number.isInteger(startStep) || !(durationTicks >= 0) || pitchMidi < 0 || pitchMidi > 127)
        return broken();
      target.push({
        startStep,
        lengthSteps: Math.max(1, toStep(ticks + durationTicks) - startStep),
        pitchMidi,
      });
    }
  }
  const ends = [...notes, ...drums].map(({ startStep, lengthSteps }) => startStep + lengthSteps);
  const steps = ends.reduce((latest, end) => Math.max(latest, end), 0);
  if (notes.length === 0) return drums.length === 0 ? silent(name) : onlyDrums(name);
  if (steps > MAX_STEPS)
    return fail('too-long', `${name} is ${Math.ceil(steps / 16)} bars long.`, {
      hint: `At most ${MAX_STEPS / 16} bars of 4/4 are worked on: cut out the part that you want.`,
    });
  const bpm = midi.header.tempos[0]?.bpm ?? DEFAULT_BPM;
  const [beats = 4, unit = 4] = midi.header.timeSignatures[0]?.timeSignature ?? [];
  return ok({
    notes: notes.sort(byStart),
    drums: drums.sort(byStart),
    steps,
    tempoBpm: bpm > 0 && Number.isFinite(bpm) ? bpm : DEFAULT_BPM,
    metre: [beats, unit],
  });
}

const silent = (name: string): MidiResult<never> =>
  fail('no-notes', `${name} has no note in it.`, { hint: 'Play or draw a melody first.' });

const onlyDrums = (name: string): MidiResult<never> =>
  fail('only-drums', `${name} has only drums.`, {
    hint: 'Give it a track with a melody: drums have no pitch.',
  });

/**
 * Writes a MIDI file.
 *
 * @param parts one track each; empty ones are left out
 * @param score tempo and metre
 * @returns the bytes of a Standard MIDI File
 */
export function writeMidi(
  parts: readonly MidiPart[],
  { tempoBpm, metre }: Pick<MidiScore, 'tempoBpm' | 'metre'>,
): Uint8Array<ArrayBuffer> {
  const midi = new Midi();
  midi.header.setTempo(tempoBpm);
  midi.header.timeSignatures.push({ ticks: 0, timeSignature: [...metre] });
  midi.header.update();
  let channel = 0;
  for (const { name, notes, isDrums } of parts) {
    if (notes.length === 0) continue;
    const track = midi.addTrack();
    track.name = name;
    // Channel 10 is the drums'.
    if (channel === 9) channel += 1;
    track.channel = isDrums === true ? 9 : channel % 16;
    if (isDrums !== true) channel += 1;
    for (const { startStep, lengthSteps, pitchMidi } of notes)
      track.addNote({
        midi: pitchMidi,
        ticks: (startStep * PPQ) / STEPS_PER_QUARTER,
        durationTicks: (lengthSteps * PPQ) / STEPS_PER_QUARTER,
        velocity: VELOCITY,
      });
  }
  return new Uint8Array(midi.toArray());
}
