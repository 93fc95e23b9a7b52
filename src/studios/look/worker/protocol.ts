/**
 * What the workers of Look say to the page and to one another. The page starts them and hands the ports over; pictures go
 * page → embed, embeddings go embed → library → graph, so no vector passes through the page.
 */
import type { Result, StudioError } from '../../../kernel/result.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { NamedAnswer, NameInfo, NewName } from '../engine/naming.ts';
import type { Metric } from '../engine/vector-index.ts';
import type { RenewalInfo, RenewedPicture } from './protocol-renewed.ts';

export type { Metric, NamedAnswer, NameInfo, NewName };

export type LookErrorCode =
  | 'empty-file'
  | 'not-an-image'
  | 'broken-image'
  | 'too-large'
  | 'unsupported'
  | 'unreadable'
  | 'bad-weights'
  | 'not-finite'
  | 'quota'
  | 'read-only'
  | 'no-collection'
  | 'no-picture'
  | 'no-name'
  /** A deletion that cannot be undone any more. */
  | 'no-way-back'
  | 'wrong-network'
  | 'bad-save-file'
  | 'store-broken'
  | 'store-newer'
  | 'store-blocked'
  | 'graph-unavailable'
  /** A file with vectors that cannot be read, or a collection that cannot be written as such a file. */
  | 'bad-vectors'
  /** An engine beyond this machine that cannot be asked, or that refused. */
  | 'remote-unreachable'
  | 'remote-refused'
  | 'worker-crashed'
  | 'cancelled';

export type LookError = StudioError<LookErrorCode>;
export type LookResult<T> = Result<T, LookError>;

export type Engine = 'hnsw' | 'exact' | 'remote';

/* ---------- embed worker ---------- */

