import { Band, limiter, type BandPart, type Tone } from './band.ts';
import { cutsOf, type TimedNote } from './instruments.ts';
import type { PianoSamples } from './timbres.ts';

/** A note of a rendering, in the renderer's own time. */
export interface RenderedNote extends TimedNote {
  readonly part: number;
}

/** Sound as numbers. */
export interface RenderedSound {
  /** [2][N] float32 */
  readonly channels: readonly Float32Array<ArrayBuffer>[];
  readonly sampleRate: number;
}

/** What a rendering is made with. */
export interface Rendering {
  readonly tone: Tone;
  readonly parts: readonly BandPart[];
  readonly samples: PianoSamples | undefined;
  readonly sampleRate: number;
  /** Of the sound, its tail included. */
  readonly lengthSec: number;
  /** Hears how many seconds are rendered, after each stretch. */
  readonly onSeconds?: (seconds: number) => void;
  /** Ends it: it is rejected with the signal's reason after the stretch that is being made. */
  readonly signal?: AbortSignal;
}

/** A compressor looks so far ahead, and is so late: the standard leaves the figure open, browsers agree on it. */
const LIMITER_SEC = 0.006;
const CHANNELS = 2;
/** The graph of a stretch is small, and so is the time until a stop is heard. */
const STRETCH_SEC = 4;
/** So many notes are made in some milliseconds. */
const STRETCH_NOTES = 150;

interface Planned extends RenderedNote {
  /** Silent from here on. */
  readonly endSec: number;
}

/** Notes as they will sound: those that others cut short end there. */
function planned(notes: readonly RenderedNote[], { parts, samples }: Rendering): Planned[] {
  const all: Planned[] = [];
  parts.forEach(({ instrument }, part) => {
    const own = notes.filter((note) => note.part === part);
    const cuts = cutsOf(instrument, samples !== undefined, own);
    own.forEach((note, i) => {
      const { cutSec, endSec = Infinity } = cuts[i] ?? {};
      // Two of one pitch at the same time are one.
      if (cutSec === note.startSec) return;
      all.push({ ...note, ...(cutSec === undefined ? {} : { cutSec }), endSec });
    });
  });
  return all.sort((a, b) => a.startSec - b.startSec);
}

/** Notes that begin near one another. */
function* stretches(notes: readonly Planned[]): Generator<readonly Planned[]> {
  for (let from = 0; from < notes.length;) {
    const untilSec = (notes[from]?.startSec ?? 0) + STRETCH_SEC;
    let to = from + 1;
    while (to < notes.length && to - from < STRETCH_NOTES && (notes[to]?.startSec ?? Infinity) < untilSec)
      to += 1;
    yield notes.slice(from, to);
    from = to;
  }
}

/** Adds a stretch to the whole, at its place. */
async function addStretch(
  notes: readonly Planned[],
  whole: AudioBuffer,
  rendering: Rendering,
): Promise<void> {
  const { tone, parts, samples, sampleRate } = rendering;
  const offset = Math.floor((notes[0]?.startSec ?? 0) * sampleRate);
  const endSec = notes.reduce((latest, note) => Math.max(latest, note.endSec), 0);
  const length = Math.min(whole.length, Math.ceil(endSec * sampleRate)) - offset;
  if (length <= 0) return;
  const native = new OfflineAudioContext(CHANNELS, length, sampleRate);
  const context = new tone.OfflineContext(native);
  const band = new Band(tone, context, native.destination, parts, samples);
  const beginSec = offset / sampleRate;
  for (const { cutSec, startSec, ...note } of notes)
    band.play(note.part, {
      ...note,
      startSec: startSec - beginSec,
      ...(cutSec === undefined ? {} : { cutSec: cutSec - beginSec }),
    });
  const sound = await native.startRendering();
  band.dispose();
  context.dispose();
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const from = sound.getChannelData(channel);
    const to = whole.getChannelData(channel).subarray(offset, offset + length);
    for (let i = 0; i < length; i += 1) to[i] = (to[i] ?? 0) + (from[i] ?? 0);
  }
}

/** What the loudspeaker's limiter makes of a sound; the parts before it add up, it does not: it hears the whole. */
async function limited(whole: AudioBuffer, tone: Tone): Promise<Float32Array<ArrayBuffer>[]> {
  const { sampleRate, length } = whole;
  const late = Math.round(LIMITER_SEC * sampleRate);
  const native = new OfflineAudioContext(CHANNELS, length + late, sampleRate);
  const context = new tone.OfflineContext(native);
  const end = limiter(tone, context);
  end.connect(native.destination);
  const source = new AudioBufferSourceNode(native, { buffer: whole });
  tone.connect(source, end);
  source.start();
  const sound = await native.startRendering();
  end.dispose();
  context.dispose();
  return Array.from({ length: CHANNELS }, (_, channel) => sound.getChannelData(channel).slice(late));
}

/**
 * Renders notes as a band plays them: stretch after stretch, each in a context of its own whose sound is added to the whole at its
 * sample. What comes before the limiter is linear, so that the sum is that of one long context; but a long piece in one graph
 * would take time by the square of its length, and could not be stopped.
 *
 * @param notes in the order of time
 * @param rendering what with
 * @returns two channels of their own memory
 * @throws the signal's reason
 */
export async function renderNotes(
  notes: readonly RenderedNote[],
  rendering: Rendering,
): Promise<RenderedSound> {
  const { tone, sampleRate, lengthSec, onSeconds, signal } = rendering;
  const length = Math.ceil(lengthSec * sampleRate);
  const whole = new AudioBuffer({ numberOfChannels: CHANNELS, length, sampleRate });
  for (const stretch of stretches(planned(notes, rendering))) {
    signal?.throwIfAborted();
    onSeconds?.(Math.min(lengthSec, stretch[0]?.startSec ?? 0));
    await addStretch(stretch, whole, rendering);
  }
  signal?.throwIfAborted();
  onSeconds?.(lengthSec);
  const channels = await limited(whole, tone);
  signal?.throwIfAborted();
  return { channels, sampleRate };
}
