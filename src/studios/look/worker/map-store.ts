import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from '../../../platform/storage/database.ts';
import { transact } from '../../../platform/storage/transact.ts';
import type { KeptMap } from './protocol-map.ts';

/** Of what made the map; one that was made otherwise is made anew. */
const MADE_BY = 'pca 64, umap-js 1.4.0, 1';
const PLANE = 2;

interface MapRow {
  readonly collection: number;
  readonly madeBy: string;
  readonly map: KeptMap;
  readonly bytes: number;
}

interface MapSchema extends DBSchema {
  maps: { key: number; value: MapRow; indexes: { bytes: number } };
}

const bytesOf = ({ ids, positions, reduced, mean, axes, labels }: KeptMap): number =>
  [ids, positions, reduced, mean, axes, labels].reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);

/** Whether the parts of a map belong together: what was kept may be broken. */
function isWhole({ ids, positions, reduced, mean, axes, labels }: KeptMap): boolean {
  const rank = mean.length === 0 ? 0 : axes.length / mean.length;
  return (
    Number.isInteger(rank) &&
    positions.length === ids.length * PLANE &&
    reduced.length === ids.length * rank &&
    (labels === undefined || labels.length === ids.length) &&
    positions.every(Number.isFinite)
  );
}

/**
 * The kept maps, in a database of their own as the graphs are: a map is a cache, and losing it costs a minute and nothing
 * else. Only the tab with the writer's lock may change anything.
 */
export class MapStore {
  readonly #name: string;
  #database: Promise<IDBPDatabase<MapSchema>> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async find(collection: number, network: string): Promise<KeptMap | undefined> {
    const row = await (await this.#open()).get('maps', collection);
    if (row?.madeBy !== MADE_BY || row.map.network !== network || !isWhole(row.map)) return undefined;
    return row.map;
  }

  async put(collection: number, map: KeptMap): Promise<void> {
    await transact(await this.#open(), ['maps'], 'keeping the map', (transaction) =>
      transaction.objectStore('maps').put({ collection, madeBy: MADE_BY, map, bytes: bytesOf(map) }),
    );
  }

  /** Forgets the maps of all collections but these. */
  async sweep(collections: readonly number[]): Promise<void> {
    const gone = (await (await this.#open()).getAllKeys('maps')).filter((key) => !collections.includes(key));
    if (gone.length === 0) return;
    await transact(await this.#open(), ['maps'], 'forgetting maps', async (transaction) => {
      for (const key of gone) await transaction.objectStore('maps').delete(key);
    });
  }

  /** Size of the kept maps of these collections. */
  async bytes(collections: readonly number[]): Promise<number> {
    let sum = 0;
    const index = (await this.#open()).transaction('maps').store.index('bytes');
    for (let at = await index.openKeyCursor(); at !== null; at = await at.continue())
      if (collections.includes(at.primaryKey)) sum += at.key;
    return sum;
  }

  async close(): Promise<void> {
    (await this.#database)?.close();
  }

  #open(): Promise<IDBPDatabase<MapSchema>> {
    this.#database ??= openDatabase<MapSchema>({
      name: this.#name,
      migrations: [
        (fresh) => {
          fresh.createObjectStore('maps', { keyPath: 'collection' }).createIndex('bytes', 'bytes');
        },
      ],
    }).catch((thrown: unknown) => {
      this.#database = undefined;
      throw thrown;
    });
    return this.#database;
  }
}