export interface PictureInput {
  /** Relative path, as shown and exported. */
  readonly name: string;
  readonly file: Blob;
  /** An SVG is rasterised by the page (an image element is needed); the bitmap is transferred. */
  readonly bitmap?: ImageBitmap;
  /** Only this part counts, in shares [0, 1] of the upright picture's width and height. */
  readonly part?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface EmbedInfo {
  readonly backend: 'wasm' | 'webgpu';
  /** Median of a short probe, milliseconds of one forward pass. */
  readonly passMs: number;
}

export interface LabelScore {
  /** ImageNet class 0–999. */
  readonly index: number;
  /** Softmax over the 1,000 classes, [0, 1]. */
  readonly probability: number;
}

export interface EmbeddedPicture {
  readonly hash: string;
  /** [dim] float32, mean-pooled, not normalised. */
  readonly embedding: Float32Array<ArrayBuffer>;
  /** Of the upright picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Longest side ≤ 320 px. */
  readonly thumbnail: ArrayBuffer;
  readonly thumbnailType: string;
}

/** What became of one file. */
export type IndexOutcome =
  | { readonly kind: 'stored'; readonly id: number }
  /** The same bytes are in the collection already, as `id`. */
  | { readonly kind: 'duplicate'; readonly id: number; readonly name: string };

export interface EmbedApi {
  /** Takes the network's weights (transferred) and their hash, and makes it ready. */
  load(weights: ArrayBuffer, hash: string): LookResult<EmbedInfo> | Promise<LookResult<EmbedInfo>>;
  /** Hands over the port to the library worker, on which `LibraryIntake` is served. */
  connectLibrary(port: MessagePort): void;
  /**
   * Takes a Web Lock and keeps it for life, so that the page hears of a death that no event tells of.
   *
   * @returns false where there are no locks
   */
  keepLock(name: string): Promise<boolean>;
  /** Hash, decode, embed, thumbnail, store: answers when the library has committed it. */
  index(collection: number, picture: PictureInput, options?: TaskOptions): Promise<LookResult<IndexOutcome>>;
  /**
   * Looks at a picture of a collection anew: answers when the library has what it sees.
   *
   * @param of the picture, and the hash that its file must have; without one it is the thumbnail
   */
  renew(
    collection: number,
    picture: PictureInput,
    of: { readonly id: number; readonly hash?: string },
    options?: TaskOptions,
  ): Promise<LookResult<void>>;
  /** The embedding of a picture that is only a query. */
  embed(picture: PictureInput, options?: TaskOptions): Promise<LookResult<EmbeddedPicture>>;
  /** The best labels for an embedding [dim]; none from a network without a classifier. */
  classify(embedding: Float32Array<ArrayBuffer>, count: number): LookResult<readonly LabelScore[]>;
}

/* ---------- library worker ---------- */

export interface CollectionInfo {
  readonly id: number;
  readonly name: string;
  /** Hash of the network that made the vectors, and their dimension. */
  readonly network: string;
  readonly dim: number;
  /** What the network was called where it was; absent in collections of earlier versions. */
  readonly networkTitle?: string;
  readonly generation: number;
  readonly count: number;
  readonly createdAt: number;
  /** Files announced but not yet indexed, by name. */
  readonly pending: number;
  /** Name of the folder whose handle is kept, or ''. */
  readonly folder: string;
  /** How many of its vectors were made of thumbnails, when another network looked at it; absent: none. */
  readonly fromThumbnails?: number;
  /** Another network is looking at it anew, or was stopped in it. */
  readonly renewal?: RenewalInfo;
}

export interface PictureInfo {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** Where it lies in the kept folder, when a person gave it another name; else its name says it. */
  readonly path?: string;
}

/** A file that was given and not stored, because its bytes are in the collection already. */
export interface ExactCopy {
  readonly name: string;
  /** The picture with the same bytes. */
  readonly id: number;
}

export interface NewPicture extends EmbeddedPicture {
  readonly name: string;
  readonly bytes: number;
  /** Hash of the network that made the embedding: the library takes no other than the collection's. */
  readonly network: string;
}

export interface Thumbnail {
  readonly id: number;
  readonly data: ArrayBuffer;
  readonly type: string;
}

/** One thing that a search is for or against. */
export type QueryPart =
  | { readonly kind: 'picture'; readonly id: number }
  | {
      readonly kind: 'vector';
      readonly vector: Float32Array<ArrayBuffer>;
      /** The picture that it is a part of, which is then left out of the results too. */
      readonly of?: number;
    };

export interface SearchRequest {
  readonly collection: number;
  readonly like: readonly QueryPart[];
  /** "Less like this", by Rocchio's formula. */
  readonly unlike: readonly QueryPart[];
  readonly k: number;
  readonly metric: Metric;
  readonly engine: Engine;
}

export interface SearchHit extends PictureInfo {
  readonly rank: number;
  /** Cosine similarity, or Euclidean distance, computed exactly from the stored vectors. */
  readonly score: number;
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** The engine that answered: `exact` while the graph is being built. */
  readonly engine: Engine;
  readonly tookMs: number;
  /** How the remote engine's answer compares with the exact one of this tab; only where it answered. */
  readonly beside?: { readonly recall: number; readonly exactMs: number };
  /** The query's vector [dim], for `What it shows`. */
  readonly vector: Float32Array<ArrayBuffer>;
}

/** The pictures that most probably show one of some classes of the network; `score` is the probability, [0, 1]. */
export interface ClassAnswer {
  readonly hits: readonly SearchHit[];
  readonly tookMs: number;
}

export interface GraphState {
  readonly state: 'ready' | 'building' | 'absent' | 'unavailable';
  readonly done: number;
  readonly total: number;
  /** Why it is unavailable; '' otherwise. */
  readonly reason: string;
}

export interface QualityReport {
  readonly recall: number;
  readonly k: number;
  readonly queries: number;
  readonly ef: number;
  /** Mean time of one graph search, milliseconds. */
  readonly searchMs: number;
}

/** What an embed worker needs of the library. */
export interface LibraryIntake {
  /**
   * The picture with these bytes, if the collection has it: it need not be decoded. Undefined means that the caller has
   * it to itself until `add` or `letGo`; meanwhile the same bytes wait here, so that nothing is embedded twice.
   */
  claim(
    collection: number,
    hash: string,
  ): Promise<LookResult<{ readonly id: number; readonly name: string } | undefined>>;
  /** The picture that was claimed cannot be embedded. */
  letGo(collection: number, hash: string): void;
  /** Answers when the transaction that holds the picture has completed. */
  add(collection: number, picture: NewPicture): Promise<LookResult<IndexOutcome>>;
  /** What the network that looks at the collection anew sees in a picture: see `RenewalApi`. */
  renew(collection: number, picture: RenewedPicture): Promise<LookResult<void>>;
}

/** What is stored, bytes; all but `trash` without what was deleted. */
export interface StoredBytes {
  readonly vectors: number;
  readonly thumbnails: number;
  readonly graphs: number;
  readonly maps: number;
  /** Names, sizes, hashes. */
  readonly pictures: number;
  /** What was deleted and can still come back, of every kind. */
  readonly trash: number;
}

export interface LibraryApi {
  /**
   * Opens the store, takes the writer's lock, forgets deletions older than a day, and begins to sweep what unfinished
   * saves left. While another tab has the lock the library only reads, and every call that writes fails with `read-only`.
   */
  open(): Promise<LookResult<{ readonly writer: boolean }>>;
  /** Settles when this tab is the writer; collections may have changed in the meantime. */
  whenWriter(): Promise<LookResult<void>>;
  /**
   * Serves `LibraryIntake` on a port; one call for each embed worker.
   *
   * @param lane which one; a new port for a lane means that its worker died, and frees what that one had claimed
   */
  connectEmbedder(port: MessagePort, lane: number): void;
  /** Hands over the port to the graph worker, on which `GraphApi` is served; again after the worker was started anew. */
  connectGraph(port: MessagePort): Promise<void>;
  /** Serves `ExchangeApi` of `protocol-exchange.ts` on a port (transferred). */
  connectExchange(port: MessagePort): void;
  /** Serves `LibraryReader` of `twins-protocol.ts` on a port (transferred). */
  connectReader(port: MessagePort): void;
  /** Serves `MapSource` on a port, for the map worker. */
  connectMap(port: MessagePort): void;
  /** Serves `RenewalApi` of `protocol-renewal.ts` on a port (transferred). */
  connectRenewal(port: MessagePort): void;
  /** Serves `CompareApi` of `protocol-compare.ts` on a port (transferred). */
  connectCompare(port: MessagePort): void;
  /** The graph worker is dead, or cannot be started here: the exact engine answers, and `graphState` says why. */
  graphLost(reason: string): void;

