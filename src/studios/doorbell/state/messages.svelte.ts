import { Serial } from '../../../kernel/serial.ts';
import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { StorageError, toStorageError } from '../../../platform/storage/errors.ts';
import { abandoned, type Message } from '../engine/message.ts';
import type { VisitProblem } from '../engine/visit.ts';
import { openAll, saveAll, type Opened } from './saved.ts';
import { SearchText } from './search-text.ts';
import type { MessageStore } from './store.ts';

export type { Message } from '../engine/message.ts';

const CHANNEL = 'atelier-doorbell';
/** Words that are typed are kept after such a pause, ms. */
const TYPING_MS = 400;

/** Whoever changed the store beside the page of the studio tells its tabs. */
export function tellTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  for (const what of ['messages', 'settings']) channel.postMessage(what);
  channel.close();
}

/** A failure of the store in words. */
export function storageFailure(thrown: unknown, doing: string): StudioError {
  const { code, message, hint, retryable } =
    thrown instanceof StorageError ? thrown : toStorageError(thrown, doing);
  return fail(code, message, {
    hint: code === 'quota' ? 'Delete messages you no longer need or free space on the disk.' : hint,
    retryable,
    cause: describe(thrown),
  }).error;
}

/** The list of messages, the same in every tab. */
export class Messages {
  readonly #store: MessageStore;
  readonly #channel = new BroadcastChannel(CHANNEL);
  #list = $state.raw<readonly Message[]>([]);
  #error = $state.raw<StudioError | undefined>();
  query = $state('');
  /** Messages that could not be kept, and sounds that could not; they last as long as the tab. */
  readonly #loose = new Map<string, Message>();
  /** By message and part. */
  readonly #looseSounds = new Map<string, Map<number, Blob>>();
  readonly #typed = new Map<string, { timer: ReturnType<typeof setTimeout>; transcript: string }>();
  readonly #onSettings: () => void;
  readonly #writes = new Serial();
  readonly #search = new SearchText();
  #edits = 0;

