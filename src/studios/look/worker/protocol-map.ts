/** What the page, the map worker and the library say to one another about the map. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { Grouping } from '../engine/map/groups.ts';
import type { LookResult, Thumbnail } from './protocol.ts';

export type { Grouping };

/** Where the pictures lie. */
export interface MapPlaces {
  /** [N], in the order in which they were laid out; a picture's row is its place in this list */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [N, 2] float32 within the unit square, y downwards */
  readonly positions: Float32Array<ArrayBuffer>;
  /** How many were placed among their neighbours since the map was laid out. */
  readonly placed: number;
  /** Pictures of the collection that are not on the map yet. */
  readonly missing: number;
}

export type GroupKind = 'folder' | 'label' | 'cluster';

/** A row of small pictures for the atlas, ready to be uploaded. */
export interface PictureStrip {
  /** [levels] RGBA: cells side by side, each level half as large as the one before */
  readonly levels: readonly Uint8Array<ArrayBuffer>[];
}

/** One large picture for the atlas. */
export interface PictureCell extends PictureStrip {
  readonly id: number;
}

/** What the page asks of the map worker. */
export interface MapApi {
  /** Hands over the port to the library, on which `MapSource` is served. */
  connectLibrary(port: MessagePort): void;
  /** The kept map of a collection, without pictures that are gone; undefined when there is none. */
  open(collection: number): Promise<LookResult<MapPlaces | undefined>>;
  /** Lays the whole collection out and keeps the map. Stopped, it leaves what was there before. */
  layOut(collection: number, options?: TaskOptions): Promise<LookResult<MapPlaces>>;
  /** Places what is missing among its neighbours, leaves the others where they are, and keeps the map. */
  placeMissing(collection: number, options?: TaskOptions): Promise<LookResult<MapPlaces>>;
  /**
   * Groups the pictures of the map.
   *
   * @param weights of the network, for its labels; undefined when they are known or not wanted
   * @param names of its classes
   */
  group(
    collection: number,
    kind: GroupKind,
    network?: { readonly weights: ArrayBuffer; readonly names: readonly string[] },
    options?: TaskOptions,
  ): Promise<LookResult<Grouping>>;
  /** The small pictures of a stretch of rows of the map, at most as many as a row of the atlas has cells. */
  strip(collection: number, from: number): Promise<LookResult<PictureStrip>>;
  /** Large pictures; one that cannot be had is left out. */
  cells(collection: number, ids: readonly number[]): Promise<LookResult<readonly PictureCell[]>>;
}

/** A map as it is kept: a cache that can be made again. */
export interface KeptMap {
  readonly network: string;
  /** [N] */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [N, 2] */
  readonly positions: Float32Array<ArrayBuffer>;
  /** [N, rank] what the neighbours of new pictures are found by */
  readonly reduced: Float32Array<ArrayBuffer>;
  /** [dim] and [rank, dim]: how `reduced` was made */
  readonly mean: Float32Array<ArrayBuffer>;
  readonly axes: Float32Array<ArrayBuffer>;
  readonly placed: number;
  /** [N] the likeliest class of each picture, once it was asked for */
  readonly labels?: Uint16Array<ArrayBuffer>;
}

/** What the map worker needs of the library. */
export interface MapSource {
  /** All pictures of a collection, in the order they were added. */
  pictures(collection: number): Promise<
    LookResult<{
      readonly network: string;
      readonly dim: number;
      readonly ids: Uint32Array<ArrayBuffer>;
      readonly names: readonly string[];
    }>
  >;
  /** [ids, dim] float32; an id that is gone is an error. */
  vectors(collection: number, ids: Uint32Array<ArrayBuffer>): Promise<LookResult<Float32Array<ArrayBuffer>>>;
  thumbnails(collection: number, ids: readonly number[]): Promise<LookResult<readonly Thumbnail[]>>;
  kept(collection: number): Promise<LookResult<KeptMap | undefined>>;
  /** Keeps a map in place of the one before; in a tab that may not write it does nothing. */
  keep(collection: number, map: KeptMap): Promise<LookResult<void>>;
}
