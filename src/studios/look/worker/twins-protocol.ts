/** What the page, the library worker and the twins worker say to one another about twins. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { ExactCopy, LookResult, PictureInfo, Thumbnail } from './protocol.ts';

/** A picture's print, as the store keeps it: made of the thumbnail, so it can be made again. */
export interface KeptPrint {
  readonly id: number;
  readonly version: number;
  /** Perceptual hashes, as `engine/print.ts` makes them. */
  readonly hashes: Uint32Array<ArrayBuffer>;
  readonly sharpness: number;
}

/** What other workers read of a collection; the library worker serves it on a port. */
export interface LibraryReader {
  /** All pictures, in the order in which they were added, and the dimension of their vectors. */
  members(
    collection: number,
  ): Promise<LookResult<{ readonly dim: number; readonly pictures: readonly PictureInfo[] }>>;
  /** Vectors [ids.length, dim] (transferred) of those of the ids that are there. */
  vectors(
    collection: number,
    ids: readonly number[],
  ): Promise<LookResult<{ readonly ids: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>>;
  thumbnails(collection: number, ids: readonly number[]): Promise<LookResult<readonly Thumbnail[]>>;
  /** The prints that are kept, of those of the ids that have one. */
  prints(collection: number, ids: readonly number[]): Promise<LookResult<readonly KeptPrint[]>>;
  keepPrints(collection: number, prints: readonly KeptPrint[]): Promise<LookResult<void>>;
  /** Files with the bytes of a picture that is in the collection now. */
  copies(collection: number): Promise<LookResult<readonly (ExactCopy & { readonly of: string })[]>>;
}

/** A picture of a group. */
export interface TwinMember extends PictureInfo {
  /** Of the thumbnail: of two copies the sharper one has more. */
  readonly sharpness: number;
}

export interface TwinGroupView {
  /** The best first; by size and sharpness. */
  readonly members: readonly TwinMember[];
  /** How alike the pictures are that hold the group together, at least. */
  readonly weakest: number;
}

/** A pair that is shown. */
export interface TwinPairView {
  readonly a: PictureInfo;
  readonly b: PictureInfo;
  readonly likeness: number;
}

/** What stands at a threshold. */
export interface TwinsView {
  readonly threshold: number;
  readonly pairs: number;
  readonly groups: number;
  /** Pictures in groups, and those of them that are not the best of theirs. */
  readonly pictures: number;
  readonly spare: number;
  /** The pairs that are only just alike enough: they show what the threshold lets in. */
  readonly border: readonly TwinPairView[];
  /** Pictures of the collection that were compared with all others, and those that were not yet. */
  readonly compared: number;
  readonly missing: number;
  /** Below it pairs are missing: there were too many. */
  readonly floor: number;
}

export interface TwinsApi {
  /** Takes the port to the library worker (transferred), on which `LibraryReader` is served. */
  connectLibrary(port: MessagePort): void;
  /**
   * Compares every picture of a collection with every other. What was compared before is not compared again; stopped, it
   * keeps what it has and answers `cancelled`, and the next call goes on.
   */
  find(collection: number, options?: TaskOptions): Promise<LookResult<void>>;
  /**
   * What stands at a threshold, by what was found so far.
   *
   * @param threshold how alike two twins are at least
   */
  at(collection: number, threshold: number): Promise<LookResult<TwinsView>>;
  /** Groups of what `at` was asked last, the most alike first. */
  groups(offset: number, limit: number): readonly TwinGroupView[];
  /** Ids of all pictures in these groups that are not the best of theirs. */
  spare(): readonly number[];
  /** Files with the bytes of a picture of the collection. */
  copies(collection: number): Promise<LookResult<readonly (ExactCopy & { readonly of: string })[]>>;
  /** The list of what `at` was asked last and of the copies, as a file. */
  list(collection: number, format: 'csv' | 'json'): Promise<LookResult<Blob>>;
}
