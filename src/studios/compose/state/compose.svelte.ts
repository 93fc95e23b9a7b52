import { createContext } from 'svelte';
import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { randomId } from '../../../platform/random-id.ts';
import { StorageError, toStorageError } from '../../../platform/storage/errors.ts';
import { requestWriterLock, type WriterLock } from '../../../platform/storage/writer-lock.ts';
import { emptyDraft, type Composition, type Draft, type Version } from '../engine/composition.ts';
import { ComposeDocument } from './document.svelte.ts';
import { readFile, writeFile } from './file.ts';
import { Keyboard } from './keyboard.svelte.ts';
import { Player } from './player.svelte.ts';
import { Runner } from './run.svelte.ts';
import { Shortcuts } from './shortcuts.svelte.ts';
import { PieceStore, WRITER_LOCK } from './store.ts';

/** Everything of the Compose page that is not drawing. Made by `openCompose`, closed by the page when it goes. */
export class Compose {
  readonly player: Player;
  readonly keyboard: Keyboard;
  readonly runner: Runner;
  readonly shortcuts = new Shortcuts();
  readonly #store: PieceStore;
  #lock: WriterLock | undefined;
  #writer = $state(false);
  #hasLock = false;
  #shelf = $state.raw<readonly Composition[]>([]);
  #document = $state.raw<ComposeDocument>(new ComposeDocument(freshPiece(emptyDraft('Untitled'))));
  #error = $state.raw<StudioError | undefined>();
  /** What waits to be written: the latest state of each composition. */
  readonly #dirty = new Map<string, Composition>();
  /** Compositions that were open since the page was opened. */
  readonly #documents = new Map<string, ComposeDocument>();
  /** Deleted: a run that ends late must not bring them back. */
  readonly #deleted = new Set<string>();
  #writing: Promise<void> | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(store: PieceStore) {
    this.#store = store;
    this.player = new Player(() => ({
      score: this.shownScore,
      mixer: this.#document.mixer,
      partOf: this.#document.partOf,
    }));
    this.runner = new Runner(
      () => this.#document,
      (pitchMidi) => {
        if (!this.player.isPlaying) this.player.touch(pitchMidi, 60, 1);
      },
    );
    this.keyboard = new Keyboard(this.player, () => this.#document);
  }

  get document(): ComposeDocument {
    return this.#document;
  }
  /** The score on the roll: that of a run under way, or the document's. */
  get shownScore() {
    return this.runner.live ?? this.#document.score;
  }
  /** Whether this tab may change anything; another tab has that right otherwise. */
  get writer(): boolean {
    return this.#writer;
  }
  /** Compositions, the one that was changed last first. */
  get shelf(): readonly Composition[] {
    return this.#shelf;
  }
  /** Whether nothing but playing may be done now: another tab writes, a run or a recording is under way. */
  get isBusy(): boolean {
    return !this.#writer || this.runner.progress !== undefined || this.keyboard.isRecording;
  }
  /** Why the last change is not kept. */
  get error(): StudioError | undefined {
    return this.#error;
  }