  collections(): Promise<LookResult<readonly CollectionInfo[]>>;
  /** @param networkTitle what the network is called, for a device that does not have it */
  createCollection(
    name: string,
    network: string,
    dim: number,
    networkTitle?: string,
  ): Promise<LookResult<CollectionInfo>>;
  renameCollection(collection: number, name: string): Promise<LookResult<CollectionInfo>>;
  /**
   * Deletes a collection.
   *
   * @returns the deletion's key for `undoDelete`, which brings it back for a day at least, over restarts too, unless
   *   `forgetDeleted` is called or its room is needed; undefined when there was no room to keep it: it is gone for good
   */
  deleteCollection(collection: number): Promise<LookResult<number | undefined>>;
  /** Deletes every collection, as one deletion. @returns as `deleteCollection`; also undefined when there was none */
  deleteAll(): Promise<LookResult<number | undefined>>;
  /** Keys of the deletions that can be undone, the last one last. */
  deleted(): Promise<LookResult<readonly number[]>>;
  /**
   * Takes one deletion back, of pictures or of collections.
   *
   * @returns the ids of the collections that came back: none when it was a deletion of pictures
   */
  undoDelete(key: number): Promise<LookResult<readonly number[]>>;
  /** Empties the trash now and frees its room. */
  forgetDeleted(): Promise<LookResult<void>>;

