/** Look's graph, by how it stores its vectors, and hnswlib-wasm on the same vectors, one after the other, in one page. */
import { quantile, recallAtK } from '../../src/kernel/metrics.ts';
import { pause } from '../../src/platform/rpc-pause.ts';
import { inverseNorm } from '../../src/studios/look/engine/distance.ts';
import { EF_LADDER } from '../../src/studios/look/engine/graph-quality.ts';
import { GraphIndex, type GraphStorage } from '../../src/studios/look/worker/graph-index.ts';
import { GraphModule } from '../../src/studios/look/worker/graph-module.ts';
import { HnswIndex } from '../../src/studios/look/worker/testing/hnswlib/hnsw-index.ts';
import { HnswLibrary } from '../../src/studios/look/worker/testing/hnswlib/hnsw-library.ts';
import { RerankedIndex } from '../../src/studios/look/worker/testing/reranked-index.ts';
import { naiveScan } from '../look/naive-scan.ts';
import { clusteredVectors } from '../look/vectors.ts';
import type { EngineFigures } from './engines-page.ts';

const K = 10;
const QUERIES = 200;
const ROUNDS = 3;
const AT_ONCE = 64;

type Engine = GraphIndex | RerankedIndex | HnswIndex;

async function built(engine: Engine, vectors: Float32Array, dim: number): Promise<number> {
  const started = performance.now();
  const n = vectors.length / dim;
  for (let from = 0; from < n; from += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, n - from) }, (_, i) => from + i);
    await engine.add(ids, vectors.subarray(from * dim, (from + ids.length) * dim));
  }
  return (performance.now() - started) / 1000;
}

function searched(
  engine: Engine,
  queries: readonly Float32Array[],
  truths: readonly number[][],
  wanted: number,
) {
  for (const ef of EF_LADDER) {
    const times: number[] = [];
    let recall = 0;
    for (let round = 0; round < ROUNDS; round += 1)
      queries.forEach((query, at) => {
        const started = performance.now();
        const found = engine.search(query, K, { ef });
        times.push(performance.now() - started);
        recall += recallAtK(
          found.map(({ id }) => id),
          truths[at] ?? [],
        );
      });
    recall /= ROUNDS * queries.length;
    if (recall >= wanted) return { ef, recall, searchMs: quantile(times, 0.5) };
  }
  throw new Error(`no list of candidates reaches a recall of ${wanted}`);
}

window.engines = {
  async compare(n, dim, wanted) {
    const vectors = clusteredVectors(n + QUERIES, dim, 3, Math.round(n / 50));
    for (let row = 0; row < n + QUERIES; row += 1) {
      const vector = vectors.subarray(row * dim, (row + 1) * dim);
      const inverse = inverseNorm(vector);
      vector.forEach((value, i) => (vector[i] = value * inverse));
    }
    const stored = vectors.subarray(0, n * dim);
    const queries = Array.from({ length: QUERIES }, (_, i) =>
      vectors.slice((n + i) * dim, (n + i + 1) * dim),
    );
    const truths = queries.map((query) => naiveScan(stored, query, K));
    const measure = async (engine: Engine, bytes: () => number): Promise<EngineFigures> => {
      const buildSec = await built(engine, stored, dim);
      return { buildSec, ...searched(engine, queries, truths, wanted), bytes: bytes() };
    };
    const module = await GraphModule.load();
    const ours = async (storage: GraphStorage): Promise<EngineFigures> => {
      const graph = new GraphIndex(module, 'cosine', dim, pause, storage);
      return measure(storage === 'f32' ? graph : new RerankedIndex(graph), () => graph.bytes);
    };
    const f32 = await ours('f32');
    const hnswlib = await measure(new HnswIndex(await HnswLibrary.load(), 'cosine', dim, pause), () => 0);
    return { f32, f16: await ours('f16'), i8: await ours('i8'), hnswlib };
  },
};
