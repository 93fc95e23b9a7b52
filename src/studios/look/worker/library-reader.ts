import { transfer } from '../../../platform/rpc.ts';
import { attempt } from './failure.ts';
import type { LibraryParts } from './library-session.ts';
import type { ExactCopy, LookResult } from './protocol.ts';
import { keysOf, toPictureInfo } from './schema.ts';
import { thumbnailsOf } from './thumbnails.ts';
import type { LibraryReader } from './twins-protocol.ts';

/** What other workers read of the store, and the prints that they keep in it. */
export function libraryReader(need: () => Promise<LibraryParts>): LibraryReader {
  const doing = <T>(what: string, work: (parts: LibraryParts) => Promise<T>): Promise<LookResult<T>> =>
    attempt(what, async () => work(await need()));
  return {
    members: (collection) =>
      doing('listing pictures', async ({ open }) => {
        const { order, row, pictures } = await open.open(collection);
        return {
          dim: row.dim,
          pictures: order.flatMap((id) => {
            const picture = pictures.get(id);
            return picture === undefined ? [] : [toPictureInfo(picture)];
          }),
        };
      }),

    async vectors(collection, ids) {
      const read = await doing('reading vectors', async ({ open }) => {
        const { table } = await open.open(collection);
        const there = ids.filter((id) => table.has(id));
        return { ids: there, data: table.gather(there) };
      });
      return read.ok ? transfer(read, [read.value.data.buffer]) : read;
    },

    async thumbnails(collection, ids) {
      const read = await doing('reading thumbnails', ({ store }) => thumbnailsOf(store, collection, ids));
      return read.ok
        ? transfer(
            read,
            read.value.map(({ data }) => data),
          )
        : read;
    },

    prints: (collection, ids) =>
      doing('reading prints', async ({ store }) => {
        const prints = store.db.transaction('prints').store;
        const rows = await Promise.all(ids.map((id) => prints.get([collection, id])));
        return rows.flatMap((row, at) => (row === undefined ? [] : [{ ...row, id: ids[at] ?? 0 }]));
      }),

    keepPrints: (collection, kept) =>
      doing('keeping prints', ({ store }) =>
        store.write(['pictures', 'prints'], 'keeping prints', async (tx) => {
          const prints = tx.objectStore('prints');
          const pictures = tx.objectStore('pictures');
          await Promise.all(
            kept.map(async ({ id, version, hashes, sharpness }) => {
              // Deleted meanwhile: nothing may be left of it.
              if ((await pictures.getKey([collection, id])) === undefined) return;
              await prints.put({ version, hashes, sharpness }, [collection, id]);
            }),
          );
        }),
      ),

    copies: (collection) =>
      doing('listing copies', async ({ store, open }) => {
        const { pictures } = await open.open(collection);
        const copies = store.db.transaction('copies').store;
        const [keys, ids] = await Promise.all([
          copies.getAllKeys(keysOf(collection)),
          copies.getAll(keysOf(collection)),
        ]);
        return keys.flatMap(([, name], at) => {
          const picture = pictures.get(ids[at] ?? 0);
          return picture === undefined ? [] : [{ name, id: picture.id, of: picture.name }];
        });
      }),
  };
}

/** Notes copies, all that came while the last transaction ran in one. */
export class CopyNotes {
  #waiting: { readonly collection: number; readonly copies: readonly ExactCopy[] }[] = [];
  #running: Promise<void> | undefined;

  /**
   * Notes files that have the bytes of a picture. The file that the picture was made of is no copy of it.
   *
   * @returns settles when they are stored
   */
  async note(parts: LibraryParts, collection: number, copies: readonly ExactCopy[]): Promise<void> {
    const { pictures } = await parts.open.open(collection);
    const others = copies.filter(({ id, name }) => {
      const picture = pictures.get(id);
      return picture !== undefined && name !== picture.name && name !== picture.path;
    });
    if (others.length === 0) return;
    this.#waiting.push({ collection, copies: others });
    while (this.#running !== undefined) await this.#running;
    if (this.#waiting.length === 0) return; // gone with another's
    const all = this.#waiting;
    this.#waiting = [];
    this.#running = parts.store
      .write(['copies'], 'noting copies', async (tx) => {
        const store = tx.objectStore('copies');
        await Promise.all(
          all.flatMap((one) => one.copies.map(({ id, name }) => store.put(id, [one.collection, name]))),
        );
      })
      .finally(() => (this.#running = undefined));
    await this.#running;
  }
}
