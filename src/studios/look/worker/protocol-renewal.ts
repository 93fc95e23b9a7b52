/** What the page and the embed workers ask of the library when another network looks at a collection anew. */
import type { LookResult, PictureInfo } from './protocol.ts';
import type { RenewalInfo } from './protocol-renewed.ts';

export type { RenewalInfo, RenewedPicture } from './protocol-renewed.ts';

/** How it ended, or what is missing for that. */
export interface RenewalEnd {
  /** Whether the new vectors are in use now. */
  readonly isDone: boolean;
  /** Pictures that the network has not looked at. */
  readonly missing: number;
  /** Deleted pictures that cannot be brought back any more, because only the old network knew them. */
  readonly lost: number;
}

/** The old vectors stay, and are searched, until `finish` has put the new ones in their place. */
export interface RenewalApi {
  /**
   * Begins, or goes on with what the same network has begun. What another network has begun is thrown away.
   *
   * @param network hash of its weights; the collection's own looks at everything once more
   * @param dim of its vectors
   * @param networkTitle what it is called
   */
  begin(
    collection: number,
    network: string,
    dim: number,
    networkTitle?: string,
  ): Promise<LookResult<RenewalInfo>>;
  /**
   * Pictures that the network has not looked at, in the order they were added.
   *
   * @param after only those with ids above it
   * @param limit how many at most
   */
  missing(collection: number, after: number, limit: number): Promise<LookResult<readonly PictureInfo[]>>;
  /**
   * Has the vectors beside and those in use change places, in one transaction, if there is one for every picture: once more,
   * and it is as before. Only an earlier look of the same network is not kept.
   */
  finish(collection: number): Promise<LookResult<RenewalEnd>>;
  /** Forgets the vectors that are not in use; the collection stays as it is. */
  giveUp(collection: number): Promise<LookResult<void>>;
}
