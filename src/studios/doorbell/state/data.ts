import { ok, type Result } from '../../../kernel/result.ts';
import type { StoredPart, StudioData } from '../../../platform/studio.ts';
import { storageFailure } from './messages.svelte.ts';
import { openAll, saveAll } from './saved.ts';
import { MessageStore } from './store.ts';

/** What Doorbell stores, for the device page. */
class DoorbellData implements StudioData {
  readonly #store: MessageStore;

  constructor(store: MessageStore) {
    this.#store = store;
  }

  stored(): Promise<Result<readonly StoredPart[]>> {
    return attempt('counting what is stored', async () => {
      const { list, trash } = await this.#store.bytes();
      return [
        { name: 'Messages at the door', bytes: list },
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
    return ok(`Doorbell: added ${read.value === 1 ? 'one message' : `${read.value} messages`}.`);
  }

  deleteAll(): Promise<Result<number | undefined>> {
    return attempt('deleting the messages', async () => {
      const nowMs = Date.now();
      await this.#store.setDeleted(
        (await this.#store.list()).map(({ id }) => id),
        nowMs,
      );
      return nowMs;
    });
  }

  undoDelete(key: number): Promise<Result<void>> {
    return attempt('bringing the messages back', () => this.#store.undelete(key));
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