  /**
   * Asks for the right to write, and opens a composition.
   *
   * @param wanted which one; another when it is not there
   */
  async open(wanted: string | undefined): Promise<void> {
    this.#lock = await requestWriterLock(WRITER_LOCK, {
      onChange: (held) => {
        this.#hasLock = held;
        if (!held || !this.#isOpen) this.#writer = held;
        // What the other tab has written until now is what counts: nothing is written before it is read.
        else
          void this.#reload(this.#document.id).then(() => {
            this.#writer = this.#hasLock && !this.#isClosed;
          });
      },
    });
    await this.#reload(wanted);
    this.#isOpen = true;
    void this.keyboard.listenIfAllowed();
    if (this.#writer) void this.#attempt(() => this.#store.emptyTrash(Date.now()));
  }

  /** Opens a composition of the shelf. */
  show(id: string): void {
    const found = this.#shelf.find((piece) => piece.id === id);
    if (found !== undefined && id !== this.#document.id) this.#use(found);
  }

  /** Begins a new composition, and opens it. */
  create(draft: Draft, versions: readonly Version[] = []): void {
    this.#end();
    // Younger than what that has just kept, so that it is the one that is opened next time.
    const changedAtMs = Math.max(Date.now(), this.#document.composition.changedAtMs + 1);
    const piece = { ...freshPiece(draft), versions, changedAtMs };
    this.#use(piece);
    this.#keep(piece);
  }

  duplicate(id: string): void {
    const piece = this.#shelf.find((one) => one.id === id);
    if (piece !== undefined)
      this.create({ ...piece.draft, title: `${piece.draft.title} (copy)` }, piece.versions);
  }

  /** @returns brings it back */
  async remove(id: string): Promise<(() => void) | undefined> {
    // What a run has made so far is deleted with it, and comes back with it.
    if (this.#document.id === id) this.#end();
    await this.#write();
    this.#dirty.delete(id);
    const done = await this.#attempt(() => this.#store.setDeleted([id], Date.now()));
    if (!done) return undefined;
    this.#deleted.add(id);
    this.#shelf = this.#shelf.filter((piece) => piece.id !== id);
    if (this.#document.id === id) this.#useFirst();
    return () => {
      this.#deleted.delete(id);
      void this.#attempt(() => this.#store.setDeleted([id], 0)).then(() => this.#reload(id));
    };
  }

  /** One file that holds every composition. */
  async save(): Promise<Blob> {
    return writeFile(this.#shelf);
  }

  /** Adds what a saved file holds, under new names where they are taken. @returns how many compositions it held */
  async restore(file: File): Promise<Result<number>> {
    const read = await readFile(file, file.name);
    if (!read.ok) return read;
    const taken = new Set(this.#shelf.map(({ id }) => id));
    const added = read.value.map((piece) => (taken.has(piece.id) ? { ...piece, id: randomId() } : piece));
    try {
      await this.#store.put(added);
    } catch (thrown) {
      return storageFailure(thrown);
    }
    // One that was deleted before is here again: its changes are kept like any other's.
    for (const { id } of added) this.#deleted.delete(id);
    await this.#reload(added[0]?.id);
    return ok(added.length);
  }

  /** The store was taken away: by a newer version of the site, or by the browser. What is on the roll can still be exported. */
  lose(reason: StorageError): void {
    this.#writer = false;
    this.#error = storageFailure(reason).error;
  }

  close(): void {
    this.keyboard.stopRecording();
    this.keyboard.close();
    this.player.close();
    this.runner.close();
    this.#isClosed = true;
    void (this.#writing ?? Promise.resolve()).then(() => {
      this.#lock?.release();
      this.#store.close();
    });
  }

  async #reload(wanted: string | undefined): Promise<void> {
    const loaded = await this.#attempt(async () => {
      this.#shelf = await this.#store.list();
    });
    if (!loaded || this.#isClosed) return;
    const found = this.#shelf.find(({ id }) => id === wanted);
    if (found !== undefined) this.#use(found);
    else this.#useFirst();
  }

  #useFirst(): void {
    const [first] = this.#shelf;
    this.#use(first ?? freshPiece(emptyDraft('Untitled')));
  }

  #use(piece: Composition): void {
    this.#end();
    this.player.startStep = 0;
    this.runner.forget();
    this.runner.stopThinking();
    const known = this.#documents.get(piece.id);
    // With its undo, unless another tab has changed it since.
    this.#document =
      known?.composition.changedAtMs === piece.changedAtMs
        ? known
        : new ComposeDocument(piece, (changed) => this.#keep(changed));
    this.#documents.set(piece.id, this.#document);
  }

  /** What was recorded or composed so far belongs to the piece that it was made for. */
  #end(): void {
    this.keyboard.stopRecording();
    this.player.stop();
    this.runner.end();
  }

  /** Every change is written at once; what comes while one is written goes together. */
  #keep(piece: Composition): void {
    if (this.#isClosed || this.#deleted.has(piece.id)) return;
    this.#shelf = [piece, ...this.#shelf.filter(({ id }) => id !== piece.id)];
    if (!this.#writer) return;
    this.#dirty.set(piece.id, piece);
    void this.#write();
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().then((isWritten) => {
      this.#writing = undefined;
      if (isWritten && this.#dirty.size > 0) return this.#write();
      return undefined;
    });
    return this.#writing;
  }

  /** @returns false when something could not be kept */
  async #writeAll(): Promise<boolean> {
    while (this.#dirty.size > 0) {
      const pieces = [...this.#dirty.values()];
      this.#dirty.clear();
      if (await this.#attempt(() => this.#store.put(pieces))) continue;
      // It stays to be written with the next change.
      for (const piece of pieces) if (!this.#dirty.has(piece.id)) this.#dirty.set(piece.id, piece);
      return false;
    }
    return true;
  }

  /** Tries again to write what could not be kept. */
  async retry(): Promise<void> {
    await this.#write();
  }

  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.#error = undefined;
      return true;
    } catch (thrown) {
      if (!this.#isClosed) this.#error = storageFailure(thrown).error;
      return false;
    }
  }
}

function storageFailure(thrown: unknown): { readonly ok: false; readonly error: StudioError } {
  const { code, message, hint, retryable } =
    thrown instanceof StorageError ? thrown : toStorageError(thrown, 'keeping the composition');
  return fail(code, message, {
    hint:
      code === 'quota'
        ? 'Delete compositions you no longer need or free space on the disk, then try again.'
        : hint,
    retryable: retryable || code === 'quota',
    cause: describe(thrown),
  });
}

const freshPiece = (draft: Draft): Composition => {
  const nowMs = Date.now();
  return { id: randomId(), createdAtMs: nowMs, changedAtMs: nowMs, draft, versions: [] };
};

/**
 * Opens the store and the page's state over it.
 *
 * @param wanted the composition that the address names
 */
export async function openCompose(wanted: string | undefined): Promise<Result<Compose>> {
  try {
    const state: { compose?: Compose } = {};
    const store = await PieceStore.open((reason) => state.compose?.lose(reason));
    const compose = new Compose(store);
    state.compose = compose;
    await compose.open(wanted);
    return ok(compose);
  } catch (thrown) {
    return storageFailure(thrown);
  }
}

export const [getCompose, setCompose] = createContext<Compose>();
