import type { DBSchema, IDBPDatabase, StoreNames } from 'idb';
import { openDatabase } from '../../../platform/storage/database.ts';
import type { StorageError } from '../../../platform/storage/errors.ts';
import { transact } from '../../../platform/storage/transact.ts';
import { readMessage, type Message } from '../engine/message.ts';

interface MessageRow extends Message {
  /** 0: it is in the list. */
  readonly deletedAtMs: number;
}

/** Sound comes in parts, as it is recorded: what is there when the tab ends is kept. */
interface SoundRow {
  readonly id: string;
  readonly part: number;
  readonly bytes: ArrayBuffer;
}

/** What visitors hear instead of the spoken text. */
export interface Greeting {
  /** BCP 47. */
  readonly language: string;
  /** Media type; may be empty. */
  readonly type: string;
  readonly bytes: ArrayBuffer;
}

interface DoorbellSchema extends DBSchema {
  messages: { key: string; value: MessageRow };
  sounds: { key: [string, number]; value: SoundRow };
  /** Under `settings` what a person set; under `deleted:` and a time what was deleted then with everything else. */
  settings: { key: string; value: unknown };
  greetings: { key: string; value: Greeting };
}

const ALL = ['messages', 'sounds', 'settings', 'greetings'] satisfies StoreNames<DoorbellSchema>[];

/** What was deleted can come back for so long. */
const TRASH_MS = 24 * 60 * 60 * 1000;
const SETTINGS = 'settings';
const DELETED = 'deleted:';

/** What goes with the messages when everything is deleted. */
interface DeletedRest {
  readonly settings: unknown;
  readonly greetings: readonly Greeting[];
  readonly local: LocalMemory;
}
type LocalMemory = Readonly<Record<string, string>>;

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const partsOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** Messages, their sounds and the settings of this browser; each change is one transaction on the row as it is then. */
export class MessageStore {
  readonly #database: IDBPDatabase<DoorbellSchema>;

  private constructor(database: IDBPDatabase<DoorbellSchema>) {
    this.#database = database;
  }

  /** @throws StorageError when it cannot be opened */
  static async open(
    onLost: (reason: StorageError) => void,
    name = 'atelier-doorbell',
  ): Promise<MessageStore> {
    return new MessageStore(
      await openDatabase<DoorbellSchema>({
        name,
        migrations: [
          (fresh) => {
            fresh.createObjectStore('messages', { keyPath: 'id' });
            fresh.createObjectStore('sounds', { keyPath: ['id', 'part'] });
            fresh.createObjectStore('settings');
          },
          (second) => {
            second.createObjectStore('greetings', { keyPath: 'language' });
          },
        ],
        onLost,
      }),
    );
  }

  /** Those that are not deleted, the newest first. */
  async list(): Promise<readonly Message[]> {
    const rows = await this.#database.getAll('messages');
    return rows
      .filter(({ deletedAtMs }) => deletedAtMs === 0)
      .map(readMessage)
      .filter((message) => message !== undefined)
      .sort((a, b) => b.atMs - a.atMs);
  }