  /** @param onSettings another tab has changed the settings */
  constructor(store: MessageStore, onSettings: () => void) {
    this.#store = store;
    this.#onSettings = onSettings;
    this.#channel.onmessage = ({ data }) => {
      if (data === 'settings') this.#onSettings();
      else void this.reload();
    };
  }

  /** All, the newest first. */
  get all(): readonly Message[] {
    return this.#list;
  }
  /** Those that fit what is searched for. */
  readonly found = $derived(this.#search.find(this.#list, this.query));
  /** Somebody is about to search. */
  prepareSearch(): Promise<void> {
    return this.#search.prepare(this.#list);
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /** Reads the list again. */
  async reload(): Promise<void> {
    await this.attempt('reading the messages', async () => {
      if (this.#loose.size + this.#looseSounds.size > 0) await this.#keepLoose();
      let stored: readonly Message[];
      let edits: number;
      // What is changed while the list is read is not in it: then it is read once more, when that is written.
      do {
        edits = this.#edits;
        await this.#writes.run(() => Promise.resolve());
        stored = await this.#store.list();
      } while (edits !== this.#edits);
      this.#list = [...this.#loose.values(), ...stored.filter(({ id }) => !this.#loose.has(id))]
        .map((message) => ({ ...message, ...this.#typedFor(message.id) }))
        .sort((a, b) => b.atMs - a.atMs);
    });
  }

  /** Visits that no tab plays any more end as they are. Only the tab that is the doorbell may know. */
  async endAbandoned(): Promise<void> {
    for (const message of this.#list) {
      const { state, problems } = abandoned(message);
      if (state !== message.state) await this.change(message.id, { state, problems });
    }
  }

  #typedFor(id: string): { transcript?: string } {
    const transcript = this.#typed.get(id)?.transcript;
    return transcript === undefined ? {} : { transcript };
  }

  /** @returns why it is not kept */
  async add(message: Message): Promise<VisitProblem | undefined> {
    this.#edits += 1;
    this.#list = [message, ...this.#list];
    const isKept = await this.attempt('keeping the message', () =>
      this.#writes.run(() => this.#store.add([{ message }])),
    );
    if (isKept) return undefined;
    this.#loose.set(message.id, message);
    return 'not-kept';
  }

  async change(id: string, fields: Partial<Message>): Promise<void> {
    this.#edits += 1;
    this.#list = this.#list.map((message) => (message.id === id ? { ...message, ...fields } : message));
    const loose = this.#loose.get(id);
    if (loose !== undefined) this.#loose.set(id, { ...loose, ...fields });
    else if (
      !(await this.attempt('keeping the message', () =>
        this.#writes.run(() => this.#store.change(id, fields)),
      ))
    ) {
      // As it is in this tab, until there is room.
      const message = this.#list.find((each) => each.id === id);
      if (message !== undefined) this.#loose.set(id, message);
    }
  }

  /** The visit is over: what there was no room for is tried once more. */
  async end(id: string, fields: Partial<Message>): Promise<void> {
    await this.change(id, fields);
    if (this.#loose.size + this.#looseSounds.size > 0) await this.reload();
  }

  /** Words as they are typed; kept after a pause. */
  type(id: string, transcript: string): void {
    this.#list = this.#list.map((message) => (message.id === id ? { ...message, transcript } : message));
    clearTimeout(this.#typed.get(id)?.timer);
    this.#typed.set(id, { transcript, timer: setTimeout(() => void this.keepTyped(id), TYPING_MS) });
  }

  async keepTyped(id: string): Promise<void> {
    const typed = this.#typed.get(id);
    if (typed === undefined) return;
    clearTimeout(typed.timer);
    this.#typed.delete(id);
    await this.change(id, { transcript: typed.transcript });
  }

  /** Keeps the next part of a recording. @returns whether it is in the store */
  async addSound(id: string, part: number, blob: Blob): Promise<boolean> {
    const isLoose = this.#loose.has(id) || this.#looseSounds.has(id);
    const bytes = await blob.arrayBuffer();
    if (
      !isLoose &&
      (await this.attempt('keeping the recording', () => this.#store.addSound(id, part, bytes), true))
    )
      return true;
    const parts = this.#looseSounds.get(id) ?? new Map<number, Blob>();
    this.#looseSounds.set(id, parts.set(part, blob));
    return false;
  }

  /** What there was no room for is tried again. */
  async #keepLoose(): Promise<void> {
    const stored = new Set((await this.#store.list()).map(({ id }) => id));
    for (const [id, message] of this.#loose) {
      const kept = { ...message, problems: message.problems.filter((problem) => problem !== 'not-kept') };
      const keep = (): Promise<void> =>
        stored.has(id) ? this.#store.change(id, kept) : this.#store.add([{ message: kept }]);
      if (!(await this.attempt('keeping the message', keep, true))) return;
      this.#loose.delete(id);
    }
    for (const [id, parts] of this.#looseSounds) {
      for (const [part, blob] of parts) {
        const bytes = await blob.arrayBuffer();
        if (!(await this.attempt('keeping the recording', () => this.#store.addSound(id, part, bytes), true)))
          return;
        parts.delete(part);
      }
      this.#looseSounds.delete(id);
      const message = (await this.#store.list()).find((each) => each.id === id);
      const problems = message?.problems.filter((problem) => problem !== 'storage-full');
      if (problems !== undefined) await this.#store.change(id, { problems });
    }
  }

  /** The recording of a message, undefined when there is none. */
  async sound(message: Message): Promise<Blob | undefined> {
    let stored: Blob | undefined;
    await this.attempt(
      'reading the recording',
      async () => {
        stored = await this.#store.sound(message);
      },
      true,
    );
    const loose = this.#looseSounds.get(message.id);
    return loose === undefined
      ? stored
      : new Blob([stored ?? '', ...loose.values()], { type: message.soundType });
  }

  /** @returns brings them back; undefined when they could not be deleted */
  async remove(ids: readonly string[]): Promise<(() => void) | undefined> {
    const removed = this.#list.filter(({ id }) => ids.includes(id));
    if (!(await this.attempt('deleting messages', () => this.#store.setDeleted(ids, Date.now()))))
      return undefined;
    for (const id of ids) this.#loose.delete(id);
    await this.reload();
    return () => {
      for (const message of removed)
        if (message.problems.includes('not-kept')) this.#loose.set(message.id, message);
      void this.attempt('bringing messages back', () => this.#store.setDeleted(ids, 0)).then(() =>
        this.reload(),
      );
    };
  }

  /** One file that holds every message, its recording, the settings, and a page to read it all. */
  save(): Promise<Blob> {
    return saveAll(this.#store, this.#list, (message) => this.sound(message));
  }

  /** Adds what a saved file holds. */
  async open(file: File): Promise<Result<Opened>> {
    try {
      const read = await openAll(this.#store, file, file.name);
      if (!read.ok) return read;
      for (const what of ['messages', 'settings']) this.#channel.postMessage(what);
      this.#onSettings();
      await this.reload();
      return ok(read.value);
    } catch (thrown) {
      return { ok: false, error: storageFailure(thrown, 'opening the saved file') };
    }
  }

  /**
   * Works on the store, and tells the other tabs.
   *
   * @param isQuiet a failure is told elsewhere, and other tabs need not know
   * @returns whether it succeeded
   */
  async attempt(doing: string, work: () => Promise<unknown>, isQuiet = false): Promise<boolean> {
    try {
      await work();
      if (!isQuiet) this.#error = undefined;
      if (!isQuiet && !doing.startsWith('reading'))
        this.#channel.postMessage(/settings|greeting/.test(doing) ? 'settings' : 'messages');
      return true;
    } catch (thrown) {
      if (!isQuiet) this.#error = storageFailure(thrown, doing);
      return false;
    }
  }

  /** The store was taken away. */
  lose(reason: StorageError): void {
    this.#error = storageFailure(reason, 'keeping messages');
  }

  /** What was typed last is still kept. */
  async close(): Promise<void> {
    await Promise.all([...this.#typed.keys()].map((id) => this.keepTyped(id)));
    this.#channel.close();
  }
}
