import type { MidiDevice } from '../../../platform/midi/access.ts';
import { listenToMidi, type MidiMessage } from '../../../platform/midi/inputs.ts';
import type { StudioError } from '../../../kernel/result.ts';
import { Recording, type KeyEvent } from '../engine/recording.ts';
import { lengthSec } from '../engine/playback.ts';
import { type ComposeDocument } from './document.svelte.ts';
import type { Player } from './player.svelte.ts';

/** What keys are heard through. */
export type KeySound = Pick<Player, 'press' | 'release' | 'playForRecording' | 'stop'>;

/** Where a key was pressed: each lifts only its own. */
export type KeySource = string;

const BEATS_OF_COUNT_IN = 4;

/** Keys that sound, whatever they are pressed by, and the recording of them. */
export class Keyboard {
  readonly #player: KeySound;
  readonly #document: () => ComposeDocument;
  readonly #held = new Map<string, { readonly pitchMidi: number; readonly source: KeySource }>();
  /** Pitches that sound because of a key, held or by a pedal. */
  readonly #sounding = new Set<number>();
  #lit = $state.raw<ReadonlySet<number>>(new Set());
  #recording = $state.raw<Recording | undefined>();
  #takes = 0;
  #isCountingIn = $state(false);
  /** The sound is being opened for a recording. */
  #isOpening = false;
  #countIn: ReturnType<typeof setTimeout> | undefined;
  #zeroMs = 0;
  #devices = $state.raw<readonly MidiDevice[]>([]);
  #device = $state('');
  #error = $state.raw<StudioError | undefined>();
  #isAsking = $state(false);
  #stopMidi = $state.raw<(() => void) | undefined>();
  #pedals = new Map<KeySource, Set<number>>();
  #isClosed = false;

  constructor(player: KeySound, document: () => ComposeDocument) {
    this.#player = player;
    this.#document = document;
  }

