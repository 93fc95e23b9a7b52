import { transfer } from '../../../platform/rpc.ts';
import { attempt } from './failure.ts';
import type { LibraryParts } from './library-session.ts';
import type { KeptMap, MapSource } from './protocol-map.ts';
import type { LibraryApi, LookResult, Thumbnail } from './protocol.ts';

/** What the library has for the map worker. */
export class LibraryMapSource implements MapSource {
  readonly #need: () => Promise<LibraryParts>;
  readonly #thumbnails: LibraryApi['thumbnails'];

  /**
   * @param need the open store
   * @param thumbnails the library's own call
   */
  constructor(need: () => Promise<LibraryParts>, thumbnails: LibraryApi['thumbnails']) {
    this.#need = need;
    this.#thumbnails = thumbnails;
  }

  pictures(collection: number): ReturnType<MapSource['pictures']> {
    return attempt('listing pictures', async () => {
      const found = await (await this.#need()).open.open(collection);
      const { network, dim } = found.row;
      const names = found.order.map((id) => found.picture(id).path ?? found.picture(id).name);
      return { network, dim, ids: Uint32Array.from(found.order), names };
    });
  }

  async vectors(
    collection: number,
    ids: Uint32Array<ArrayBuffer>,
  ): Promise<LookResult<Float32Array<ArrayBuffer>>> {
    const result = await attempt('reading vectors', async () =>
      (await (await this.#need()).open.open(collection)).table.gather(ids),
    );
    return result.ok ? transfer(result, [result.value.buffer]) : result;
  }

  thumbnails(collection: number, ids: readonly number[]): Promise<LookResult<readonly Thumbnail[]>> {
    return this.#thumbnails(collection, ids);
  }

  kept(collection: number): Promise<LookResult<KeptMap | undefined>> {
    return attempt('reading the map', async () => {
      const { open, maps } = await this.#need();
      return maps.find(collection, (await open.open(collection)).row.network);
    });
  }

  keep(collection: number, map: KeptMap): Promise<LookResult<void>> {
    return attempt('keeping the map', async () => {
      const { store, maps } = await this.#need();
      if (store.isWriter) await maps.put(collection, map);
    });
  }
}
