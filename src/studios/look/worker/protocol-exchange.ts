/**
 * What the page asks of the library worker about vectors that go out of the tab or come in: as files, and to engines
 * beyond this machine. Workers connect to no other host; where one is to be asked, the page carries the request.
 */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { SearchDialect } from '../engine/opensearch.ts';
import type { CollectionInfo, LookResult, Metric } from './protocol.ts';

/** As what a collection's vectors can be written. */
export type ExportFormat = 'npy' | 'parquet' | 'projector' | SearchDialect;

export interface ExportedFile {
  /** A name for the download. */
  readonly name: string;
  readonly blob: Blob;
}

/** An engine beyond this machine, and what the collection is called there. The address and the key stay with the page. */
export interface RemoteTarget {
  readonly kind: 'chroma' | SearchDialect;
  /** Of Chroma's collection, or of the index. */
  readonly name: string;
  /** Chroma's, `default_tenant` and `default_database` where nothing else was set up. */
  readonly tenant: string;
  readonly database: string;
}

/** What there is at the other side. */
export interface RemoteState {
  /** Such as `Chroma 1.0.0`. */
  readonly server: string;
  /** Whether a collection of that name is there. */
  readonly exists: boolean;
  /** Vectors there. */
  readonly count: number;
  /** The measure that its graph is built for; undefined where that cannot be told. */
  readonly metric: Metric | undefined;
  /** Of the pictures here, how many are not there yet, and how many there are not here any more. */
  readonly missing: number;
  readonly surplus: number;
}

export interface PushReport {
  readonly sent: number;
  /** Those that the engine had already. */
  readonly kept: number;
  /** Taken away there because they are not here any more. */
  readonly removed: number;
}

/** A request to the other side; the page adds its address, and the key if there is one. */
export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/`. */
  readonly path: string;
  /** JSON in UTF-8 (transferred). */
  readonly body?: ArrayBuffer;
}

export interface RemoteReply {
  readonly status: number;
  readonly body: ArrayBuffer;
}

/** What the page does for the library: the only way out, and only in connected mode. */
export interface RemoteCarrier {
  send(request: RemoteRequest, options?: TaskOptions): Promise<LookResult<RemoteReply>>;
}

export interface ExchangeApi {
  /** A collection's vectors as a file; progress in vectors. */
  exportVectors(
    collection: number,
    format: ExportFormat,
    metric: Metric,
    options?: TaskOptions,
  ): Promise<LookResult<ExportedFile>>;
  /**
   * Reads vectors from files into a new collection: all or nothing. Thumbnails come from pictures that are here.
   *
   * @param files a `.npy` with, if there is one, its `metadata.jsonl`; the zip of both; or a Parquet file
   */
  importVectors(files: readonly File[], options?: TaskOptions): Promise<LookResult<CollectionInfo>>;

  /** Names the engine that `Remote` searches and `push` fills. `RemoteCarrier` is served on the port (transferred). */
  connectRemote(target: RemoteTarget, port: MessagePort): void;
  disconnectRemote(): void;
  /** Looks at the other side; nothing but names is sent. */
  remoteState(collection: number, options?: TaskOptions): Promise<LookResult<RemoteState>>;
  /** Makes what is there equal to the collection, batch by batch. Stopped or broken off, it goes on where it was. */
  push(collection: number, metric: Metric, options?: TaskOptions): Promise<LookResult<PushReport>>;
  /** Everything that is there as a new collection: all or nothing. */
  pull(name: string, options?: TaskOptions): Promise<LookResult<CollectionInfo>>;
}
