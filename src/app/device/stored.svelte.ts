import { pack, unpack } from '../../platform/bundle.ts';
import type { StoredPart, StudioData, StudioDoor } from '../../platform/studio.ts';
import type { Result, StudioError } from '../../kernel/result.ts';
import type { TaskView } from '../../ui/task.ts';
import type { Toasts } from '../../ui/toasts.svelte.ts';
import { OpenStudios } from './open-studios.ts';

/** What one studio stores, as a row of the page. */
export interface StoredStudio {
  readonly id: string;
  readonly title: string;
  /** Undefined until it has been counted. */
  readonly parts: readonly StoredPart[] | undefined;
  readonly error?: StudioError | undefined;
}

const sum = (parts: readonly StoredPart[]): number => parts.reduce((total, { bytes }) => total + bytes, 0);
const REST: TaskView = { kind: 'idle', text: '' };

/** What the studios store, and what a person can do with it: save it all, read it back, delete it. */
export class StoredData {
  #studios = $state.raw<readonly StoredStudio[]>([]);
  #task = $state.raw<TaskView>(REST);
  #stopping: AbortController | undefined;
  readonly #open: OpenStudios;
  readonly #toasts: Toasts;
  /** Messages that offer an undo, and the studio of each: only this page can keep what they promise. */
  readonly #offers = new Map<number, string>();

  constructor(doors: readonly StudioDoor[], toasts: Toasts) {
    this.#open = new OpenStudios(doors);
    this.#studios = this.#open.doors.map(({ id, title }) => ({ id, title, parts: undefined }));
    this.#toasts = toasts;
  }

  get studios(): readonly StoredStudio[] {
    return this.#studios;
  }

  get task(): TaskView {
    return this.#task;
  }

  get isRunning(): boolean {
    return this.#task.kind === 'running';
  }

  /** What a studio stores, without what was deleted. */
  bytesOf({ parts = [] }: StoredStudio): number {
    return sum(parts.filter(({ isTrash }) => isTrash !== true));
  }

  /** What was deleted in a studio and can still come back. */
  trashOf({ parts = [] }: StoredStudio): number {
    return sum(parts.filter(({ isTrash }) => isTrash === true));
  }

  /** Asks every studio what it stores. */
  async refresh(): Promise<void> {
    this.#studios = await Promise.all(
      this.#open.doors.map(async ({ id, title }): Promise<StoredStudio> => {
        const stored = await this.#open.use(id, (data) => data.stored());
        return stored.ok ? { id, title, parts: stored.value } : { id, title, parts: [], error: stored.error };
      }),
    );
    for (const studio of this.#studios)
      if (studio.error === undefined && this.trashOf(studio) === 0) this.#withdraw(studio.id);
  }

  /** Saves every studio into one file; undefined when it failed or was stopped. */
  async saveAll(): Promise<Blob | undefined> {
    const saved: [studio: string, file: Blob][] = [];
    for (const { id, title } of this.#open.doors) {
      const part = await this.#run(`Saving ${title}`, id, (data, options) => data.save(options));
      if (part === undefined) return undefined;
      saved.push([id, part]);
    }
    this.#task = { kind: 'done', text: 'Everything was saved to a file.' };
    return pack(saved);
  }

  /** Reads a file in which everything was saved. */
  async openAll(file: File): Promise<void> {
    const parts = await unpack(file);
    if (!parts.ok) {
      this.#task = { kind: 'failed', error: parts.error };
      return;
    }
    const added: string[] = [];
    for (const [id, part] of parts.value) {
      const door = this.#open.doors.find((studio) => studio.id === id);
      const what = await this.#run(`Reading ${door?.title ?? id}`, id, (data, options) =>
        data.open(part, options),
      );
      if (what === undefined) return;
      added.push(what);
    }
    this.#task = { kind: 'done', text: added.join(' ') };
    await this.refresh();
  }

  /** Deletes what a studio stores; the message that says so can take it back. */
  async deleteAll(studio: StoredStudio): Promise<void> {
    const deleted = await this.#open.use(studio.id, (data) => data.deleteAll());
    if (!deleted.ok) {
      this.#task = { kind: 'failed', error: deleted.error };
      return;
    }
    await this.refresh();
    if (this.#open.isClosed) return;
    const key = deleted.value;
    const text = `Everything in ${studio.title} was deleted.`;
    if (key === undefined) this.#toasts.show(`${text} It is gone for good: there was no room to keep it.`);
    else
      this.#offers.set(
        this.#toasts.show(text, () => void this.#undo(studio, key)),
        studio.id,
      );
  }

  /** What was deleted in a studio goes for good. */
  async emptyTrash(studio: StoredStudio): Promise<void> {
    const emptied = await this.#open.use(studio.id, (data) => data.emptyTrash());
    this.#task = emptied.ok
      ? { kind: 'done', text: `The trash of ${studio.title} is empty.` }
      : { kind: 'failed', error: emptied.error };
    await this.refresh();
  }

  async #undo(studio: StoredStudio, key: number): Promise<void> {
    const undone = await this.#open.use(studio.id, (data) => data.undoDelete(key));
    this.#task = undone.ok
      ? { kind: 'done', text: `Everything in ${studio.title} is back.` }
      : { kind: 'failed', error: undone.error };
    await this.refresh();
  }

  /** Lets go of every studio's store. */
  async close(): Promise<void> {
    this.#stopping?.abort();
    for (const { id } of this.#studios) this.#withdraw(id);
    await this.#open.close();
  }

  /** Takes back the messages that offer an undo in a studio. */
  #withdraw(studio: string): void {
    for (const [toast, of] of this.#offers) {
      if (of !== studio) continue;
      this.#toasts.dismiss(toast);
      this.#offers.delete(toast);
    }
  }

  async #run<T>(
    name: string,
    id: string,
    call: (data: StudioData, options: Parameters<StudioData['save']>[0]) => Promise<Result<T>>,
  ): Promise<T | undefined> {
    const stopping = new AbortController();
    this.#stopping = stopping;
    let isOver = false;
    const show = (done: number, total: number): void => {
      // Progress travels on a port of its own and may come after the answer.
      if (isOver) return;
      this.#task = {
        kind: 'running',
        name,
        text: `${name}.`,
        progress: { phase: name, done, total, unit: 'bytes' },
        onstop: () => stopping.abort(),
      };
    };
    show(0, 0);
    const result = await this.#open.use(id, (data) =>
      call(data, { signal: stopping.signal, onProgress: ({ done, total }) => show(done, total) }),
    );
    isOver = true;
    if (result.ok) return result.value;
    this.#task = stopping.signal.aborted
      ? { kind: 'cancelled', text: 'Stopped; nothing was changed.' }
      : { kind: 'failed', error: result.error };
    return undefined;
  }
}
