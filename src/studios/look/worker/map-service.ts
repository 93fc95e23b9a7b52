import type { Progress } from '../../../kernel/progress.ts';
import { parseSafetensors } from '../../../kernel/tensors/safetensors.ts';
import { connect, type Remote, type TaskOptions, transfer } from '../../../platform/rpc.ts';
import { cellsPerRow, SMALL } from '../engine/map/atlas.ts';
import { clusterCount, kMeans } from '../engine/map/clusters.ts';
import { folderOf, groupBy, topClasses } from '../engine/map/groups.ts';
import { placeAmong } from '../engine/map/place.ts';
import {
  type Basis,
  BASIS_SAMPLE,
  normaliseRows,
  principalBasis,
  project,
  REDUCED_DIM,
} from '../engine/map/reduce.ts';
import { attempt, LookFailure } from './failure.ts';
import { layOut, type LayoutOptions, scan } from './map-layout.ts';
import type { MapPixels } from './map-pixels.ts';
import type {
  GroupKind,
  Grouping,
  KeptMap,
  MapApi,
  MapPlaces,
  MapSource,
  PictureCell,
  PictureStrip,
} from './protocol-map.ts';
import type { LookResult } from './protocol.ts';

/** Vectors fetched at once: a block of the library's table. */
const VECTORS_AT_ONCE = 512;
/** Neighbours that a new picture is placed among. */
const PLACE_AMONG = 8;
/** Of the work of laying out, how much reading is. */
const SHARE_READING = 0.15;
/** The progress of work whose steps are not alike is told in hundredths. */
const HUNDRED = 100;

export interface MapEnvironment {
  readonly pixels: () => Pick<MapPixels, 'strip' | 'cells'>;
  readonly pause: () => Promise<void>;
  readonly elapsed: () => number;
}

interface OpenMap {
  readonly collection: number;
  readonly map: KeptMap;
}

type Network = Parameters<MapApi['group']>[2];

const sharesOf =
  (options: TaskOptions | undefined, phase: string) =>
  (share: number): void => {
    const progress: Progress = { phase, done: Math.floor(share * HUNDRED), total: HUNDRED, unit: 'percent' };
    options?.onProgress?.(progress);
  };

function take<T>(result: LookResult<T>): T {
  if (result.ok) return result.value;
  const { code, message, hint, cause } = result.error;
  throw new LookFailure(code, message, hint, cause);
}

const rowsOf = (values: Float32Array, rows: readonly number[], width: number): Float32Array<ArrayBuffer> => {
  const out = new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries())
    out.set(values.subarray(row * width, (row + 1) * width), to * width);
  return out;
};

