/** Fills the library and graph workers that the site ships with more vectors than anybody has pictures at hand. */
import { mulberry32 } from '../../src/kernel/rng.ts';
import { connect, connectWorker, serve, transfer, type Remote } from '../../src/platform/rpc.ts';
import type { GraphApi, GraphWorkerApi } from '../../src/studios/look/worker/protocol-graph.ts';
import type { Engine, LibraryApi, LookResult, SearchAnswer } from '../../src/studios/look/worker/protocol.ts';
import type { ExchangeApi, RemoteCarrier } from '../../src/studios/look/worker/protocol-exchange.ts';
import type { ScalePage } from './scale-page.ts';

const SEED = 9;
const K = 10;
const METRIC = 'cosine';

interface Opened {
  readonly library: Remote<LibraryApi>;
  readonly exchange: Remote<ExchangeApi>;
  readonly graph: Remote<GraphApi>;
}

interface Estimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number };
}

/** The file with the vectors is chosen as a person does it. */
const input = document.createElement('input');
input.type = 'file';
document.body.append(input);

let opened: Opened | undefined;
let collection = 0;
let size = 0;

function need(): Opened {
  if (opened === undefined) throw new Error('call open first');
  return opened;
}

function take<T>(result: LookResult<T>): T {
  if (!result.ok)
    throw new Error(`${result.error.code}: ${result.error.message} ${result.error.cause ?? ''}`);
  return result.value;
}

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

async function search(engine: Engine, id: number): Promise<SearchAnswer> {
  const request = {
    collection,
    like: [{ kind: 'picture', id }],
    unlike: [],
    k: K,
    metric: METRIC,
    engine,
  } as const;
  const answer = take(await need().library.search(request));
  if (answer.engine !== engine) throw new Error(`${engine} was asked, ${answer.engine} answered`);
  return answer;
}

const idsToAsk = (queries: number): number[] => {
  const rng = mulberry32(SEED + size);
  return Array.from({ length: queries }, () => 1 + Math.floor(rng() * size));
};

const share = (found: SearchAnswer, truth: SearchAnswer): number => {
  const right = new Set(truth.hits.map(({ id }) => id));
  return found.hits.filter(({ id }) => right.has(id)).length / right.size;
};

window.scale = {
  async open(addresses) {
    const library = connectWorker<LibraryApi>(new Worker(addresses.library, { type: 'module' }));
    const graph = connectWorker<GraphWorkerApi>(new Worker(addresses.graph, { type: 'module' }));
    if (!take(await library.api.open()).writer) throw new Error('another page holds the store');
    const forLibrary = new MessageChannel();
    await graph.api.connectLibrary(transfer(forLibrary.port1, [forLibrary.port1]));
    await library.api.connectGraph(transfer(forLibrary.port2, [forLibrary.port2]));
    const forUs = new MessageChannel();
    await graph.api.connectLibrary(transfer(forUs.port1, [forUs.port1]));
    const forExchange = new MessageChannel();
    await library.api.connectExchange(transfer(forExchange.port1, [forExchange.port1]));
    opened = {
      library: library.api,
      graph: connect<GraphApi>(forUs.port2).api,
      exchange: connect<ExchangeApi>(forExchange.port2).api,
    };
  },

  async fill() {
    const file = input.files?.[0];
    if (file === undefined) throw new Error('choose a file first');
    const started = performance.now();
    const info = take(await need().exchange.importVectors([file]));
    collection = info.id;
    size = info.count;
    await search('exact', 1); // in memory
    return performance.now() - started;
  },

  async save() {
    const started = performance.now();
    const { blob } = take(await need().exchange.exportVectors(collection, 'npy', METRIC));
    // What was written can be read, from its first byte to its last.
    let read = 0;
    for (const reader = blob.stream().getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      read += value.length;
    }
    if (read !== blob.size) throw new Error(`${read} of ${blob.size} bytes could be read`);
    return { ms: performance.now() - started, bytes: blob.size };
  },

  async build() {
    const started = performance.now();
    take(await need().library.wantGraph(collection, METRIC));
    for (;;) {
      const state = await need().library.graphState(collection, METRIC);
      if (state.state === 'unavailable') throw new Error(`no graph: ${state.reason}`);
      if (state.state === 'ready' && state.done === state.total) break;
      await nextFrame();
    }
    const builtMs = performance.now() - started;
    take(await need().library.settleGraphs(collection));
    return { builtMs, keptMs: performance.now() - started };
  },

  async search(queries) {
    const times = { exact: [] as number[], graph: [] as number[], recall: 0 };
    for (const id of idsToAsk(queries)) {
      const exact = await search('exact', id);
      const graph = await search('hnsw', id);
      times.exact.push(exact.tookMs);
      times.graph.push(graph.tookMs);
      times.recall += share(graph, exact) / queries;
    }
    return times;
  },

  async stored() {
    const { vectors, graphs } = take(await need().library.storedBytes());
    const estimate: Estimate = await navigator.storage.estimate();
    return {
      disk: estimate.usageDetails?.indexedDB ?? estimate.usage ?? 0,
      graphHeap: await need().graph.heapBytes(),
      vectors,
      graph: graphs,
    };
  },

  async remote(address, queries) {
    const carrier: RemoteCarrier = {
      async send({ method, path, body }) {
        const headers = { 'Content-Type': 'application/json' };
        const response = await fetch(`${address}${path}`, {
          method,
          ...(body === undefined ? {} : { body, headers }),
        });
        return { ok: true, value: { status: response.status, body: await response.arrayBuffer() } };
      },
    };
    const { port1, port2 } = new MessageChannel();
    serve<RemoteCarrier>(carrier, port1);
    const target = {
      kind: 'chroma',
      name: 'scale',
      tenant: 'default_tenant',
      database: 'default_database',
    } as const;
    await need().exchange.connectRemote(target, transfer(port2, [port2]));
    const started = performance.now();
    take(await need().exchange.push(collection, METRIC));
    const pushMs = performance.now() - started;
    await search('remote', 1); // reads once which records there are
    const searches: number[] = [];
    let recall = 0;
    for (const id of idsToAsk(queries)) {
      const answer = await search('remote', id);
      searches.push(answer.tookMs);
      recall += (answer.beside?.recall ?? 0) / queries;
    }
    return { pushMs, searches, recall };
  },
} satisfies ScalePage;
