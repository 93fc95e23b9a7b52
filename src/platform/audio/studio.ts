import { Band, limiter, type BandPart, type Tone } from './band.ts';
import { loadPiano } from './piano.ts';
import { renderNotes, type RenderedNote, type RenderedSound } from './render.ts';
import type { PianoSamples } from './timbres.ts';
import { pause } from '../rpc-pause.ts';

/** Nothing waits for the clock: it comes rarely. */
const IDLE_TICK_SEC = 1;

let tone: Promise<Tone> | undefined;

/** Tone.js is fetched when the first sound is wanted; browsers want a gesture before any is heard. */
const loadTone = (): Promise<Tone> =>
  (tone ??= import('tone').then((loaded) => {
    // It makes a context of its own, with a clock that would tick for nobody.
    loaded.getContext().dispose();
    return loaded;
  }));
/** What lets a page sound, in one browser or another. */
const GESTURES = ['pointerup', 'keydown', 'click', 'touchend'] as const;

/** The last notes ring out. */
export const TAIL_SEC = 1.5;

/** The room that everything is heard in: one for the page. */
export class SoundRoom {
  readonly #tone: Tone;
  readonly #native: AudioContext;
  readonly #context: InstanceType<Tone['Context']>;
  readonly #limiter: InstanceType<Tone['Limiter']>;
  readonly band: Band;
  /** Settles when the piano's samples have come, or will not come. */
  #piano: Promise<void> = Promise.resolve();
  #samples: PianoSamples | undefined;
  #parts: readonly BandPart[] = [];
  #isDisposed = false;
  #waking: Promise<void> | undefined;
  /** How often each of those who wait for the clock is called, seconds. */
  readonly #ticks = new Set<{ readonly seconds: number }>();

  private constructor(loaded: Tone) {
    this.#tone = loaded;
    // The browser's own, not a wrapper's: notes are its own nodes, and those cost a tenth.
    this.#native = new AudioContext({ latencyHint: 'interactive' });
    this.#context = new loaded.Context({ context: this.#native as never, lookAhead: 0 });
    this.#context.updateInterval = IDLE_TICK_SEC;
    loaded.setContext(this.#context);
    this.#limiter = limiter(loaded, this.#context);
    this.#limiter.toDestination();
    this.band = new Band(loaded, this.#context, this.#limiter, []);
  }

  /**
   * Opens it: called from a gesture, or browsers keep it silent until the next.
   *
   * @param parts how each sounds
   * @param onProblem hears why the piano is another sound
   */
  static async open(parts: readonly BandPart[], onProblem: (text: string) => void): Promise<SoundRoom> {
    const loaded = await loadTone();
    await pause();
    const room = new SoundRoom(loaded);
    void room.wake();
    // One after the other, and keys and pictures in between.
    for (let seats = 1; seats <= parts.length; seats += 1) {
      await pause();
      room.setParts(parts.slice(0, seats));
    }
    room.#piano = loadPiano(room.#native).then((samples) => {
      if (room.#isDisposed) return;
      if (!samples.ok) onProblem(samples.error.message);
      else {
        room.#samples = samples.value;
        room.band.setSamples(samples.value, room.#parts);
      }
    });
    return room;
  }

  setParts(parts: readonly BandPart[]): void {
    this.#parts = parts;
    this.band.set(parts);
  }

  /** Whether the clock runs: browsers stop it until there is a gesture, and when a telephone rings. */
  get isAwake(): boolean {
    return this.#native.state === 'running';
  }

  /** Has the clock run: now, or with the next gesture if the browser wants one. @returns settles when it does */
  wake(): Promise<void> {
    if (this.isAwake || this.#isDisposed) return Promise.resolve();
    this.#waking ??= new Promise((resolve) => {
      const native = this.#native;
      const settled = new AbortController();
      const attempt = (): void => {
        native.resume().catch((thrown: unknown) => console.info('The sound waits for a gesture', thrown));
      };
      native.addEventListener(
        'statechange',
        () => {
          if (native.state === 'suspended') return;
          settled.abort();
          this.#waking = undefined;
          if (native.state === 'running') resolve();
        },
        { signal: settled.signal },
      );
      for (const gesture of GESTURES)
        document.addEventListener(gesture, attempt, { capture: true, signal: settled.signal });
      attempt();
    });
    return this.#waking;
  }

  /** Seconds of the audio clock. */
  get now(): number {
    return this.#native.currentTime;
  }

  /** From the clock to the ear. */
  get latencySec(): number {
    // Safari knows neither.
    const { baseLatency = 0, outputLatency = 0 } = this.#native as Partial<AudioContext>;
    return baseLatency + outputLatency;
  }

  /** Calls back again and again, at least so often, from a worker's clock, which goes on in a hidden tab. @returns ends it */
  every(seconds: number, callback: () => void): () => void {
    const tick = { seconds };
    this.#ticks.add(tick);
    this.#setClock();
    this.#context.on('tick', callback);
    return () => {
      this.#context.off('tick', callback);
      this.#ticks.delete(tick);
      this.#setClock();
    };
  }

  /**
   * Renders notes as they are heard here.
   *
   * @param notes in the order of time
   * @param lengthSec of the piece; a tail comes on top
   * @param options hears how many seconds are rendered, a few times a second; ends it, which rejects it with the signal's reason
   * @returns two channels of their own memory
   */
  async render(
    notes: readonly RenderedNote[],
    lengthSec: number,
    options: { readonly onSeconds?: (seconds: number) => void; readonly signal?: AbortSignal } = {},
  ): Promise<RenderedSound> {
    // A file is made once: it waits for the piano that it was asked for.
    if (this.#parts.some(({ instrument }) => instrument === 'piano')) await this.#piano;
    return renderNotes(notes, {
      ...options,
      tone: this.#tone,
      parts: this.#parts,
      samples: this.#samples,
      sampleRate: this.#native.sampleRate,
      lengthSec: lengthSec + TAIL_SEC,
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.band.silence();
    this.band.dispose();
    this.#limiter.dispose();
    this.#context.dispose();
  }

  // The clock ticks as often as the one who wants it most.
  #setClock(): void {
    this.#context.updateInterval = [...this.#ticks].reduce(
      (least, { seconds }) => Math.min(least, seconds),
      IDLE_TICK_SEC,
    );
  }
}
