/**
 * From what a transcription network says of each moment and pitch to notes, and from many notes to one voice. The network:
 * models/basic-pitch/card.md; how its paper makes notes: https://arxiv.org/abs/2203.09893, section 3.
 */

/** Rows of the network's answers: the keys of a piano. */
export const PITCHES = 88;
/** A0. */
export const LOWEST_MIDI = 21;

/** What the network says: how sure it is that a note sounds, and that one begins. */
export interface Posteriorgram {
  /** [F, 88] float32 in [0, 1] */
  readonly notes: Float32Array;
  /** [F, 88] float32 in [0, 1] */
  readonly onsets: Float32Array;
  /** [F] when each frame is, seconds; rising. */
  readonly timesSec: Float64Array;
}

/** A note that was heard. */
export interface HeardNote {
  readonly startSec: number;
  readonly endSec: number;
  readonly pitchMidi: number;
  /** Mean certainty, (0, 1]. */
  readonly strength: number;
}

/** Thresholds of the paper: a beginning is surer than .5, a note goes on above .3. */
const ONSET = 0.5;
const SOUNDS = 0.3;
/** So many frames under the threshold end a note (.13 s); a shorter note is a slip. */
const GAP_FRAMES = 11;
const MIN_FRAMES = 8;

interface Span {
  readonly pitch: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

class Reader {
  readonly frames: number;
  // What no note has taken yet.
  readonly #left: Float32Array;
  readonly #heard: Posteriorgram;

  constructor(heard: Posteriorgram) {
    this.#heard = heard;
    this.frames = heard.timesSec.length;
    this.#left = heard.notes.slice();
  }

  left(frame: number, pitch: number): number {
    return this.#left[frame * PITCHES + pitch] ?? 0;
  }

  onset(frame: number, pitch: number): number {
    return this.#heard.onsets[frame * PITCHES + pitch] ?? 0;
  }

  // Where a note that sounds at a frame ends, in a direction: −1 back, 1 on; the last frame that sounds.
  end(frame: number, pitch: number, direction: 1 | -1): number {
    let last = frame;
    for (
      let at = frame + direction, quiet = 0;
      at >= 0 && at < this.frames && quiet < GAP_FRAMES;
      at += direction
    ) {
      if (this.left(at, pitch) >= SOUNDS) {
        last = at;
        quiet = 0;
      } else quiet += 1;
    }
    return last;
  }

  // Takes a note out, with the neighbours that it leaks into.
  take({ pitch, from, to }: Span): void {
    for (let frame = from; frame < to; frame += 1)
      for (let near = Math.max(0, pitch - 1); near <= Math.min(PITCHES - 1, pitch + 1); near += 1)
        this.#left[frame * PITCHES + near] = 0;
  }

  strength({ pitch, from, to }: Span): number {
    let sum = 0;
    for (let frame = from; frame < to; frame += 1) sum += this.#heard.notes[frame * PITCHES + pitch] ?? 0;
    return sum / (to - from);
  }

  loudest(): { readonly frame: number; readonly pitch: number; readonly value: number } {
    let best = 0;
    this.#left.forEach((value, at) => {
      if (value > (this.#left[best] ?? 0)) best = at;
    });
    return { frame: Math.floor(best / PITCHES), pitch: best % PITCHES, value: this.#left[best] ?? 0 };
  }
}

// Beginnings, last first: a note that comes later cuts the one before it.
function peaks(reader: Reader): { readonly frame: number; readonly pitch: number }[] {
  const found: { frame: number; pitch: number }[] = [];
  for (let frame = reader.frames - 1; frame >= 0; frame -= 1)
    for (let pitch = 0; pitch < PITCHES; pitch += 1) {
      const value = reader.onset(frame, pitch);
      const isPeak = value > reader.onset(frame - 1, pitch) && value >= reader.onset(frame + 1, pitch);
      if (value >= ONSET && isPeak) found.push({ frame, pitch });
    }
  return found;
}

/**
 * All notes that were heard.
 *
 * @param heard the network's answers, one after the other
 * @returns notes by start, then pitch; those shorter than 90 ms are left out
 * @throws RangeError when the sizes do not belong together
 */
export function notesOf(heard: Posteriorgram): HeardNote[] {
  const { notes, onsets, timesSec } = heard;
  if (notes.length !== timesSec.length * PITCHES || onsets.length !== notes.length)
    throw new RangeError(
      `expected ${timesSec.length} frames of ${PITCHES} pitches, found ${notes.length} values`,
    );
  const reader = new Reader(heard);
  const spans: Span[] = [];
  const add = (span: Span): void => {
    if (span.to - span.from >= MIN_FRAMES) spans.push(span);
    reader.take(span);
  };
  for (const { frame, pitch } of peaks(reader)) {
    // The beginning is told a moment before the note itself is loud.
    const to = reader.end(frame, pitch, 1) + 1;
    if (to - frame > 1) add({ pitch, from: frame, to });
  }
  // A voice slides into its notes: what sounds without a beginning is a note too.
  for (let loud = reader.loudest(); loud.value >= SOUNDS; loud = reader.loudest()) {
    const { frame, pitch } = loud;
    add({ pitch, from: reader.end(frame, pitch, -1), to: reader.end(frame, pitch, 1) + 1 });
  }
  const frameSec = (timesSec[1] ?? 0) - (timesSec[0] ?? 0);
  return spans
    .map((span) => ({
      startSec: timesSec[span.from] ?? 0,
      endSec: (timesSec[span.to - 1] ?? 0) + frameSec,
      pitchMidi: LOWEST_MIDI + span.pitch,
      strength: reader.strength(span),
    }))
    .sort((a, b) => a.startSec - b.startSec || a.pitchMidi - b.pitchMidi);
}

/** What of a note is left beside a stronger one must be as long to be a note. */
const MIN_NOTE_SEC = 0.09;

/**
 * The one voice in what was heard: a person hums one note at a time, overtones and the room are not meant.
 *
 * @param notes as `notesOf` gives them
 * @returns notes by start, none overlapping another
 */
export function oneVoice(notes: readonly HeardNote[]): HeardNote[] {
  const weight = ({ startSec, endSec, strength }: HeardNote): number => strength * (endSec - startSec);
  const kept: HeardNote[] = [];
  for (const note of notes.toSorted((a, b) => weight(b) - weight(a))) {
    let { startSec, endSec } = note;
    // Stronger notes keep their time; what is left of this one at its side may be a note.
    for (const other of kept) {
      if (other.endSec <= startSec || other.startSec >= endSec) continue;
      if (other.startSec - startSec >= endSec - other.endSec) endSec = Math.min(endSec, other.startSec);
      else startSec = Math.max(startSec, other.endSec);
    }
    const isMostThere = endSec - startSec >= (note.endSec - note.startSec) / 2;
    if (endSec - startSec >= MIN_NOTE_SEC && isMostThere) kept.push({ ...note, startSec, endSec });
  }
  return kept.sort((x, y) => x.startSec - y.startSec);
}
