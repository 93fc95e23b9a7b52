import type { RenderedSound } from '../../../platform/audio/render.ts';
import { SoundRoom, TAIL_SEC } from '../../../platform/audio/studio.ts';
import type { OnProgress } from '../../../kernel/progress.ts';
import { describe } from '../../../kernel/result.ts';
import { PARTS, type MixerSettings } from '../engine/mixer-settings.ts';
import { clicks, eventsDue, lengthSec, secondsPerTick, soundEvents } from '../engine/playback.ts';
import { TICKS_PER_STEP, type Score } from '../engine/score.ts';
import { KnownEvents } from './known-events.ts';
import { LiveKeys } from './live-keys.ts';
import { MidiOut } from './midi-out.svelte.ts';

/** What is played; read anew at every tick, so that changes are heard at once. */
export interface PlayerSource {
  readonly score: Score;
  readonly mixer: MixerSettings;
  readonly partOf: (noteId: number) => number;
}

/** How far ahead sounds are handed to the audio clock: a busy page must not be heard. */
const AHEAD_SEC = 0.3;
const TICK_SEC = 0.05;
/** MIDI is handed over late, as it cannot be taken back: the clock has to be quick. */
const MIDI_TICK_SEC = 0.01;
/** Before the first note, so that its attack is whole. */
const LEAD_SEC = 0.08;

/** Plays the score in the sound room, with a playhead. One for the page. */
export class Player {
  readonly #source: () => PlayerSource;
  #room: SoundRoom | undefined;
  #opening: Promise<SoundRoom> | undefined;
  #stopTicks: () => void = () => undefined;
  /** Audio time of step 0 of the first round. */
  #zeroSec = 0;
  #handedSec = 0;
  /** That the two are told in. */
  #tempoBpm = 120;
  #isPlaying = $state(false);
  #problem = $state('');
  /** Where playing begins. */
  #startStep = $state(0);
  /** Clicks are heard whatever the mixer says: for a recording. */
  #hasClicks = false;
  /** Nothing of the piece is heard before, seconds. */
  #firstSec = 0;
  #onEnd: (() => void) | undefined;
  #isClosed = false;
  /** What is listened to instead of the piece. */
  #other = $state.raw<Score | undefined>();
  readonly #keys = new LiveKeys(() => this.open());
  /** Instruments that play along. */
  readonly midi = new MidiOut();
  #tickSec = TICK_SEC;
  /** Grows with each begin and stop: what waited for the sound meanwhile is not begun any more. */
  #wish = 0;
  readonly #events = new KnownEvents();

