import type { DBSchema, IDBPTransaction, StoreNames } from 'idb';
import { BLOCK_ROWS } from '../engine/vector-table.ts';
import type { NameInfo, PictureInfo } from './protocol.ts';
import type { KeptPrint } from './twins-protocol.ts';

export const DATABASE_NAME = 'atelier-look';

/** Rows of a full chunk of vectors: a block of the table in memory, which takes it over as it is. */
export const CHUNK_ROWS = BLOCK_ROWS;

/** Where a chunk of vectors lies: its key is [collection, generation, seq]. */
export interface ChunkRef {
  readonly generation: number;
  readonly seq: number;
  readonly rows: number;
}

/** The manifest of a collection. Only chunks that it names exist; any other is left over from an unfinished save. */
export interface CollectionRow {
  readonly id: number;
  readonly name: string;
  /** Hash of the network that made the vectors. */
  readonly network: string;
  readonly dim: number;
  /** What the network was called where it was. Absent in rows of earlier versions. */
  readonly networkTitle?: string;
  readonly createdAt: number;
  /** Grows with every merge of chunks. */
  readonly generation: number;
  readonly chunks: readonly ChunkRef[];
  readonly nextSeq: number;
  /** Ids are never used twice, also not after a deletion. */
  readonly nextId: number;
  readonly count: number;
  /** Grows with every change, so that a tab that only reads notices. */
  readonly revision: number;
  /** Name of the folder whose handle is kept, or ''. */
  readonly folder: string;
  /** Names that a person gave; their marks may be of pictures that are deleted. Absent while there is none. */
  readonly names?: readonly NameInfo[];
  /** Number of the set of vectors that is in use: it grows with every network that looks at the collection. Absent: 0. */
  readonly set?: number;
  /** Highest number that a set had. Absent: 0. */
  readonly lastSet?: number;
  /** Sets with vectors that were made of thumbnails. */
  readonly smallSets?: readonly number[];
  /** The vectors of a network that is looking at the collection anew, or those that were in use before the present ones. */
  readonly renewal?: RenewalRow;
}

/** A set of vectors that is not in use. Its chunks are numbered like the others of the collection. */
export interface RenewalRow {
  readonly set: number;
  readonly network: string;
  readonly dim: number;
  readonly networkTitle?: string;
  readonly chunks: readonly ChunkRef[];
  /** It was in use, and is kept so that there is a way back. */
  readonly wasInUse?: true;
}

export interface PictureRow extends PictureInfo {
  readonly collection: number;
  readonly thumbBytes: number;
  /** Numbers of the sets in which its vector was made of its thumbnail. */
  readonly small?: readonly number[];
}

export interface VectorChunk {
  /** [rows] */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [rows, dim] */
  readonly data: Float32Array<ArrayBuffer>;
}

/** A kept print: `KeptPrint` under the picture's key. */
export type PrintRow = Omit<KeptPrint, 'id'>;

export interface ThumbRow {
  readonly data: ArrayBuffer;
  readonly type: string;
}

/** What a deletion took away. The vectors and thumbnails of deleted pictures stay where they are until the trash is emptied. */
export type TrashRow = (
  | { readonly kind: 'pictures'; readonly collection: number; readonly pictures: readonly PictureRow[] }
  | { readonly kind: 'collections'; readonly rows: readonly CollectionRow[] }
) & {
  /** When, in milliseconds since 1970; rows of earlier versions do not say and count as old. */
  readonly at?: number;
};

export interface LookSchema extends DBSchema {
  /** `writer`: token of the tab that writes; `nextCollection`: the next id of a collection. */
  meta: { key: string; value: number };
  collections: { key: number; value: CollectionRow };
  pictures: { key: [number, number]; value: PictureRow; indexes: { byHash: [number, string] } };
  chunks: { key: [number, number, number]; value: VectorChunk };
  thumbs: { key: [number, number]; value: ThumbRow };
  /** Files announced for indexing and not settled yet; the value says nothing. */
  pending: { key: [number, string]; value: true };
  /** Prints for finding twins, made of thumbnails. */
  prints: { key: [number, number]; value: PrintRow };
  /** Files that were not stored, by name: the picture that has their bytes. */
  copies: { key: [number, string]; value: number };
  folders: { key: number; value: FileSystemDirectoryHandle };
  trash: { key: number; value: TrashRow };
}

export type StoreName = StoreNames<LookSchema>;
/** Stores whose keys begin with a collection. */
export const BY_COLLECTION = [
  'pictures',
  'chunks',
  'thumbs',
  'pending',
  'prints',
  'copies',
] as const satisfies readonly StoreName[];

export type WriteTransaction = IDBPTransaction<LookSchema, StoreName[], 'readwrite'>;

/** All keys that begin with a collection: an array sorts after every number and text. */
export const keysOf = (collection: number): IDBKeyRange => IDBKeyRange.bound([collection], [collection, []]);

export const chunkKey = (collection: number, { generation, seq }: ChunkRef): [number, number, number] => [
  collection,
  generation,
  seq,
];

export const toPictureInfo = ({ id, name, hash, bytes, width, height, path }: PictureRow): PictureInfo => ({
  id,
  name,
  hash,
  bytes,
  width,
  height,
  ...(path === undefined ? {} : { path }),
});