  /** Keys that are down, MIDI. */
  get lit(): ReadonlySet<number> {
    return this.#lit;
  }
  get isRecording(): boolean {
    return this.#recording !== undefined;
  }
  /** The bar before a recording is under way. */
  get isCountingIn(): boolean {
    return this.#isCountingIn;
  }
  get isListening(): boolean {
    return this.#stopMidi !== undefined;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }
  get devices(): readonly MidiDevice[] {
    return this.#devices;
  }
  /** The keyboard that is listened to; empty: all of them. */
  get device(): string {
    return this.#device;
  }
  set device(id: string) {
    this.#device = id;
    const sources = new Set([
      ...[...this.#held.values()].map(({ source }) => source),
      ...this.#pedals.keys(),
    ]);
    for (const source of sources)
      if (id !== '' && source.startsWith('midi ') && source !== `midi ${id}`) this.silence(source);
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  press(pitchMidi: number, velocity: number, source: KeySource, timeMs = performance.now()): void {
    const key = `${source} ${pitchMidi}`;
    if (this.#held.has(key)) return;
    this.#held.set(key, { pitchMidi, source });
    this.#light();
    // Struck anew: an instrument gives each stroke a voice of its own, and would lift only one of them.
    if (this.#sounding.has(pitchMidi)) this.#player.release(pitchMidi);
    this.#sounding.add(pitchMidi);
    this.#player.press(pitchMidi, velocity);
    this.#note({ kind: 'down', pitchMidi, velocity, atSec: this.#secondsOf(timeMs) });
  }

  release(pitchMidi: number, source: KeySource, timeMs = performance.now()): void {
    const key = `${source} ${pitchMidi}`;
    if (!this.#held.delete(key)) return;
    this.#light();
    const pedal = this.#pedals.get(source);
    if (pedal === undefined) this.#letGo(pitchMidi);
    else pedal.add(pitchMidi);
    if (!this.#lit.has(pitchMidi)) this.#note({ kind: 'up', pitchMidi, atSec: this.#secondsOf(timeMs) });
  }

  /** Everything that a source holds goes up: its cable was pulled, its window lost the focus. */
  silence(source: KeySource): void {
    this.pedal(source, false);
    for (const held of [...this.#held.values()])
      if (held.source === source) this.release(held.pitchMidi, source);
  }

  /** Listens without a question where the person has allowed it before. */
  async listenIfAllowed(): Promise<void> {
    try {
      const { state } = await navigator.permissions.query({ name: 'midi' });
      if (state === 'granted' && !this.#isClosed) await this.listen();
    } catch (thrown) {
      // Browsers without Web MIDI do not know the name of its permission.
      console.info('MIDI keyboards wait to be asked for', thrown);
    }
  }

  /** Asks for MIDI keyboards, and listens to them from then on. */
  async listen(): Promise<void> {
    if (this.#stopMidi !== undefined || this.#isAsking) return;
    this.#isAsking = true;
    this.#error = undefined;
    const listening = await listenToMidi({
      onDevices: (devices) => {
        this.#devices = devices;
        if (!devices.some(({ id }) => id === this.#device)) this.#device = '';
      },
      onMessage: (message, id) => this.#fromMidi(message, id),
      onSilence: (id) => this.silence(`midi ${id}`),
    });
    this.#isAsking = false;
    if (!listening.ok) this.#error = listening.error;
    else if (this.#isClosed) listening.value();
    else this.#stopMidi = listening.value;
  }

  /** Records from where playing begins, after a bar of beats, to the end of the piece or round and round; what is there is heard with it. */
  async record(): Promise<void> {
    if (this.#recording !== undefined || this.#isOpening) return;
    this.#isOpening = true;
    const { score } = this.#document();
    const countInSec = (BEATS_OF_COUNT_IN * 60) / score.tempoBpm;
    let beginSec: number;
    try {
      ({ zeroMs: this.#zeroMs, beginSec } = await this.#player.playForRecording(countInSec, () =>
        this.stopRecording(),
      ));
    } finally {
      this.#isOpening = false;
    }
    if (this.#isClosed) return;
    this.#recording = new Recording(score.tempoBpm, lengthSec(score), beginSec);
    this.#takes += 1;
    this.#isCountingIn = true;
    this.#countIn = setTimeout(
      () => (this.#isCountingIn = false),
      this.#zeroMs + 1000 * beginSec - performance.now(),
    );
    const atSec = this.#secondsOf(performance.now());
    if (this.#pedals.size > 0) this.#note({ kind: 'pedal', isDown: true, atSec });
    for (const { pitchMidi } of this.#held.values())
      this.#note({ kind: 'down', pitchMidi, velocity: 80, atSec });
  }

  stopRecording(): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    this.#add(recording.endAll(this.#secondsOf(performance.now())));
    this.#recording = undefined;
    clearTimeout(this.#countIn);
    this.#isCountingIn = false;
    this.#player.stop();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#countIn);
    this.#stopMidi?.();
  }

  #fromMidi(message: MidiMessage, id: string): void {
    if (this.#device !== '' && this.#device !== id) return;
    const source = `midi ${id}`;
    if (message.kind === 'down') this.press(message.pitchMidi, message.velocity, source, message.timeMs);
    else if (message.kind === 'up') this.release(message.pitchMidi, source, message.timeMs);
    else this.pedal(source, message.isDown, message.timeMs);
  }

  /** The sustain pedal of a keyboard. */
  pedal(source: KeySource, isDown: boolean, timeMs = performance.now()): void {
    const sustained = this.#pedals.get(source);
    const wasDown = this.#pedals.size > 0;
    if (isDown && sustained === undefined) this.#pedals.set(source, new Set());
    if (!isDown && sustained !== undefined) {
      this.#pedals.delete(source);
      for (const pitchMidi of sustained) this.#letGo(pitchMidi);
    }
    // For a recording there is one pedal: it is up when all are.
    if (this.#pedals.size > 0 !== wasDown)
      this.#note({ kind: 'pedal', isDown, atSec: this.#secondsOf(timeMs) });
  }

  // Another hand, or the pedal of another keyboard, may hold the same key.
  #letGo(pitchMidi: number): void {
    const isSustained = [...this.#pedals.values()].some((sustained) => sustained.has(pitchMidi));
    if (isSustained || this.#lit.has(pitchMidi)) return;
    this.#sounding.delete(pitchMidi);
    this.#player.release(pitchMidi);
  }

  #note(event: KeyEvent): void {
    if (this.#recording !== undefined) this.#add(this.#recording.take(event));
  }

  #add(notes: readonly Parameters<ComposeDocument['addNotes']>[0][number][]): void {
    if (notes.length > 0) this.#document().addNotes(notes, 'Record', { merge: `take ${this.#takes}` });
  }

  #light(): void {
    this.#lit = new Set([...this.#held.values()].map(({ pitchMidi }) => pitchMidi));
  }

  #secondsOf(timeMs: number): number {
    return (timeMs - this.#zeroMs) / 1000;
  }
}
