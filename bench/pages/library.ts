/** Drives the library and graph workers that the site ships, on the site's own origin, without the page in between. */
import { connectWorker, connect, transfer, type Remote } from '../../src/platform/rpc.ts';
import type { GraphApi, GraphWorkerApi } from '../../src/studios/look/worker/protocol-graph.ts';
import type {
  LibraryApi,
  LibraryIntake,
  LookResult,
  SearchAnswer,
  StoredBytes,
  Thumbnail,
} from '../../src/studios/look/worker/protocol.ts';
import { naiveScan } from '../look/naive-scan.ts';
import { clusteredVectors } from '../look/vectors.ts';
import { mulberry32 } from '../../src/kernel/rng.ts';
import { recallAtK } from '../../src/kernel/metrics.ts';
import type { Growth, LibraryPage, SearchTimes } from './library-page.ts';

const SEED = 5;
const K = 10;
const METRIC = 'cosine';
/** The largest collection that is measured. */
const MOST = 20_000;
/** Pictures on their way at once: as many as the library commits together. */
const IN_FLIGHT = 32;
/** This page in the place of an embed worker. */
const LANE = 0;
/** Bytes of a photograph that a picture claims to have. */
const CLAIMED_BYTES = 60_000;

/** Chromium says how much of the usage is whose. */
interface Estimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number };
}

interface Opened {
  readonly library: Remote<LibraryApi>;
  readonly intake: Remote<LibraryIntake>;
  readonly graph: Remote<GraphApi>;
}

let opened: Opened | undefined;
let network = '';
let dim = 0;
let collection = 0;
let before: StoredBytes = { vectors: 0, thumbnails: 0, graphs: 0, maps: 0, pictures: 0, trash: 0 };
let thumbnails: readonly Thumbnail[] = [];
/** [MOST, dim] float32: vectors of the photographs, then synthetic ones; row r is the picture with the id r + 1. */
let vectors = new Float32Array();
/** The same, of norm 1, for the naive scan. */
let units = new Float32Array();
let size = 0;

function need(): Opened {
  if (opened === undefined) throw new Error('call open first');
  return opened;
}