  /** Pictures in the order they were added. */
  list(collection: number, offset: number, limit: number): Promise<LookResult<readonly PictureInfo[]>>;
  pictures(collection: number, ids: readonly number[]): Promise<LookResult<readonly PictureInfo[]>>;
  thumbnails(collection: number, ids: readonly number[]): Promise<LookResult<readonly Thumbnail[]>>;
  /** Gives a picture another name; where its file lies in a kept folder stays known. */
  rename(collection: number, id: number, name: string): Promise<LookResult<void>>;
  /** A picture's file lies elsewhere in the kept folder now; a name that a person gave stays. */
  fileMoved(collection: number, id: number, path: string): Promise<LookResult<void>>;
  /** Deletes pictures. @returns the deletion's key, as `deleteCollection`; undefined when none was named */
  remove(collection: number, ids: readonly number[]): Promise<LookResult<number | undefined>>;

  /** Announces the files of a run, so that a restart can list what is missing. A stored picture settles its name itself. */
  announce(collection: number, names: readonly string[]): Promise<LookResult<void>>;
  /** A file of the run is settled without being stored (duplicate, broken, removed). */
  settle(collection: number, names: readonly string[]): Promise<LookResult<void>>;
  pending(collection: number): Promise<LookResult<readonly string[]>>;
  /** Files of a run that were not stored because the collection has their bytes: they are listed as exact copies. */
  noteCopies(collection: number, copies: readonly ExactCopy[]): Promise<LookResult<void>>;

  search(request: SearchRequest): Promise<LookResult<SearchAnswer>>;
  /** Takes the network's weights (transferred) and keeps its last layer, for `searchClasses`. */
  useClassifier(network: string, weights: ArrayBuffer): Promise<LookResult<void>>;
  /** The first search after opening passes the classifier over every picture; progress in pictures. */
  searchClasses(
    collection: number,
    classes: readonly number[],
    k: number,
    options?: TaskOptions,
  ): Promise<LookResult<ClassAnswer>>;
  /** Names that a person gave, in the order they were given, without marks of pictures that are deleted. */
  names(collection: number): Promise<LookResult<readonly NameInfo[]>>;
  /** Changes a name, or makes one: without an id, or with one that is free. Marks of deleted pictures stay. */
  saveName(collection: number, name: NewName & { readonly id?: number }): Promise<LookResult<NameInfo>>;
  /** @returns the name as it was, with which `saveName` brings it back */
  deleteName(collection: number, id: number): Promise<LookResult<NameInfo>>;
  /** Learns a name from its pictures, and what it does not mean from the others; tells how likely the rest has it. */
  findNamed(collection: number, id: number): Promise<LookResult<NamedAnswer>>;
  graphState(collection: number, metric: Metric): GraphState;
  /** Loads the graph of a measure, or has it built, before a search asks for it. */
  wantGraph(collection: number, metric: Metric): Promise<LookResult<void>>;
  quality(
    collection: number,
    metric: Metric,
    k: number,
    options?: TaskOptions,
  ): Promise<LookResult<QualityReport>>;
  /** Ends a run of indexing: merges small chunks, saves the graph. */
  settleRun(collection: number): Promise<LookResult<void>>;
  /** Settles when the graphs of the collection have every picture, are fitted to it and kept. */
  settleGraphs(collection: number): Promise<LookResult<void>>;

  keepFolder(collection: number, handle: FileSystemDirectoryHandle): Promise<LookResult<void>>;
  folder(collection: number): Promise<FileSystemDirectoryHandle | undefined>;

  /** Everything a person made in Look, one file. */
  save(options?: TaskOptions): Promise<LookResult<Blob>>;
  /** Adds the collections of a saved file to the store: all or nothing. */
  restore(file: Blob, options?: TaskOptions): Promise<LookResult<readonly CollectionInfo[]>>;
  storedBytes(): Promise<LookResult<StoredBytes>>;
}
