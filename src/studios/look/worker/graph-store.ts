import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from '../../../platform/storage/database.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { transact } from '../../../platform/storage/transact.ts';
import type { KeptGraph } from '../engine/kept-graph-format.ts';
import { GRAPH_PARAMETERS } from './graph-index.ts';
import type { GraphKey, GraphTarget } from './protocol-graph.ts';

/** Everything that a kept graph was made with; one that differs in any of it is of no use. */
const ENGINE = `assembly/hnsw 1, ${JSON.stringify(GRAPH_PARAMETERS)}`;

interface GraphRow {
  readonly key: string;
  readonly collection: number;
  readonly engine: string;
  readonly network: string;
  readonly metric: string;
  readonly dim: number;
  readonly generation: number;
  /** Size of the candidate list that calibration found. */
  readonly ef: number;
  readonly graph: KeptGraph;
  readonly bytes: number;
  /** Of the graph's parts, see `checksum`. */
  readonly sha256: string;
}

interface GraphSchema extends DBSchema {
  graphs: { key: string; value: GraphRow; indexes: { collection: number; bytes: number } };
}

/** A graph that was kept and that is whole. */
export interface StoredGraph {
  readonly graph: KeptGraph;
  readonly generation: number;
  readonly ef: number;
}

const rowKey = ({ collection, metric }: GraphKey): string => `${collection}/${metric}`;
const collectionOf = (key: string): number => Number.parseInt(key, 10);

const partsOf = (graph: KeptGraph): readonly ArrayBufferView<ArrayBuffer>[] => [
  graph.header,
  graph.ids,
  graph.hashes,
  graph.links,
  graph.upper,
  graph.deadVectors,
];

const bytesOf = (graph: KeptGraph): number => partsOf(graph).reduce((sum, part) => sum + part.byteLength, 0);

// SHA-256 over the lengths and the digests of the parts.
async function checksum(graph: KeptGraph): Promise<string> {
  const lines: string[] = [];
  for (const part of partsOf(graph)) {
    const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    lines.push(`${bytes.length} ${await sha256Hex(bytes)}`);
  }
  return sha256Hex(new TextEncoder().encode(lines.join('\n')));
}

/**
 * The kept graphs, in a database of their own: they are a cache, and losing or deleting it costs time and nothing else.
 * A graph is one row, written in one transaction. Only the tab with the writer's lock may change anything.
 */
export class GraphStore {
  readonly #database: IDBPDatabase<GraphSchema>;

  private constructor(database: IDBPDatabase<GraphSchema>) {
    this.#database = database;
  }

  /** @throws StorageError when the database cannot be opened */
  static async open(name = 'atelier-look-graphs'): Promise<GraphStore> {
    const database = await openDatabase<GraphSchema>({
      name,
      migrations: [
        (fresh) => {
          const graphs = fresh.createObjectStore('graphs', { keyPath: 'key' });
          graphs.createIndex('collection', 'collection');
          graphs.createIndex('bytes', 'bytes');
        },
      ],
    });
    return new GraphStore(database);
  }

  close(): void {
    this.#database.close();
  }

  /**
   * A kept graph that was made with exactly this network, dimension, measure and parameters, and whose length and
   * checksum are right; `stale` when there is one that is not so, `missing` when there is none.
   */
  async find(target: GraphTarget): Promise<StoredGraph | 'stale' | 'missing'> {
    const row = await this.#database.get('graphs', rowKey(target));
    if (row === undefined) return 'missing';
    const { graph, generation, ef } = row;
    const isSame =
      row.engine === ENGINE &&
      row.network === target.network &&
      row.metric === target.metric &&
      row.dim === target.dim;
    if (!isSame || row.bytes !== bytesOf(graph) || row.sha256 !== (await checksum(graph))) return 'stale';
    return { graph, generation, ef };
  }

  /** Keeps a graph in place of the one before, and answers its size in bytes. */
  async put(target: GraphTarget, { graph, generation, ef }: StoredGraph): Promise<number> {
    const { collection, network, metric, dim } = target;
    const bytes = bytesOf(graph);
    const row: GraphRow = {
      key: rowKey(target),
      collection,
      engine: ENGINE,
      network,
      metric,
      dim,
      generation,
      ef,
      graph,
      bytes,
      sha256: await checksum(graph),
    };
    await transact(this.#database, ['graphs'], 'keeping a graph', (transaction) =>
      transaction.objectStore('graphs').put(row),
    );
    return bytes;
  }

  async delete(key: GraphKey): Promise<void> {
    await transact(this.#database, ['graphs'], 'forgetting a graph', (transaction) =>
      transaction.objectStore('graphs').delete(rowKey(key)),
    );
  }

  /** Forgets every graph of the collections for which `isGone` holds. */
  async deleteCollections(isGone: (collection: number) => boolean): Promise<void> {
    await transact(this.#database, ['graphs'], 'forgetting graphs', async (transaction) => {
      const index = transaction.objectStore('graphs').index('collection');
      for (let at = await index.openKeyCursor(); at !== null; at = await at.continue())
        if (isGone(at.key)) await transaction.objectStore('graphs').delete(at.primaryKey);
    });
  }

  /** Bytes of the kept graphs of these collections; left out: of all. */
  async bytes(collections?: readonly number[]): Promise<number> {
    let sum = 0;
    const index = this.#database.transaction('graphs').store.index('bytes');
    for (let at = await index.openKeyCursor(); at !== null; at = await at.continue())
      if (collections?.includes(collectionOf(at.primaryKey)) ?? true) sum += at.key;
    return sum;
  }
}
