import type { TaskOptions } from '../../../../platform/rpc.ts';
import { LookFailure } from '../failure.ts';
import type { Metric } from '../protocol.ts';
import type { PushReport, RemoteState } from '../protocol-exchange.ts';
import type { ChromaApi, ChromaCollection } from './chroma-api.ts';
import { ChromaIndex, markOf } from './chroma-index.ts';
import type { IncomingRow } from './incoming.ts';
import { knownOf } from './npy-read.ts';
import type { VectorSource } from './vector-source.ts';

/** Marks collections that were made here; the number is that of this layout. */
const MARK = 'atelier_look';
const LAYOUT = 1;
/** Records with their vectors asked for at once: some 7 MB of digits at 1,280 numbers. */
const PULL_AT_ONCE = 250;

const refused = (message: string, hint: string): LookFailure =>
  new LookFailure('remote-refused', message, hint);

/** Refuses a collection there that is not this one's: pushing would destroy it, searching it would be of no use. */
function assertOwn(name: string, there: ChromaCollection, source: VectorSource): Metric {
  const { metadata, dim, metric } = there;
  if (metadata[MARK] !== LAYOUT)
    throw refused(`${name} on that server was not made by Look.`, 'Choose another name for it there.');
  if (metadata.network !== source.network)
    throw new LookFailure(
      'wrong-network',
      `${name} on that server was made with another network than ${source.name}.`,
      'Choose another name for it there.',
    );
  if ((dim !== undefined && dim !== source.dim) || metric === undefined)
    throw refused(
      `${name} on that server has vectors of ${dim ?? 'no'} numbers, ${source.name} has ${source.dim}.`,
      'Choose another name for it there.',
    );
  if (metadata.source !== String(source.createdAt))
    throw refused(
      `${name} on that server belongs to another collection than ${source.name}.`,
      'Choose another name for it there, or the collection that it belongs to.',
    );
  return metric;
}

/** The collection there as an index, if it is there. @throws LookFailure when it is not this one's */
export async function openOwn(
  api: ChromaApi,
  name: string,
  source: VectorSource,
  signal?: AbortSignal,
): Promise<ChromaIndex | undefined> {
  const there = await api.find(name, signal);
  if (there === undefined) return undefined;
  return ChromaIndex.open(api, there, assertOwn(name, there, source), source.dim, signal);
}

/** What differs between here and there. */
function compare(
  source: VectorSource,
  index: ChromaIndex | undefined,
): { missing: number[]; surplus: number[] } {
  const known = index?.known ?? new Map<number, string>();
  const missing = source.pictures
    .filter(({ id, hash }) => known.get(id) !== markOf(hash, source.set))
    .map(({ id }) => id);
  const here = new Set(source.pictures.map(({ id }) => id));
  return { missing, surplus: [...known.keys()].filter((id) => !here.has(id)) };
}

export async function stateOf(
  api: ChromaApi,
  name: string,
  source: VectorSource,
  { signal }: TaskOptions = {},
): Promise<RemoteState> {
  const server = `Chroma ${await api.version(signal)}`;
  const index = await openOwn(api, name, source, signal);
  const { missing, surplus } = compare(source, index);
  return {
    server,
    exists: index !== undefined,
    count: index?.size ?? 0,
    metric: index?.metric,
    missing: missing.length,
    surplus: surplus.length,
  };
}

/**
 * Makes the collection there equal to the one here. What is there already is not sent again, so whatever stops it, the
 * next push goes on from there.
 *
 * @param api of the server
 * @param name of the collection there, made when it is missing
 * @param source what is sent
 * @param metric the measure of a new collection
 * @param options `signal`; progress in vectors, of which those that are there count as done
 */
export async function pushTo(
  api: ChromaApi,
  name: string,
  source: VectorSource,
  metric: Metric,
  { signal, onProgress }: TaskOptions = {},
): Promise<PushReport> {
  await api.version(signal);
  const index =
    (await openOwn(api, name, source, signal)) ?? (await create(api, name, source, metric, signal));
  const { missing, surplus } = compare(source, index);
  // Written anew under the same id, they are in the way.
  const outdated = missing.filter((id) => index.has(id));
  const total = source.pictures.length;
  const kept = total - missing.length;
  onProgress?.({ phase: 'sending', done: kept, total, unit: 'vectors' });
  await index.remove([...surplus, ...outdated]);

  const infos = new Map(source.pictures.map((picture) => [picture.id, picture]));
  let sent = 0;
  for (let from = 0; from < missing.length; from += PULL_AT_ONCE) {
    signal?.throwIfAborted();
    // A picture deleted meanwhile is not sent; the next push sees that it is gone.
    const some = missing.slice(from, from + PULL_AT_ONCE).filter((id) => source.vector(id) !== undefined);
    const rows = new Float32Array(some.length * source.dim);
    some.forEach((id, at) => rows.set(source.vector(id) ?? [], at * source.dim));
    await index.add(some, rows, {
      signal,
      metadata: (row) => {
        const { name: file, hash, bytes, width, height } = infos.get(some[row] ?? 0) ?? BLANK;
        return { name: file, hash, bytes, width, height, ...(source.set === 0 ? {} : { set: source.set }) };
      },
    });
    sent += some.length;
    onProgress?.({ phase: 'sending', done: kept + sent, total, unit: 'vectors' });
  }
  return { sent, kept, removed: surplus.length };
}

const BLANK = { name: '', hash: '', bytes: 0, width: 0, height: 0 };

async function create(
  api: ChromaApi,
  name: string,
  { network, createdAt, dim }: VectorSource,
  metric: Metric,
  signal?: AbortSignal,
): Promise<ChromaIndex> {
  const metadata = { [MARK]: LAYOUT, network, source: String(createdAt) };
  const made = await api.create(name, metric, metadata, signal);
  return ChromaIndex.open(api, made, metric, dim, signal);
}

/**
 * Everything of a collection there.
 *
 * @param api of the server
 * @param name of the collection there, which need not have been made by Look
 * @param options `signal`; progress in vectors
 * @returns the pictures, their dimension, and the network if it is known
 */
export async function pullFrom(
  api: ChromaApi,
  name: string,
  { signal, onProgress }: TaskOptions = {},
): Promise<{ rows: AsyncIterable<IncomingRow>; dim: number; network: string | undefined }> {
  await api.version(signal);
  const there = await api.find(name, signal);
  if (there?.dim === undefined)
    throw refused(`There is no collection ${name} with vectors on that server.`, 'Check the name.');
  const total = await api.count(there, signal);

  async function* rows(collection: ChromaCollection): AsyncGenerator<IncomingRow> {
    for (let done = 0; ;) {
      const page = await api.page(collection, done, PULL_AT_ONCE, ['embeddings', 'metadatas'], signal);
      if (page.length === 0) return;
      done += page.length;
      for (const { id, vector, metadata } of page) {
        const known = knownOf(metadata);
        yield { ...known, name: known.name ?? id, vector: Float32Array.from(vector ?? []) };
      }
      onProgress?.({ phase: 'fetching', done, total: Math.max(total, done), unit: 'vectors' });
    }
  }
  const { network } = there.metadata;
  return { rows: rows(there), dim: there.dim, network: typeof network === 'string' ? network : undefined };
}
