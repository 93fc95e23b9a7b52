import type { CancelSignal } from '../../../../kernel/cancel.ts';
import type { Metric } from '../protocol.ts';
import type { RemoteTarget } from '../protocol-exchange.ts';
import { notThisEngine, type RemoteClient, RemoteRefusal } from './remote-client.ts';

/** A value of a record's or a collection's metadata. */
export type ChromaValue = string | number | boolean;

export interface ChromaCollection {
  /** Its UUID. */
  readonly id: string;
  /** Undefined while nothing is in it. */
  readonly dim: number | undefined;
  /** Undefined for a measure that is not known here. */
  readonly metric: Metric | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ChromaRecord {
  readonly id: string;
  /** [D], when it was asked for. */
  readonly vector: readonly number[] | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What is sent of a vector. */
export interface ChromaUpsert {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Readonly<Record<string, ChromaValue>> | undefined;
}

export interface ChromaHit {
  readonly id: string;
  /** 1 − cosine, or the squared distance. */
  readonly distance: number;
  readonly hash: string;
}

const EF = 200;
const LINKS = 16;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
};

/** float32 in base64, little-endian: a third of the size of digits, and exact. */
function base64(vector: Float32Array): string {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  let text = '';
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}

/** Chroma's REST interface, version 2, as far as it is used here. https://docs.trychroma.com */
export class ChromaApi {
  readonly #client: RemoteClient;
  readonly #collections: string;

  constructor(client: RemoteClient, { tenant, database }: Pick<RemoteTarget, 'tenant' | 'database'>) {
    this.#client = client;
    this.#collections = `/api/v2/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}/collections`;
  }

  /** Whether it is a Chroma, and of which version. */
  async version(signal?: CancelSignal): Promise<string> {
    try {
      const version = await this.#client.ask('GET', '/api/v2/version', undefined, signal);
      if (typeof version === 'string') return version;
    } catch (thrown) {
      if (!(thrown instanceof RemoteRefusal) || thrown.status === 401 || thrown.status === 403) throw thrown;
    }
    throw notThisEngine('Chroma');
  }

  /** Most records of one request, and whether it reads base64. */
  async limits(signal?: CancelSignal): Promise<{ readonly batch: number; readonly base64: boolean }> {
    const limits = await this.#client.ask('GET', '/api/v2/pre-flight-checks', undefined, signal);
    const batch = at(limits, 'max_batch_size');
    return {
      batch: typeof batch === 'number' && batch >= 1 ? batch : 100,
      base64: at(limits, 'supports_base64_encoding') === true,
    };
  }

  /** The collection of that name, if there is one. */
  async find(name: string, signal?: CancelSignal): Promise<ChromaCollection | undefined> {
    try {
      return toCollection(
        await this.#client.ask('GET', `${this.#collections}/${encodeURIComponent(name)}`, undefined, signal),
      );
    } catch (thrown) {
      if (thrown instanceof RemoteRefusal && thrown.status === 404) return undefined;
      throw thrown;
    }
  }

  async create(
    name: string,
    metric: Metric,
    metadata: Readonly<Record<string, ChromaValue>>,
    signal?: CancelSignal,
  ): Promise<ChromaCollection> {
    const space = metric === 'cosine' ? 'cosine' : 'l2';
    const configuration = { hnsw: { space, ef_construction: EF, ef_search: EF, max_neighbors: LINKS } };
    const body = { name, get_or_create: false, metadata, configuration };
    return toCollection(await this.#client.ask('POST', this.#collections, body, signal));
  }

  async count({ id }: ChromaCollection, signal?: CancelSignal): Promise<number> {
    const count = await this.#client.ask('GET', `${this.#collections}/${id}/count`, undefined, signal);
    if (typeof count !== 'number') throw notThisEngine('Chroma');
    return count;
  }

  /** A page of records. */
  async page(
    { id }: ChromaCollection,
    offset: number,
    limit: number,
    include: readonly ('metadatas' | 'embeddings')[],
    signal?: CancelSignal,
  ): Promise<readonly ChromaRecord[]> {
    const body = { offset, limit, include };
    const answer = await this.#client.ask('POST', `${this.#collections}/${id}/get`, body, signal);
    const embeddings = listAt(answer, 'embeddings');
    const metadatas = listAt(answer, 'metadatas');
    return listAt(answer, 'ids').map((record, row) => ({
      id: String(record),
      vector: Array.isArray(embeddings[row]) ? (embeddings[row] as number[]) : undefined,
      metadata: isRecord(metadatas[row]) ? metadatas[row] : {},
    }));
  }

  /** Adds records, or writes them anew. */
  async upsert(
    { id }: ChromaCollection,
    records: readonly ChromaUpsert[],
    asBase64: boolean,
    signal?: CancelSignal,
  ): Promise<void> {
    const hasMetadata = records.some(({ metadata }) => metadata !== undefined);
    const body = {
      ids: records.map((record) => record.id),
      embeddings: records.map(({ vector }) => (asBase64 ? base64(vector) : Array.from(vector))),
      ...(hasMetadata ? { metadatas: records.map(({ metadata }) => metadata ?? null) } : {}),
    };
    await this.#client.ask('POST', `${this.#collections}/${id}/upsert`, body, signal);
  }

  async remove({ id }: ChromaCollection, ids: readonly string[], signal?: CancelSignal): Promise<void> {
    await this.#client.ask('POST', `${this.#collections}/${id}/delete`, { ids }, signal);
  }

  /** The nearest records, nearest first. */
  async query(
    { id }: ChromaCollection,
    query: Float32Array,
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly ChromaHit[]> {
    const body = {
      query_embeddings: [Array.from(query)],
      n_results: k,
      include: ['distances', 'metadatas'],
    };
    const answer = await this.#client.ask('POST', `${this.#collections}/${id}/query`, body, signal);
    const distances = listAt(answer, 'distances', 0);
    return listAt(answer, 'ids', 0).map((record, row) => {
      const hash = at(answer, 'metadatas', 0, row, 'hash');
      return {
        id: String(record),
        distance: typeof distances[row] === 'number' ? distances[row] : Infinity,
        hash: typeof hash === 'string' ? hash : '',
      };
    });
  }
}

function toCollection(answer: unknown): ChromaCollection {
  const id = at(answer, 'id');
  if (typeof id !== 'string') throw notThisEngine('Chroma');
  const dim = at(answer, 'dimension');
  // On one machine the graph is hnsw, in the cloud spann.
  const space =
    at(answer, 'configuration_json', 'hnsw', 'space') ?? at(answer, 'configuration_json', 'spann', 'space');
  const metadata = at(answer, 'metadata');
  return {
    id,
    dim: typeof dim === 'number' ? dim : undefined,
    metric: space === 'cosine' ? 'cosine' : space === 'l2' ? 'euclidean' : undefined,
    metadata: isRecord(metadata) ? metadata : {},
  };
}
