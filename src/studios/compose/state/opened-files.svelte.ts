import { fail, type StudioError } from '../../../kernel/result.ts';
import { emptyDraft, NO_COUNTS } from '../engine/composition.ts';
import { firstChoice, viewSong, type FileChoice, type FileView } from '../engine/midi-view.ts';
import type { MixerSettings } from '../engine/mixer-settings.ts';
import type { Score } from '../engine/score.ts';
import type { Song } from '../../../platform/midi-file-song.ts';
import type { Compose } from './compose.svelte.ts';
import { foundInWords, leftOutInWords, scoreOfView } from './left-out.ts';
import { openMidi } from './midi-reader.ts';

/** A MIDI file that a composition was made from. */
export interface OpenedFile {
  readonly name: string;
  readonly song: Song;
  /** The tracks and bars that were chosen last. */
  readonly choice: FileChoice;
  readonly view: FileView;
  /** Id of the composition that it became. */
  readonly piece: string;
}

type Failed = ReturnType<typeof fail>;

/** How a file of saved compositions begins, whatever it is called. */
const SAVED = 'ATELIER-COMPOSE';

async function isSaved(file: File): Promise<boolean> {
  if (/\.atelier$/i.test(file.name)) return true;
  try {
    return (await file.slice(0, SAVED.length).text()) === SAVED;
  } catch {
    // It is gone: the reader of MIDI files says so.
    return false;
  }
}

/** The instruments stay; who was muted, or alone, was so for the sake of another piece. */
const unmuted = (mixer: MixerSettings): MixerSettings => ({
  ...mixer,
  parts: mixer.parts.map((part) => ({ ...part, isMuted: false, isSolo: false })),
});

/** Files that are opened, one after the other, and what the page says of them. */
export class OpenedFiles {
  readonly #compose: Compose;
  readonly #onRestored: (compositions: number) => void;
  #opened = $state.raw<readonly OpenedFile[]>([]);
  #errors = $state.raw<readonly StudioError[]>([]);
  #queue = Promise.resolve();

  /**
   * None yet.
   *
   * @param compose where they become compositions
   * @param onRestored a file of saved compositions was read, with so many in it
   */
  constructor(compose: Compose, onRestored: (compositions: number) => void) {
    this.#compose = compose;
    this.#onRestored = onRestored;
  }

  /** Why some of the files that were given last are not here. */
  get errors(): readonly StudioError[] {
    return this.#errors;
  }

  /** The file that the composition on the roll was made from. */
  get current(): OpenedFile | undefined {
    const { id } = this.#compose.document;
    return this.#opened.find(({ piece }) => piece === id);
  }

  /** Each file becomes a composition of its own; of saved compositions, all that are in it. */
  open(files: readonly File[]): void {
    this.#errors = [];
    for (const file of files)
      this.#queue = this.#queue
        .then(() => this.#openOne(file))
        .catch((cause: unknown) =>
          this.#fail(
            fail('file-gone', `${file.name} cannot be read.`, {
              hint: 'It may have been moved or changed: choose it again.',
              cause,
            }).error,
          ),
        );
  }

  /** What is there is kept: another melody begins another composition, an empty one is filled. */
  begin(title: string, score: Score): void {
    const { document } = this.#compose;
    if (document.score.notes.length === 0 && document.versions.length === 0)
      document.change(`Open “${title}”`, (draft) => ({
        ...draft,
        title,
        score,
        locked: undefined,
        mixer: unmuted(draft.mixer),
      }));
    else
      this.#compose.create({
        ...emptyDraft(title),
        score,
        mixer: unmuted(document.mixer),
        run: document.draft.run,
      });
  }

  /** Other tracks or bars of the file that the composition on the roll was made from. */
  choose(view: FileView, choice: FileChoice): void {
    const { current } = this;
    if (current === undefined) return;
    this.#keep({ ...current, view, choice });
    const score = scoreOfView(view);
    this.#compose.document.change('Choose tracks and bars', (draft) => ({
      ...draft,
      score,
      locked: undefined,
      lastRun: NO_COUNTS,
    }));
  }

  async #openOne(file: File): Promise<void> {
    if (await isSaved(file)) {
      const restored = this.#refusal(file) ?? (await this.#compose.restore(file));
      if (restored.ok) this.#onRestored(restored.value);
      else this.#fail(restored.error);
      return;
    }
    const read = await openMidi(file);
    // A run may have begun while it was read.
    const opened = read.ok ? (this.#refusal(file) ?? read) : read;
    if (!opened.ok) {
      this.#fail(opened.error);
      return;
    }
    const choice = firstChoice(opened.value);
    const view = viewSong(opened.value, choice);
    this.begin(file.name.replace(/\.(midi?|rmi|kar)$/i, ''), scoreOfView(view));
    this.#keep({ name: file.name, song: opened.value, choice, view, piece: this.#compose.document.id });
  }

  /** Another composition on the roll would end the run. */
  #refusal({ name }: File): Failed | undefined {
    if (this.#compose.writer && this.#compose.runner.progress === undefined) return undefined;
    return fail('busy', `${name} was not opened: nothing can be changed at the moment.`, {
      hint: 'Wait until the network has ended, then open it again.',
    });
  }

  #fail(error: StudioError): void {
    this.#errors = [...this.#errors, error];
  }

  #keep(file: OpenedFile): void {
    this.#opened = [file, ...this.#opened.filter(({ piece }) => piece !== file.piece)];
  }
}

/** The sentences of the note after opening. */
export function wordsOf({ song, view }: OpenedFile): {
  readonly found: string;
  readonly leftOut: readonly string[];
} {
  return { found: foundInWords(view), leftOut: leftOutInWords(song, view) };
}