function take<T>(result: LookResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** Settles at the next frame: asking more often would take time from what is waited for. */
const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

function normalise(all: Float32Array): void {
  for (let from = 0; from < all.length; from += dim) {
    let sum = 0;
    for (let i = from; i < from + dim; i += 1) sum += (all[i] ?? 0) ** 2;
    const inverse = sum === 0 ? 0 : 1 / Math.sqrt(sum);
    for (let i = from; i < from + dim; i += 1) all[i] = (all[i] ?? 0) * inverse;
  }
}

async function hashOf(at: number): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint32Array.of(SEED, at)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function addOne(at: number): Promise<void> {
  const thumb = thumbnails[at % thumbnails.length];
  if (thumb === undefined) throw new Error('the collection of photographs is empty');
  const embedding = vectors.slice(at * dim, (at + 1) * dim);
  const thumbnail = thumb.data.slice(0);
  const picture = {
    name: `bench/${at}.jpg`,
    bytes: CLAIMED_BYTES,
    hash: await hashOf(at),
    embedding,
    width: 400,
    height: 300,
    thumbnail,
    thumbnailType: thumb.type,
    network,
  };
  take(await need().intake.add(collection, transfer(picture, [embedding.buffer, thumbnail])));
}

/** Everything that is added later: read or made before the clock runs. */
async function prepare(photographs: number): Promise<void> {
  const { library } = need();
  const info = take(await library.collections()).find(({ id }) => id === photographs);
  if (info === undefined) throw new Error(`no collection ${photographs}`);
  ({ network, dim } = info);
  vectors = clusteredVectors(MOST, dim, SEED);
  const ids = take(await library.list(photographs, 0, info.count)).map(({ id }) => id);
  // A search answers with the vector that it searched for.
  for (const [at, id] of ids.entries())
    vectors.set((await search(photographs, 'exact', id)).vector, at * dim);
  thumbnails = take(await library.thumbnails(photographs, ids));
  units = vectors.slice();
  normalise(units);
}

async function search(within: number, engine: 'hnsw' | 'exact', id: number): Promise<SearchAnswer> {
  const like = [{ kind: 'picture' as const, id }];
  const request = { collection: within, like, unlike: [], k: K, metric: METRIC, engine } as const;
  return take(await need().library.search(request));
}

/** Waits until the graph has every picture; asking it to search is what makes the library begin one. */
async function graphComplete(): Promise<void> {
  await search(collection, 'hnsw', 1);
  for (;;) {
    const state = await need().library.graphState(collection, METRIC);
    if (state.state === 'unavailable') throw new Error(`no graph: ${state.reason}`);
    if (state.state === 'ready' && state.done === state.total) return;
    await nextFrame();
  }
}

const page: LibraryPage = {
  async open(addresses) {
    const library = connectWorker<LibraryApi>(new Worker(addresses.library, { type: 'module' }));
    const graph = connectWorker<GraphWorkerApi>(new Worker(addresses.graph, { type: 'module' }));
    const { writer } = take(await library.api.open());
    if (!writer) throw new Error('another page holds the store');
    const forGraph = new MessageChannel();
    await graph.api.connectLibrary(transfer(forGraph.port1, [forGraph.port1]));
    await library.api.connectGraph(transfer(forGraph.port2, [forGraph.port2]));
    const forUs = new MessageChannel();
    await graph.api.connectLibrary(transfer(forUs.port1, [forUs.port1]));
    const forIntake = new MessageChannel();
    await library.api.connectEmbedder(transfer(forIntake.port1, [forIntake.port1]), LANE);
    opened = {
      library: library.api,
      graph: connect<GraphApi>(forUs.port2).api,
      intake: connect<LibraryIntake>(forIntake.port2).api,
    };
  },

  async begin(photographs) {
    await prepare(photographs);
    before = take(await need().library.storedBytes());
    collection = take(await need().library.createCollection('growth', network, dim)).id;
    return collection;
  },

  async goOn(photographs, growing) {
    await prepare(photographs);
    collection = growing;
    const info = take(await need().library.collections()).find(({ id }) => id === growing);
    size = info?.count ?? 0;
  },

  async grow(to): Promise<Growth> {
    const started = performance.now();
    // The first one alone, so that the graph is begun and grows while the others come.
    await addOne(size);
    let at = size + 1;
    await search(collection, 'hnsw', 1);
    const lane = async (): Promise<void> => {
      while (at < to) await addOne(at++);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    size = to;
    const storeMs = performance.now() - started;
    // At rest the graph takes in what it left aside while the pictures came.
    take(await need().library.settleRun(collection));
    await graphComplete();
    return { storeMs, graphMs: performance.now() - started };
  },

  async fill(to) {
    let at = size;
    const lane = async (): Promise<void> => {
      while (at < to) await addOne(at++);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    size = to;
  },

  async settle() {
    const started = performance.now();
    take(await need().library.settleGraphs(collection));
    return performance.now() - started;
  },

  async searches(queries): Promise<SearchTimes> {
    const rng = mulberry32(SEED + size);
    const times = {
      graph: [] as number[],
      graphAlone: [] as number[],
      exact: [] as number[],
      naive: [] as number[],
    };
    const recalls = { recall: 0, recallAlone: 0, exactRecall: 0 };
    const all = units.subarray(0, size * dim);
    for (let asked = 0; asked < queries; asked += 1) {
      const row = Math.floor(rng() * size);
      const query = units.slice(row * dim, (row + 1) * dim);
      const started = performance.now();
      const nearest = naiveScan(all, query, K + 1);
      times.naive.push(performance.now() - started);
      // The query itself is the nearest of all.
      const others = nearest.filter((found) => found !== row);
      const truth = others.map((found) => found + 1).slice(0, K);
      const exact = await search(collection, 'exact', row + 1);
      const graph = await search(collection, 'hnsw', row + 1);
      if (graph.engine !== 'hnsw') throw new Error('the graph did not answer');
      const alone = take(await need().graph.search({ collection, metric: METRIC }, query, K, [row + 1]));
      times.exact.push(exact.tookMs);
      times.graph.push(graph.tookMs);
      times.graphAlone.push(alone.tookMs);
      const recall = (ids: readonly number[]): number => recallAtK(ids, truth) / queries;
      recalls.exactRecall += recall(exact.hits.map(({ id }) => id));
      recalls.recall += recall(graph.hits.map(({ id }) => id));
      recalls.recallAlone += recall([...alone.ids]);
    }
    return { ...times, ...recalls };
  },

  async quality() {
    return take(await need().library.quality(collection, METRIC, K));
  },

  async stored() {
    const now = take(await need().library.storedBytes());
    const estimate: Estimate = await navigator.storage.estimate();
    return {
      ofCollection: {
        vectors: now.vectors - before.vectors,
        thumbnails: now.thumbnails - before.thumbnails,
        graphs: now.graphs - before.graphs,
        maps: now.maps - before.maps,
        pictures: now.pictures - before.pictures,
      },
      disk: estimate.usageDetails?.indexedDB ?? estimate.usage ?? 0,
      graphHeap: await need().graph.heapBytes(),
    };
  },
};
window.library = page;
