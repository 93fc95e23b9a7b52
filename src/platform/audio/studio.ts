import { Band, type BandPart } from './band.ts';
import type { PianoSamples, Tone } from './instruments.ts';
import { loadPiano } from './piano.ts';
import { pause } from '../rpc-pause.ts';

/** A note of a rendering, in the renderer's own time. */
export interface RenderedNote {
  readonly startSec: number;
  readonly durationSec: number;
  readonly pitchMidi: number;
  /** (0, 1] */
  readonly velocity: number;
  readonly part: number;
}

/** Sound as numbers. */
export interface RenderedSound {
  /** [2][N] float32 */
  readonly channels: readonly Float32Array<ArrayBuffer>[];
  readonly sampleRate: number;
}

const WATCH_MS = 100;
const AHEAD_SEC = 0.1;
/** A compressor looks so far ahead, and is so late: the standard leaves the figure open, browsers agree on it. */
const LIMITER_SEC = 0.006;

let tone: Promise<Tone> | undefined;

/** Tone.js is fetched when the first sound is wanted; browsers want a gesture before any is heard. */
const loadTone = (): Promise<Tone> => (tone ??= import('tone'));

/** The last notes ring out. */
export const TAIL_SEC = 1.5;

/** The room that everything is heard in: one for the page. */
export class SoundRoom {
  readonly #tone: Tone;
  readonly band: Band;
  /** Settles when the piano's samples have come, or will not come. */
  #piano: Promise<void> = Promise.resolve();
  #samples: PianoSamples | undefined;

  private constructor(loaded: Tone, band: Band, parts: readonly BandPart[]) {
    this.#tone = loaded;
    this.band = band;
    this.#parts = parts;
  }

  /**
   * Opens it: called from a gesture, or browsers keep it silent.
   *
   * @param parts how each sounds
   * @param onProblem hears why the piano is another sound
   */
  static async open(parts: readonly BandPart[], onProblem: (text: string) => void): Promise<SoundRoom> {
    const loaded = await loadTone();
    await loaded.start();
    // Each instrument's waves take tens of milliseconds to compute: one after the other, and keys and pictures in between.
    const band = new Band(loaded, []);
    for (let seats = 1; seats <= parts.length; seats += 1) {
      await pause();
      band.set(parts.slice(0, seats));
    }
    const room = new SoundRoom(loaded, band, parts);
    room.#piano = loadPiano(loaded.getContext().rawContext as BaseAudioContext).then((samples) => {
      if (room.#isDisposed) return;
      if (!samples.ok) onProblem(samples.error.message);
      else {
        room.#samples = samples.value;
        room.band.setSamples(samples.value, room.#parts);
      }
    });
    return room;
  }

  #parts: readonly BandPart[];
  #isDisposed = false;

  setParts(parts: readonly BandPart[]): void {
    this.#parts = parts;
    this.band.set(parts);
  }

  /** Seconds of the audio clock. */
  get now(): number {
    return this.#tone.immediate();
  }

  /** From the clock to the ear. */
  get latencySec(): number {
    const context = this.#tone.getContext().rawContext as AudioContext;
    return (context.baseLatency ?? 0) + (context.outputLatency ?? 0);
  }

  /** Calls back again and again from a worker's clock, which goes on in a hidden tab. @returns ends it */
  every(seconds: number, callback: () => void): () => void {
    const context = this.#tone.getContext();
    const id = context.setInterval(callback, seconds);
    return () => context.clearInterval(id);
  }

  /**
   * Renders notes as they are heard here.
   *
   * @param notes in the order of time
   * @param lengthSec of the piece; a tail comes on top
   * @param onSeconds hears how many are rendered, a few times a second
   * @returns two channels of their own memory
   */
  async render(
    notes: readonly RenderedNote[],
    lengthSec: number,
    onSeconds?: (seconds: number) => void,
  ): Promise<RenderedSound> {
    // A file is made once: it waits for the piano that it was asked for.
    if (this.#parts.some(({ instrument }) => instrument === 'piano')) await this.#piano;
    let watch: ReturnType<typeof setInterval> | undefined;
    try {
      const buffer = await this.#tone.Offline(
        (context) => {
          const band = new Band(this.#tone, this.#parts, this.#samples);
          // In the page Tone looks ahead, offline it does not: a voice, asked for at its own moment, begins in the next block.
          // The band was made before, or its volumes would be those of its parts only after that time.
          if (context instanceof this.#tone.OfflineContext) context.lookAhead = AHEAD_SEC;
          for (const { part, pitchMidi, velocity, startSec, durationSec } of notes)
            band.part(part)?.play(pitchMidi, velocity, startSec, durationSec);
          const { rawContext } = context;
          watch = setInterval(() => onSeconds?.(rawContext.currentTime), WATCH_MS);
        },
        lengthSec + TAIL_SEC + LIMITER_SEC,
      );
      const { sampleRate } = buffer;
      const late = Math.round(LIMITER_SEC * sampleRate);
      const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) =>
        buffer.getChannelData(i).slice(late),
      );
      return { channels, sampleRate };
    } finally {
      clearInterval(watch);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.band.silence();
    this.band.dispose();
  }
}
