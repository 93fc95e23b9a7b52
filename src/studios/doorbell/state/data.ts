import { ok, type Result } from '../../../kernel/result.ts';
import type { StoredPart, StudioData } from '../../../platform/studio.ts';
import { storageFailure, tellTabs } from './messages.svelte.ts';
import { forgetLocalMemory, localMemory, recallLocalMemory } from './local-memory.ts';
import { openAll, openedWords, saveAll } from './saved.ts';
import { MessageStore } from './store.ts';

/** What Doorbell stores, for the device page. */
class DoorbellData implements StudioData {
  readonly #store: MessageStore;

  constructor(store: MessageStore) {
    this.#store = store;
  }

  stored(): Promise<Result<readonly StoredPart[]>> {
    return attempt('counting what is stored', async () => {
      const { list, greetings, settings, trash } = await this.#store.bytes();
      const set = settings + Object.values(localMemory()).reduce((sum, { length }) => sum + length, 0);
      return [
        { name: 'Messages at the door', bytes: list },
        { name: 'Recorded greetings', bytes: greetings },
        { name: 'Settings', bytes: set },
        { name: 'In the trash', bytes: trash, isTrash: true },
      ];
    });
  }

  save(): Promise<Result<Blob>> {
    return attempt('saving to a file', async () =>
      saveAll(this.#store, await this.#store.list(), (message) => this.#store.sound(message)),
    );
  }

  async open(file: Blob): Promise<Result<string>> {
    const opened = await attempt('opening the saved file', () =>
      openAll(this.#store, file, 'The part of Doorbell'),
    );
    if (!opened.ok) return opened;
    const read = opened.value;
    if (!read.ok) return read;
    tellTabs();
    return ok(`Doorbell: ${openedWords(read.value)}`);
  }

  deleteAll(): Promise<Result<number | undefined>> {
    return attempt('deleting everything', async () => {
      const nowMs = Date.now();
      await this.#store.deleteAll(nowMs, localMemory());
      forgetLocalMemory();
      tellTabs();
      return nowMs;
    });
  }

  undoDelete(key: number): Promise<Result<void>> {
    return attempt('bringing everything back', async () => {
      recallLocalMemory(await this.#store.undelete(key));
      tellTabs();
    });
  }

  emptyTrash(): Promise<Result<void>> {
    return attempt('emptying the trash', () => this.#store.emptyTrash(Date.now(), true));
  }

  close(): void {
    this.#store.close();
  }
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return { ok: false, error: storageFailure(thrown, doing) };
  }
}

/** Opens Doorbell's store. @throws StorageError when it cannot be opened */
export const openDoorbellData = async (): Promise<StudioData> =>
  new DoorbellData(await MessageStore.open(() => undefined));
