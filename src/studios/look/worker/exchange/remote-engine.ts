import { connect, type TaskOptions } from '../../../../platform/rpc.ts';
import { searchedDocuments, searchText, type SearchDialect } from '../../engine/opensearch.ts';
import { LookFailure } from '../failure.ts';
import type { OpenCollection } from '../open-collections.ts';
import type { Metric } from '../protocol.ts';
import type { PushReport, RemoteCarrier, RemoteState, RemoteTarget } from '../protocol-exchange.ts';
import type { CandidateSource } from '../search.ts';
import { ChromaApi } from './chroma-api.ts';
import { type ChromaIndex, markOf } from './chroma-index.ts';
import { openOwn, pullFrom, pushTo, stateOf } from './chroma-sync.ts';
import { notThisEngine, RemoteClient, type Send } from './remote-client.ts';
import { sourceOf } from './vector-source.ts';

/** More than k are asked for: some may have been deleted here since they were sent. */
const MARGIN = 10;

interface Connected {
  readonly target: RemoteTarget;
  readonly client: RemoteClient;
  readonly close: () => void;
}

const TITLES = { chroma: 'Chroma', opensearch: 'OpenSearch', elasticsearch: 'Elasticsearch' } as const;

/** The engine beyond this machine that is named at present: what it is asked, and what it answers. */
export class RemoteEngine implements CandidateSource {
  #connected: Connected | undefined;
  /** The collection there that was searched last, by the collection here. */
  #opened:
    | { readonly collection: number; readonly set: number; readonly index: Promise<ChromaIndex | undefined> }
    | undefined;

  connect(target: RemoteTarget, port: MessagePort): void {
    this.disconnect();
    const connection = connect<RemoteCarrier>(port);
    const send: Send = (request, options) =>
      connection.api.send(request, options?.signal === undefined ? undefined : { signal: options.signal });
    this.#connected = {
      target,
      client: new RemoteClient(send),
      close: () => {
        connection.close('the remote engine was disconnected');
        port.close();
      },
    };
  }

  disconnect(): void {
    this.#connected?.close();
    this.#connected = undefined;
    this.#opened = undefined;
  }

  async candidates(
    open: OpenCollection,
    metric: Metric,
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: ReadonlySet<number>,
  ): Promise<readonly number[]> {
    const { target, client } = this.#need();
    if (target.kind !== 'chroma') {
      const hits = await searchDocuments(client, target.kind, target.name, query, k + exclude.size + MARGIN);
      return hits.flatMap(({ id, hash }) =>
        open.pictures.get(Number(id))?.hash === hash ? [Number(id)] : [],
      );
    }
    const index = await this.#index(open, target.name);
    if (index === undefined)
      throw new LookFailure(
        'remote-refused',
        `There is no collection ${target.name} on that server.`,
        'Push it there first, or search with another engine.',
      );
    if (index.metric !== metric)
      throw new LookFailure(
        'remote-refused',
        `${target.name} on that server is built for the ${index.metric === 'cosine' ? 'cosine' : 'Euclidean distance'}.`,
        'Choose that measure, or search with another engine.',
      );
    const found = await index.search(query, k + MARGIN, { exclude });
    const { set = 0 } = open.row;
    return found.flatMap(({ id }) => {
      const picture = open.pictures.get(id);
      return picture !== undefined && markOf(picture.hash, set) === index.known.get(id) ? [id] : [];
    });
  }

  async state(open: OpenCollection, options?: TaskOptions): Promise<RemoteState> {
    const { target, client } = this.#need();
    this.#opened = undefined;
    if (target.kind === 'chroma')
      return stateOf(new ChromaApi(client, target), target.name, sourceOf(open), options);
    const answer = await client.ask('POST', `${pathOf(target.name)}/_count`, {}, options?.signal);
    const count =
      typeof answer === 'object' && answer !== null && 'count' in answer ? Number(answer.count) : Number.NaN;
    if (!Number.isInteger(count)) throw notThisEngine(TITLES[target.kind]);
    return { server: TITLES[target.kind], exists: true, count, metric: undefined, missing: 0, surplus: 0 };
  }

  push(open: OpenCollection, metric: Metric, options?: TaskOptions): Promise<PushReport> {
    const { target, client } = this.#chroma();
    this.#opened = undefined;
    return pushTo(new ChromaApi(client, target), target.name, sourceOf(open), metric, options);
  }

  pull(options?: TaskOptions): ReturnType<typeof pullFrom> {
    const { target, client } = this.#chroma();
    return pullFrom(new ChromaApi(client, target), target.name, options);
  }

  get name(): string {
    return this.#need().target.name;
  }

  #index(open: OpenCollection, name: string): Promise<ChromaIndex | undefined> {
    const { target, client } = this.#need();
    const { id: collection, set = 0 } = open.row;
    // Other vectors may have come into use here: what is there is compared with them anew.
    if (this.#opened?.collection === collection && this.#opened.set === set) return this.#opened.index;
    const index = openOwn(new ChromaApi(client, target), name, sourceOf(open));
    const opened = { collection, set, index };
    this.#opened = opened;
    // A failure is not kept: what was in the way may be gone.
    index.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return index;
  }

  #need(): Connected {
    if (this.#connected === undefined)
      throw new LookFailure(
        'remote-unreachable',
        'No engine is connected.',
        'Connect one, or search with another.',
      );
    return this.#connected;
  }

  #chroma(): Connected {
    const connected = this.#need();
    if (connected.target.kind !== 'chroma')
      throw new LookFailure(
        'remote-refused',
        `${TITLES[connected.target.kind]} is filled from exported files.`,
        'Use “Export vectors”.',
      );
    return connected;
  }
}

const pathOf = (index: string): string => `/${encodeURIComponent(index)}`;

/** Asks OpenSearch or Elasticsearch. */
export async function searchDocuments(
  client: RemoteClient,
  dialect: SearchDialect,
  index: string,
  query: Float32Array,
  k: number,
): Promise<NonNullable<ReturnType<typeof searchedDocuments>>> {
  const answer = await client.ask('POST', `${pathOf(index)}/_search`, searchText(dialect, query, k));
  const documents = searchedDocuments(answer);
  if (documents === undefined) throw notThisEngine(TITLES[dialect]);
  return documents;
}