const joined = (a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> => {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
};

/** Lays collections out, groups them and draws their pictures small, one collection at a time. */
export class MapService implements MapApi {
  readonly #env: MapEnvironment;
  #pixels: Pick<MapPixels, 'strip' | 'cells'> | undefined;
  #library: Remote<MapSource> | undefined;
  #open: OpenMap | undefined;

  constructor(env: MapEnvironment) {
    this.#env = env;
  }

  connectLibrary(port: MessagePort): void {
    this.#library = connect<MapSource>(port).api;
  }

  open(collection: number): Promise<LookResult<MapPlaces | undefined>> {
    return attempt('opening the map', async () => {
      this.#open = undefined;
      const kept = take(await this.#source.kept(collection));
      if (kept === undefined) return undefined;
      const { ids } = take(await this.#source.pictures(collection));
      const map = without(kept, new Set(ids));
      this.#open = { collection, map };
      return placesOf(map, ids.length - map.ids.length);
    });
  }

  layOut(collection: number, options?: TaskOptions): Promise<LookResult<MapPlaces>> {
    return attempt('laying out the map', async () => {
      const { ids, dim, network } = take(await this.#source.pictures(collection));
      const onShare = sharesOf(options, 'laying out');
      const basis = await this.#basis(collection, ids, dim);
      const reduced = await this.#reduce(collection, ids, basis, {
        ...options,
        onShare: (share) => onShare(share * SHARE_READING),
      });
      const positions = await layOut(
        reduced,
        basis.rank,
        this.#turns(options, (share) => onShare(SHARE_READING + share * (1 - SHARE_READING))),
      );
      const { mean, axes } = basis;
      return this.#keep(collection, { network, ids, positions, reduced, mean, axes, placed: 0 });
    });
  }

  placeMissing(collection: number, options?: TaskOptions): Promise<LookResult<MapPlaces>> {
    return attempt('placing new pictures', async () => {
      const { map } = this.#need(collection);
      const { ids } = take(await this.#source.pictures(collection));
      const known = new Set(map.ids);
      const fresh = ids.filter((id) => !known.has(id));
      const kept = without(map, new Set(ids));
      const basis = basisOf(kept);
      const onShare = sharesOf(options, 'placing');
      const reduced = await this.#reduce(collection, fresh, basis, {
        ...options,
        onShare: (share) => onShare(share / 2),
      });
      const k = Math.min(PLACE_AMONG, kept.ids.length);
      const turns = this.#turns(options, (share) => onShare((1 + share) / 2));
      const neighbours = await scan(reduced, kept.reduced, basis.rank, k, turns);
      // The labels of the new ones are not known, so they are asked for anew.
      const { network, mean, axes } = kept;
      return this.#keep(collection, {
        network,
        mean,
        axes,
        ids: Uint32Array.from([...kept.ids, ...fresh]),
        positions: joined(kept.positions, placeAmong(neighbours, kept.positions)),
        reduced: joined(kept.reduced, reduced),
        placed: kept.placed + fresh.length,
      });
    });
  }

  group(
    collection: number,
    kind: GroupKind,
    network?: Network,
    options?: TaskOptions,
  ): Promise<LookResult<Grouping>> {
    return attempt('grouping the pictures', async () => {
      const { map } = this.#need(collection);
      if (kind === 'folder') return this.#byFolder(collection, map);
      if (kind === 'label') return this.#byLabel(collection, map, network, options);
      const { rank } = basisOf(map);
      const clusters = kMeans(map.reduced, rank, clusterCount(map.ids.length));
      return groupBy([...clusters], (cluster) => `Cluster ${cluster + 1}`, map.reduced);
    });
  }

  async strip(collection: number, from: number): Promise<LookResult<PictureStrip>> {
    const result = await attempt('drawing small pictures', async () => {
      const ids = [...this.#need(collection).map.ids.subarray(from, from + cellsPerRow(SMALL))];
      return this.#draw.strip(ids, take(await this.#source.thumbnails(collection, ids)));
    });
    return result.ok
      ? transfer(
          result,
          result.value.levels.map(({ buffer }) => buffer),
        )
      : result;
  }

  async cells(collection: number, ids: readonly number[]): Promise<LookResult<readonly PictureCell[]>> {
    const result = await attempt('drawing pictures', async () =>
      this.#draw.cells(take(await this.#source.thumbnails(collection, ids))),
    );
    return result.ok
      ? transfer(
          result,
          result.value.flatMap(({ levels }) => levels.map(({ buffer }) => buffer)),
        )
      : result;
  }

  get #source(): Remote<MapSource> {
    if (this.#library === undefined) throw new Error('call connectLibrary first');
    return this.#library;
  }

  get #draw(): Pick<MapPixels, 'strip' | 'cells'> {
    this.#pixels ??= this.#env.pixels();
    return this.#pixels;
  }

  #need(collection: number): OpenMap {
    if (this.#open?.collection !== collection)
      throw new Error(`the map of collection ${collection} is not open`);
    return this.#open;
  }

  #turns(options: TaskOptions | undefined, onShare: (share: number) => void): LayoutOptions {
    const { pause, elapsed } = this.#env;
    return { signal: options?.signal, onShare, pause, elapsed };
  }

  async #basis(collection: number, ids: Uint32Array, dim: number): Promise<Basis> {
    const step = Math.max(1, ids.length / BASIS_SAMPLE);
    const rows = Math.min(ids.length, BASIS_SAMPLE);
    const sample = Uint32Array.from({ length: rows }, (_, at) => ids[Math.floor(at * step)] ?? 0);
    const vectors = take(await this.#source.vectors(collection, sample));
    normaliseRows(vectors, dim);
    return principalBasis(vectors, dim, REDUCED_DIM);
  }

  async #reduce(
    collection: number,
    ids: Uint32Array<ArrayBuffer>,
    basis: Basis,
    options: Pick<TaskOptions, 'signal'> & { readonly onShare: (share: number) => void },
  ): Promise<Float32Array<ArrayBuffer>> {
    const out = new Float32Array(ids.length * basis.rank);
    await this.#eachBlock(collection, ids, options, (vectors, from) => {
      normaliseRows(vectors, basis.dim);
      out.set(project(vectors, basis), from * basis.rank);
    });
    return out;
  }

  async #eachBlock(
    collection: number,
    ids: Uint32Array<ArrayBuffer>,
    { signal, onShare }: Pick<TaskOptions, 'signal'> & { readonly onShare: (share: number) => void },
    work: (vectors: Float32Array<ArrayBuffer>, from: number) => void,
  ): Promise<void> {
    for (let from = 0; from < ids.length; from += VECTORS_AT_ONCE) {
      const block = ids.slice(from, from + VECTORS_AT_ONCE);
      work(take(await this.#source.vectors(collection, block)), from);
      onShare((from + block.length) / ids.length);
      signal?.throwIfAborted();
    }
  }

  async #byFolder(collection: number, map: KeptMap): Promise<Grouping> {
    const { ids, names } = take(await this.#source.pictures(collection));
    const folders = new Map(Array.from(ids, (id, at) => [id, folderOf(names[at] ?? '')]));
    const keys = Array.from(map.ids, (id) => folders.get(id) ?? '');
    return groupBy(keys, (folder) => (folder === '' ? 'No folder' : folder), map.reduced);
  }

  async #byLabel(
    collection: number,
    map: KeptMap,
    network: Network,
    options?: TaskOptions,
  ): Promise<Grouping> {
    if (network === undefined)
      throw new LookFailure('bad-weights', 'The network is not here, so nothing has a label.');
    const labels = map.labels ?? (await this.#labels(collection, map, network.weights, options));
    return groupBy([...labels], (label) => network.names[label] ?? `class ${label}`, map.reduced);
  }

  async #labels(
    collection: number,
    map: KeptMap,
    weights: ArrayBuffer,
    options?: TaskOptions,
  ): Promise<Uint16Array<ArrayBuffer>> {
    // The rest of a network's file is of any kind, and not wanted here.
    const tensors = parseSafetensors(weights, (name) => name.startsWith('classifier.'));
    const weight = tensors.get('classifier.weight')?.values;
    const bias = tensors.get('classifier.bias')?.values;
    if (weight === undefined || bias === undefined || weight.length !== bias.length * map.mean.length)
      throw new LookFailure('bad-weights', 'This network does not name what it sees.');
    const labels = new Uint16Array(map.ids.length);
    const onShare = sharesOf(options, 'labelling');
    await this.#eachBlock(collection, map.ids, { signal: options?.signal, onShare }, (vectors, from) =>
      labels.set(topClasses(vectors, weight, bias), from),
    );
    await this.#keep(collection, { ...map, labels });
    return labels;
  }

  async #keep(collection: number, map: KeptMap): Promise<MapPlaces> {
    this.#open = { collection, map };
    // A full disk takes the kept map away, not the one in memory.
    const kept = await this.#source.keep(collection, map);
    if (!kept.ok) console.warn('The map was not kept:', kept.error.message);
    return placesOf(map, 0);
  }
}

const basisOf = ({ mean, axes }: KeptMap): Basis => ({
  mean,
  axes,
  dim: mean.length,
  rank: axes.length / mean.length,
});

const placesOf = ({ ids, positions, placed }: KeptMap, missing: number): MapPlaces => ({
  ids,
  positions,
  placed,
  missing,
});

/** A map without the pictures that are gone. */
function without(map: KeptMap, present: ReadonlySet<number>): KeptMap {
  const rows = Array.from(map.ids.keys()).filter((row) => present.has(map.ids[row] ?? -1));
  if (rows.length === map.ids.length) return map;
  const { labels, ...rest } = map;
  return {
    ...rest,
    ids: Uint32Array.from(rows, (row) => map.ids[row] ?? 0),
    positions: rowsOf(map.positions, rows, 2),
    reduced: rowsOf(map.reduced, rows, basisOf(map).rank),
    ...(labels === undefined ? {} : { labels: Uint16Array.from(rows, (row) => labels[row] ?? 0) }),
  };
}
