import type { MidiDevice } from '../../../platform/midi/access.ts';
import { openMidiOutputs, type MidiOutNote, type MidiOutputs } from '../../../platform/midi/outputs.ts';
import type { StudioError } from '../../../kernel/result.ts';

/** The MIDI instruments that play along, once a person has asked for them. */
export class MidiOut {
  #outputs = $state.raw<MidiOutputs | undefined>();
  #devices = $state.raw<readonly MidiDevice[]>([]);
  #chosen = $state('');
  #error = $state.raw<StudioError | undefined>();

  /** Those that are connected; empty before `ask`. */
  get instruments(): readonly MidiDevice[] {
    return this.#devices;
  }
  /** The one that plays along; empty: none. */
  get instrument(): string {
    return this.#chosen;
  }
  set instrument(id: string) {
    this.#chosen = id;
    this.#outputs?.choose(id);
  }
  get hasAsked(): boolean {
    return this.#outputs !== undefined;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /** Asks the browser for the MIDI instruments that can be played. */
  async ask(): Promise<void> {
    if (this.#outputs !== undefined) return;
    this.#error = undefined;
    const opened = await openMidiOutputs((devices) => {
      this.#devices = devices;
      if (!devices.some(({ id }) => id === this.#chosen)) this.#chosen = '';
    });
    if (opened.ok) this.#outputs = opened.value;
    else this.#error = opened.error;
  }

  play(note: MidiOutNote): void {
    this.#outputs?.play(note);
  }

  /** Sends what is due. */
  send(): void {
    this.#outputs?.send(performance.now());
  }

  /** The piece is over, or was stopped: then nothing begins any more. */
  end(isCut: boolean): void {
    if (isCut) this.#outputs?.silence();
    else this.#outputs?.finish();
  }

  close(): void {
    this.#outputs?.close();
  }
}
