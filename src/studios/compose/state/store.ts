import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from '../../../platform/storage/database.ts';
import type { StorageError } from '../../../platform/storage/errors.ts';
import { transact } from '../../../platform/storage/transact.ts';
import type { Composition } from '../engine/composition.ts';

interface PieceRow {
  readonly id: string;
  readonly changedAtMs: number;
  /** 0: it is on the shelf. */
  readonly deletedAtMs: number;
  readonly composition: Composition;
}

interface ComposeSchema extends DBSchema {
  pieces: { key: string; value: PieceRow };
}

/** What was deleted can come back for so long. */
const TRASH_MS = 24 * 60 * 60 * 1000;

/** The tab that holds it may change compositions. */
export const WRITER_LOCK = 'atelier-compose-writer';

/** The compositions of this browser. A composition is one row, written in one transaction. */
export class PieceStore {
  readonly #database: IDBPDatabase<ComposeSchema>;

  private constructor(database: IDBPDatabase<ComposeSchema>) {
    this.#database = database;
  }

  /** @throws StorageError when it cannot be opened */
  static async open(onLost: (reason: StorageError) => void, name = 'atelier-compose'): Promise<PieceStore> {
    return new PieceStore(
      await openDatabase<ComposeSchema>({
        name,
        migrations: [(fresh) => void fresh.createObjectStore('pieces', { keyPath: 'id' })],
        onLost,
      }),
    );
  }

  /** Those on the shelf, the one that was changed last first. */
  async list(): Promise<readonly Composition[]> {
    const rows = await this.#database.getAll('pieces');
    return rows
      .filter(({ deletedAtMs }) => deletedAtMs === 0)
      .sort((a, b) => b.changedAtMs - a.changedAtMs)
      .map(({ composition }) => composition);
  }

  /** @throws StorageError; what was stored before is intact then */
  async put(compositions: readonly Composition[]): Promise<void> {
    await transact(this.#database, ['pieces'], 'keeping the composition', (transaction) =>
      Promise.all(
        compositions.map((composition) =>
          transaction.objectStore('pieces').put({
            id: composition.id,
            changedAtMs: composition.changedAtMs,
            deletedAtMs: 0,
            composition,
          }),
        ),
      ),
    );
  }

  /** Puts compositions into the trash, or takes them out of it. */
  async setDeleted(ids: readonly string[], deletedAtMs: number): Promise<void> {
    await transact(this.#database, ['pieces'], 'deleting the composition', async (transaction) => {
      const pieces = transaction.objectStore('pieces');
      for (const id of ids) {
        const row = await pieces.get(id);
        if (row !== undefined) await pieces.put({ ...row, deletedAtMs });
      }
    });
  }

  /** Takes out of the trash what was put there at one moment. */
  async undelete(deletedAtMs: number): Promise<void> {
    await transact(this.#database, ['pieces'], 'bringing the compositions back', async (transaction) => {
      for (
        let at = await transaction.objectStore('pieces').openCursor();
        at !== null;
        at = await at.continue()
      )
        if (at.value.deletedAtMs === deletedAtMs) await at.update({ ...at.value, deletedAtMs: 0 });
    });
  }

  /** What has been in the trash for a day goes for good; `all`: everything in it. */
  async emptyTrash(nowMs: number, all = false): Promise<void> {
    await transact(this.#database, ['pieces'], 'emptying the trash', async (transaction) => {
      for (
        let at = await transaction.objectStore('pieces').openCursor();
        at !== null;
        at = await at.continue()
      ) {
        const { deletedAtMs } = at.value;
        if (deletedAtMs !== 0 && (all || nowMs - deletedAtMs > TRASH_MS)) await at.delete();
      }
    });
  }

  /** Bytes of what is on the shelf and of what is in the trash, as text would have them. */
  async bytes(): Promise<{ readonly shelf: number; readonly trash: number }> {
    const sums = { shelf: 0, trash: 0 };
    for (const { deletedAtMs, composition } of await this.#database.getAll('pieces'))
      sums[deletedAtMs === 0 ? 'shelf' : 'trash'] += JSON.stringify(composition).length;
    return sums;
  }

  close(): void {
    this.#database.close();
  }
}