  /** @throws StorageError; what was stored before is intact then */
  async add(
    messages: readonly { readonly message: Message; readonly sound?: ArrayBuffer | undefined }[],
  ): Promise<void> {
    await transact(this.#database, ['messages', 'sounds'], 'keeping the message', async (transaction) => {
      for (const { message, sound } of messages) {
        await transaction.objectStore('messages').put({ ...message, deletedAtMs: 0 });
        // A message that lies in the trash may come back from a file: of its old recording nothing stays.
        await transaction.objectStore('sounds').delete(partsOf(message.id));
        if (sound !== undefined)
          await transaction.objectStore('sounds').put({ id: message.id, part: 0, bytes: sound });
      }
    });
  }

  /** Changes some fields of a message as it stands now, whoever changed the others meanwhile. */
  async change(id: string, fields: Partial<Message>): Promise<void> {
    await transact(this.#database, ['messages'], 'keeping the message', async (transaction) => {
      const row = await transaction.store.get(id);
      if (row !== undefined) await transaction.store.put({ ...row, ...fields, id });
    });
  }

  async addSound(id: string, part: number, bytes: ArrayBuffer): Promise<void> {
    await transact(this.#database, ['sounds'], 'keeping the recording', (transaction) =>
      transaction.store.put({ id, part, bytes }),
    );
  }

  /** The recording of a message; undefined when there is none. */
  async sound({ id, soundType }: Message): Promise<Blob | undefined> {
    const parts = await this.#database.getAll('sounds', partsOf(id));
    return parts.length === 0
      ? undefined
      : new Blob(
          parts.map(({ bytes }) => bytes),
          { type: soundType },
        );
  }

  /** Puts messages into the trash, or takes them out of it. */
  async setDeleted(ids: readonly string[], deletedAtMs: number): Promise<void> {
    await transact(this.#database, ['messages'], 'deleting messages', async (transaction) => {
      for (const id of ids) {
        const row = await transaction.store.get(id);
        if (row !== undefined) await transaction.store.put({ ...row, deletedAtMs });
      }
    });
  }

  /** Puts everything into the trash: messages, greetings, settings, and what the browser keeps beside this store. */
  async deleteAll(deletedAtMs: number, local: LocalMemory): Promise<void> {
    await transact(this.#database, ALL, 'deleting everything', async (transaction) => {
      const messages = transaction.objectStore('messages');
      for (let at = await messages.openCursor(); at !== null; at = await at.continue())
        if (at.value.deletedAtMs === 0) await at.update({ ...at.value, deletedAtMs });
      const settings = transaction.objectStore('settings');
      const greetings = transaction.objectStore('greetings');
      const rest: DeletedRest = {
        settings: await settings.get(SETTINGS),
        greetings: await greetings.getAll(),
        local,
      };
      await settings.put(rest, `${DELETED}${deletedAtMs}`);
      await settings.delete(SETTINGS);
      await greetings.clear();
    });
  }

  /** Takes out of the trash what was put there at one moment; what was set since stays. */
  async undelete(deletedAtMs: number): Promise<LocalMemory> {
    return transact(this.#database, ALL, 'bringing everything back', async (transaction) => {
      const messages = transaction.objectStore('messages');
      for (let at = await messages.openCursor(); at !== null; at = await at.continue())
        if (at.value.deletedAtMs === deletedAtMs) await at.update({ ...at.value, deletedAtMs: 0 });
      const settings = transaction.objectStore('settings');
      const greetings = transaction.objectStore('greetings');
      const key = `${DELETED}${deletedAtMs}`;
      const rest = (await settings.get(key)) as DeletedRest | undefined;
      if (rest === undefined) return {};
      const own = asObject(await settings.get(SETTINGS));
      if (rest.settings !== undefined) await settings.put({ ...asObject(rest.settings), ...own }, SETTINGS);
      for (const greeting of rest.greetings)
        if ((await greetings.getKey(greeting.language)) === undefined) await greetings.put(greeting);
      await settings.delete(key);
      return rest.local;
    });
  }

  /** What has been in the trash for a day goes for good; `all`: everything in it. */
  async emptyTrash(nowMs: number, all = false): Promise<void> {
    await transact(this.#database, ALL, 'emptying the trash', async (transaction) => {
      const settings = transaction.objectStore('settings');
      for (const key of await settings.getAllKeys()) {
        const isOld = all || nowMs - Number(key.slice(DELETED.length)) > TRASH_MS;
        if (key.startsWith(DELETED) && isOld) await settings.delete(key);
      }
      const messages = transaction.objectStore('messages');
      for (let at = await messages.openCursor(); at !== null; at = await at.continue()) {
        const { id, deletedAtMs } = at.value;
        if (deletedAtMs === 0 || (!all && nowMs - deletedAtMs <= TRASH_MS)) continue;
        await transaction.objectStore('sounds').delete(partsOf(id));
        await at.delete();
      }
    });
  }

  greetings(): Promise<readonly Greeting[]> {
    return this.#database.getAll('greetings');
  }

  async putGreeting(greeting: Greeting): Promise<void> {
    await transact(this.#database, ['greetings'], 'keeping the greeting', (transaction) =>
      transaction.store.put(greeting),
    );
  }

  async removeGreeting(language: string): Promise<void> {
    await transact(this.#database, ['greetings'], 'deleting the greeting', (transaction) =>
      transaction.store.delete(language),
    );
  }

  async settings(): Promise<unknown> {
    return this.#database.get('settings', SETTINGS);
  }

  /** Changes some settings as they stand now. */
  async changeSettings(fields: object): Promise<void> {
    await transact(this.#database, ['settings'], 'keeping the settings', async (transaction) => {
      const stored = await transaction.store.get(SETTINGS);
      await transaction.store.put({ ...asObject(stored), ...fields }, SETTINGS);
    });
  }

  /** Bytes of a message with its recording. */
  async size(message: Message): Promise<number> {
    const parts = await this.#database.getAll('sounds', partsOf(message.id));
    return parts.reduce((sum, { bytes }) => sum + bytes.byteLength, JSON.stringify(message).length);
  }

  /** Bytes of each kind of what is stored, and of the trash. */
  async bytes(): Promise<Readonly<Record<'list' | 'greetings' | 'settings' | 'trash', number>>> {
    const sums = { list: 0, greetings: 0, settings: 0, trash: 0 };
    for (const key of await this.#database.getAllKeys('settings')) {
      const value = await this.#database.get('settings', key);
      const bytes = JSON.stringify(value).length;
      if (!key.startsWith(DELETED)) sums.settings += bytes;
      else
        sums.trash +=
          bytes + (value as DeletedRest).greetings.reduce((sum, each) => sum + each.bytes.byteLength, 0);
    }
    const isDeleted = new Map<string, boolean>();
    for (const row of await this.#database.getAll('messages')) {
      isDeleted.set(row.id, row.deletedAtMs !== 0);
      sums[row.deletedAtMs === 0 ? 'list' : 'trash'] += JSON.stringify(row).length;
    }
    for (const { bytes } of await this.greetings()) sums.greetings += bytes.byteLength;
    const transaction = this.#database.transaction('sounds');
    for (let at = await transaction.store.openCursor(); at !== null; at = await at.continue())
      sums[isDeleted.get(at.value.id) === false ? 'list' : 'trash'] += at.value.bytes.byteLength;
    return sums;
  }

  close(): void {
    this.#database.close();
  }
}