  constructor(source: () => PlayerSource) {
    this.#source = source;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }
  /** What `listenTo` plays, while it does. */
  get listensTo(): Score | undefined {
    return this.#other;
  }
  /** Why something sounds other than it should; empty when nothing is wrong. */
  get problem(): string {
    return this.#problem;
  }
  get startStep(): number {
    return this.#startStep;
  }
  set startStep(step: number) {
    this.#startStep = step;
    if (this.#isPlaying) void this.play();
  }

  /** Where the playhead is, in steps, as it is handed to the loudspeaker now; not reactive: ask in every frame. */
  stepNow(): number {
    if (this.#room === undefined || !this.#isPlaying || this.#other !== undefined) return this.#startStep;
    const { score, mixer } = this.#source();
    const passed = this.#room.now - this.#zeroSec;
    if (passed < this.#firstSec) return this.#startStep;
    const inRound = mixer.isLooping ? passed % lengthSec(score) : Math.min(passed, lengthSec(score));
    return Math.max(0, inRound / secondsPerTick(score.tempoBpm) / TICKS_PER_STEP);
  }

  /** Opens the sound; from a gesture, or the browser keeps it silent until there is one. */
  open(): Promise<SoundRoom> {
    this.#opening ??= this.#openRoom();
    return this.#opening;
  }

  /** The mixer was changed. */
  setMixer(mixer: MixerSettings): void {
    this.#room?.setParts(mixer.parts);
  }

  async play(): Promise<void> {
    const room = await this.#wanted();
    if (room === undefined) return;
    this.#end(room, true);
    const { score } = this.#source();
    const fromSec = this.#startStep * TICKS_PER_STEP * secondsPerTick(score.tempoBpm);
    this.#begin(room, room.now + LEAD_SEC - fromSec, fromSec);
  }

  /** Plays something else once, from its beginning, as the first part that can be heard. */
  async listenTo(score: Score): Promise<void> {
    const room = await this.#wanted();
    if (room === undefined) return;
    this.#end(room, true);
    this.#other = score;
    this.#begin(room, room.now + LEAD_SEC, 0);
  }

  /** Ends what `listenTo` plays; a piece that plays goes on. */
  stopListening(): void {
    if (this.#other !== undefined) this.stop();
  }

  /**
   * Begins for a recording: a bar of beats comes first.
   *
   * @param countInSec silence of the score before it begins, with the metronome
   * @param onEnd the piece is over, if it does not loop
   * @returns the moment of the piece's step 0 in the time of `performance.now()`, as it is heard, and where it begins
   */
  async playForRecording(
    countInSec: number,
    onEnd: () => void,
  ): Promise<{ readonly zeroMs: number; readonly beginSec: number }> {
    const room = await this.open();
    await room.wake();
    const beginSec = this.#startStep * TICKS_PER_STEP * secondsPerTick(this.#source().score.tempoBpm);
    const zeroSec = room.now + LEAD_SEC + countInSec - beginSec;
    this.#wish += 1;
    if (!this.#isClosed) {
      this.#end(room, true);
      this.#hasClicks = true;
      this.#onEnd = onEnd;
      this.#firstSec = beginSec;
      this.#begin(room, zeroSec, beginSec - countInSec);
    }
    return { zeroMs: performance.now() + (zeroSec - room.now + room.latencySec) * 1000, beginSec };
  }

  /** Silence within 50 ms; nothing begins after that. */
  stop(): void {
    this.#wish += 1;
    if (this.#room !== undefined && this.#isPlaying) this.#end(this.#room, true);
  }

  /** A key goes down: heard at once, as the first part. The first key of all opens the sound, and is not lost. */
  press(pitchMidi: number, velocity: number, part = 0): void {
    this.#keys.press(pitchMidi, velocity, part);
  }

  release(pitchMidi: number, part = 0): void {
    this.#keys.release(pitchMidi, part);
  }

  /** A short sound of a note: one that is drawn, or that the network has just written. It opens the sound too. */
  touch(pitchMidi: number, velocity: number, part = 0): void {
    this.#keys.touch(pitchMidi, velocity, part);
  }

  /**
   * The sound of the whole score, with a tail.
   *
   * @param onProgress hears the seconds that are rendered
   * @param signal ends it, which rejects it with the signal's reason
   */
  async render(onProgress: OnProgress, signal: AbortSignal): Promise<RenderedSound> {
    const room = await this.open();
    const { score, mixer, partOf } = this.#source();
    const total = lengthSec(score) + TAIL_SEC;
    return room.render(soundEvents(score, partOf, mixer), lengthSec(score), {
      onSeconds: (done) =>
        onProgress({ phase: 'rendering', done: Math.min(done, total), total, unit: 'seconds' }),
      signal,
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTicks();
    this.midi.close();
    this.#room?.dispose();
    this.#room = undefined;
  }

  #begin(room: SoundRoom, zeroSec: number, fromSec: number): void {
    this.#zeroSec = zeroSec;
    this.#handedSec = fromSec;
    this.#tempoBpm = this.#played().score.tempoBpm;
    this.#isPlaying = true;
    this.#startTicks(room);
    this.#tick(room);
  }

  #startTicks(room: SoundRoom): void {
    this.#stopTicks();
    this.#tickSec = this.midi.instrument === '' ? TICK_SEC : MIDI_TICK_SEC;
    this.#stopTicks = room.every(this.#tickSec, () => this.#tick(room));
  }

  /** @param isCut it was stopped, and is silent at once; otherwise it rings out */
  #end(room: SoundRoom, isCut: boolean): void {
    this.#stopTicks();
    this.#stopTicks = () => undefined;
    if (isCut) room.band.silence();
    this.midi.end(isCut);
    this.#isPlaying = false;
    this.#hasClicks = false;
    this.#firstSec = 0;
    this.#onEnd = undefined;
    this.#other = undefined;
  }

  async #openRoom(): Promise<SoundRoom> {
    try {
      const room = await SoundRoom.open(this.#source().mixer.parts, (text) => (this.#problem = text));
      // The page has gone while the sound was still coming.
      if (this.#isClosed) room.dispose();
      else {
        this.#room = room;
        // The mixer may have changed since the first of its instruments was made.
        room.setParts(this.#source().mixer.parts);
      }
      return room;
    } catch (thrown) {
      this.#opening = undefined;
      this.#problem = `The sound could not be opened: ${describe(thrown)}. Check the connection, then try again.`;
      throw thrown;
    }
  }

  /** The sound, awake; undefined when something else was wanted meanwhile. */
  async #wanted(): Promise<SoundRoom | undefined> {
    const wish = (this.#wish += 1);
    const room = await this.open();
    await room.wake();
    return wish === this.#wish && !this.#isClosed ? room : undefined;
  }

  #played(): PlayerSource {
    const source = this.#source();
    const other = this.#other;
    if (other === undefined) return source;
    const { parts } = source.mixer;
    const hasSolo = parts.some(({ isSolo }) => isSolo);
    const audible = Math.max(
      0,
      parts.findIndex(({ isMuted, isSolo }) => !isMuted && (isSolo || !hasSolo)),
    );
    return {
      score: other,
      mixer: { ...source.mixer, isLooping: false, hasMetronome: false },
      partOf: () => audible,
    };
  }

  // Another tempo goes on from where the piece is, not from where it would have been.
  #followTempo(room: SoundRoom, tempoBpm: number): void {
    if (tempoBpm === this.#tempoBpm) return;
    const stretch = this.#tempoBpm / tempoBpm;
    this.#zeroSec = room.now - (room.now - this.#zeroSec) * stretch;
    this.#handedSec *= stretch;
    this.#tempoBpm = tempoBpm;
  }

  #tick(room: SoundRoom): void {
    const { score, mixer, partOf } = this.#played();
    this.#followTempo(room, score.tempoBpm);
    const passed = room.now - this.#zeroSec;
    const span = { fromSec: this.#handedSec, toSec: passed + AHEAD_SEC };
    const endSec = lengthSec(score);
    if (span.toSec > span.fromSec) {
      this.#handedSec = span.toSec;
      const loopSec = mixer.isLooping ? endSec : undefined;
      for (const { event, atSec } of eventsDue(
        this.#events.of(score, mixer),
        { fromSec: Math.max(this.#firstSec, span.fromSec), toSec: span.toSec },
        loopSec,
      )) {
        const part = Math.min(partOf(event.noteId), PARTS.length - 1);
        const startSec = Math.max(room.now, this.#zeroSec + atSec);
        room.band.play(part, { ...event, startSec });
        if (this.midi.instrument === '') continue;
        this.midi.play({
          channel: part,
          pitchMidi: event.pitchMidi,
          velocity: Math.max(1, Math.min(127, Math.round(event.velocity * 127))),
          // As it is heard, so that both sound together.
          startMs: performance.now() + (startSec - room.now + room.latencySec) * 1000,
          durationMs: event.durationSec * 1000,
        });
      }
      if (mixer.hasMetronome || this.#hasClicks) {
        // Beat 0 of the count-in lies a bar before step 0.
        const barSec = (4 * 60) / score.tempoBpm;
        for (const { atSec, isAccent } of clicks(score.tempoBpm, span.fromSec + barSec, span.toSec + barSec))
          room.band.click(Math.max(room.now, this.#zeroSec + atSec - barSec), isAccent);
      }
    }
    this.midi.send();
    if (this.#tickSec !== (this.midi.instrument === '' ? TICK_SEC : MIDI_TICK_SEC)) this.#startTicks(room);
    if (mixer.isLooping || passed <= endSec) return;
    const onEnd = this.#onEnd;
    this.#end(room, false);
    onEnd?.();
  }
}
