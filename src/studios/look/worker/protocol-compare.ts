/** What the page asks of the library to compare two networks on the same pictures. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { LookResult, PictureInfo } from './protocol.ts';

/** In the place of a second collection: the vectors of another network that lie beside those in use of the first. */
export const BESIDE = 0;

/** A neighbour by one of the networks. Ids and names are of the first collection. */
export interface ComparedHit extends PictureInfo {
  readonly rank: number;
  /** Cosine similarity by that network. */
  readonly score: number;
}

/** Mean share of the first k neighbours that are of the query's class, by both networks, [0, 1]. */
export interface PrecisionRow {
  readonly k: number;
  readonly first: number;
  readonly second: number;
}

export interface PrecisionReport {
  readonly rows: readonly PrecisionRow[];
  readonly queries: number;
  readonly classes: number;
}

/**
 * Two networks on the same pictures: of one collection that both have looked at (`BESIDE`), or of two collections, of which
 * pictures with the same bytes belong together, and nothing else counts. Everything is found by the exact scan.
 */
export interface CompareApi {
  /** Pictures that are in both, in the order of the first, and in how many folders they lie. */
  shared(
    first: number,
    second: number,
  ): Promise<LookResult<{ readonly ids: readonly number[]; readonly classes: number }>>;
  /** The nearest neighbours of a picture by both networks. */
  neighbours(
    first: number,
    second: number,
    id: number,
    k: number,
  ): Promise<LookResult<{ readonly first: readonly ComparedHit[]; readonly second: readonly ComparedHit[] }>>;
  /** P@k of both, where the folder of a picture is its class; progress in queries. */
  precision(first: number, second: number, options?: TaskOptions): Promise<LookResult<PrecisionReport>>;
}
