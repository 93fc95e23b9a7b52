import { randomId } from '../../../platform/random-id.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { toStorageError } from '../../../platform/storage/errors.ts';
import type { StoredPart, StudioData } from '../../../platform/studio.ts';
import { readFile, writeFile } from './file.ts';
import { requestWriterLock } from '../../../platform/storage/writer-lock.ts';
import { PieceStore, WRITER_LOCK } from './store.ts';

/** What Compose stores, for the device page. */
class ComposeData implements StudioData {
  readonly #store: PieceStore;

  constructor(store: PieceStore) {
    this.#store = store;
  }

  stored(): Promise<Result<readonly StoredPart[]>> {
    return attempt('counting what is stored', async () => {
      const { shelf, trash } = await this.#store.bytes();
      return [
        { name: 'Compositions', bytes: shelf },
        { name: 'In the trash', bytes: trash, isTrash: true },
      ];
    });
  }

  save(): Promise<Result<Blob>> {
    return attempt('saving to a file', async () => writeFile(await this.#store.list()));
  }

  async open(file: Blob): Promise<Result<string>> {
    const read = await readFile(file, 'The part of Compose');
    if (!read.ok) return read;
    return asWriter('opening the saved file', async () => {
      const taken = new Set((await this.#store.list()).map(({ id }) => id));
      await this.#store.put(
        read.value.map((piece) => (taken.has(piece.id) ? { ...piece, id: randomId() } : piece)),
      );
      return `Compose: added ${read.value.length === 1 ? 'one composition' : `${read.value.length} compositions`}.`;
    });
  }

  deleteAll(): Promise<Result<number | undefined>> {
    return asWriter('deleting the compositions', async () => {
      const pieces = await this.#store.list();
      const nowMs = Date.now();
      await this.#store.setDeleted(
        pieces.map(({ id }) => id),
        nowMs,
      );
      return nowMs;
    });
  }

  undoDelete(key: number): Promise<Result<void>> {
    return attempt('bringing the compositions back', () => this.#store.undelete(key));
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
    const { code, message, hint, retryable } = toStorageError(thrown, doing);
    return fail(code, message, { hint, retryable });
  }
}

/** Changes something as the one tab that may. */
async function asWriter<T>(doing: string, work: () => Promise<T>): Promise<Result<T>> {
  const lock = await requestWriterLock(WRITER_LOCK);
  try {
    if (lock.held) return await attempt(doing, work);
    return fail('busy', 'Compose is open in another tab, which has the right to change its compositions.', {
      hint: 'Close that tab, then try again.',
      retryable: true,
    });
  } finally {
    lock.release();
  }
}

/** Opens Compose's store. @throws StorageError when it cannot be opened */
export const openComposeData = async (): Promise<StudioData> =>
  new ComposeData(await PieceStore.open(() => undefined));
