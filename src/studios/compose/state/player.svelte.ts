import { SoundRoom, TAIL_SEC, type RenderedSound } from '../../../platform/audio/studio.ts';
import type { MidiDevice } from '../../../platform/midi/access.ts';
import { openMidiOutputs, type MidiOutputs } from '../../../platform/midi/outputs.ts';
import type { OnProgress } from '../../../kernel/progress.ts';
import type { StudioError } from '../../../kernel/result.ts';
import { PARTS, type MixerSettings } from '../engine/mixer-settings.ts';
import { clicks, eventsDue, lengthSec, secondsPerTick, soundEvents } from '../engine/playback.ts';
import { TICKS_PER_STEP, type Score } from '../engine/score.ts';

/** What is played; read anew at every tick, so that changes are heard at once. */
export interface PlayerSource {
  readonly score: Score;
  readonly mixer: MixerSettings;
  readonly partOf: (noteId: number) => number;
}

/** How far ahead sounds are handed to the audio clock: a busy page must not be heard. */
const AHEAD_SEC = 0.3;
const TICK_SEC = 0.05;
/** Before the first note, so that its attack is whole. */
const LEAD_SEC = 0.08;

/** Plays the score through Tone.js, with a playhead. One for the page. */
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
  #outputs = $state.raw<MidiOutputs | undefined>();
  #instruments = $state.raw<readonly MidiDevice[]>([]);
  #instrument = $state('');
  #outputError = $state.raw<StudioError | undefined>();

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

  /** MIDI instruments that are connected; empty before `askForInstruments`. */
  get instruments(): readonly MidiDevice[] {
    return this.#instruments;
  }
  /** The one that plays along; empty: none. */
  get instrument(): string {
    return this.#instrument;
  }
  set instrument(id: string) {
    this.#instrument = id;
    this.#outputs?.choose(id);
  }
  get hasAskedForInstruments(): boolean {
    return this.#outputs !== undefined;
  }
  get outputError(): StudioError | undefined {
    return this.#outputError;
  }

  /** Asks the browser for the MIDI instruments that can be played. */
  async askForInstruments(): Promise<void> {
    if (this.#outputs !== undefined) return;
    this.#outputError = undefined;
    const opened = await openMidiOutputs((devices) => {
      this.#instruments = devices;
      if (!devices.some(({ id }) => id === this.#instrument)) this.#instrument = '';
    });
    if (opened.ok) this.#outputs = opened.value;
    else this.#outputError = opened.error;
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

  /** Opens the sound; from a gesture, or the browser keeps it silent. */
  open(): Promise<SoundRoom> {
    this.#opening ??= SoundRoom.open(this.#source().mixer.parts, (text) => (this.#problem = text)).then(
      (room) => {
        // The page has gone while the sound was still coming.
        if (this.#isClosed) room.dispose();
        else {
          this.#room = room;
          // The mixer may have changed since the first of its instruments was made.
          room.setParts(this.#source().mixer.parts);
        }
        return room;
      },
    );
    return this.#opening;
  }

  /** The mixer was changed. */
  setMixer(mixer: MixerSettings): void {
    this.#room?.setParts(mixer.parts);
  }

  async play(): Promise<void> {
    const room = await this.open();
    if (this.#isClosed) return;
    this.#end(room);
    const { score } = this.#source();
    const fromSec = this.#startStep * TICKS_PER_STEP * secondsPerTick(score.tempoBpm);
    this.#begin(room, room.now + LEAD_SEC - fromSec, fromSec);
  }

  /** Plays something else once, from its beginning, as the first part that can be heard. */
  async listenTo(score: Score): Promise<void> {
    const room = await this.open();
    if (this.#isClosed) return;
    this.#end(room);
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
    const beginSec = this.#startStep * TICKS_PER_STEP * secondsPerTick(this.#source().score.tempoBpm);
    const zeroSec = room.now + LEAD_SEC + countInSec - beginSec;
    if (!this.#isClosed) {
      this.#end(room);
      this.#hasClicks = true;
      this.#onEnd = onEnd;
      this.#firstSec = beginSec;
      this.#begin(room, zeroSec, beginSec - countInSec);
    }
    return { zeroMs: performance.now() + (zeroSec - room.now + room.latencySec) * 1000, beginSec };
  }

  stop(): void {
    if (this.#room === undefined) return;
    this.#end(this.#room);
  }

  /** A key goes down: heard at once, as the first part. */
  press(pitchMidi: number, velocity: number, part = 0): void {
    const sound = (room: SoundRoom): void => room.band.part(part)?.press(pitchMidi, velocity / 127);
    if (this.#room !== undefined) sound(this.#room);
    // The first key of all opens the sound, and is not lost.
    else void this.open().then(sound);
  }

  release(pitchMidi: number, part = 0): void {
    if (this.#room !== undefined) this.#room.band.part(part)?.release(pitchMidi);
    else void this.#opening?.then((room) => room.band.part(part)?.release(pitchMidi));
  }

  /** A short sound of a note: one that is drawn, or that the network has just written. */
  touch(pitchMidi: number, velocity: number, part = 0): void {
    const room = this.#room;
    room?.band.part(part)?.play(pitchMidi, velocity / 127, room.now, 0.25);
  }

  /**
   * The sound of the whole score, with a tail.
   *
   * @param onProgress hears the seconds that are rendered
   */
  async render(onProgress: OnProgress): Promise<RenderedSound> {
    const room = await this.open();
    const { score, mixer, partOf } = this.#source();
    const total = lengthSec(score) + TAIL_SEC;
    return room.render(soundEvents(score, partOf, mixer), lengthSec(score), (done) =>
      onProgress({ phase: 'rendering', done: Math.min(done, total), total, unit: 'seconds' }),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTicks();
    this.#outputs?.close();
    this.#room?.dispose();
    this.#room = undefined;
  }

  #begin(room: SoundRoom, zeroSec: number, fromSec: number): void {
    this.#zeroSec = zeroSec;
    this.#handedSec = fromSec;
    this.#tempoBpm = this.#played().score.tempoBpm;
    this.#isPlaying = true;
    this.#tick(room);
    this.#stopTicks = room.every(TICK_SEC, () => this.#tick(room));
  }

  #end(room: SoundRoom): void {
    this.#stopTicks();
    this.#stopTicks = () => undefined;
    room.band.silence();
    this.#outputs?.silence();
    this.#isPlaying = false;
    this.#hasClicks = false;
    this.#firstSec = 0;
    this.#onEnd = undefined;
    this.#other = undefined;
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
        soundEvents(score, partOf, mixer),
        { fromSec: Math.max(this.#firstSec, span.fromSec), toSec: span.toSec },
        loopSec,
      )) {
        const part = Math.min(event.part, PARTS.length - 1);
        const startSec = Math.max(room.now, this.#zeroSec + atSec);
        room.band.part(part)?.play(event.pitchMidi, event.velocity, startSec, event.durationSec);
        this.#outputs?.play({
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
    if (mixer.isLooping || passed <= endSec) return;
    const onEnd = this.#onEnd;
    this.stop();
    onEnd?.();
  }
}
