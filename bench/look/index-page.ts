/** What the bench of the index runs inside the browser. `index-bench.ts` builds, serves and drives it. */
import { quantile, recallAtK } from '../../src/kernel/metrics.ts';
import { connect, connectWorker, transfer, type Remote } from '../../src/platform/rpc.ts';
import { inverseNorm } from '../../src/studios/look/engine/distance.ts';
import { ExactIndex } from '../../src/studios/look/engine/exact-index.ts';
import { VectorTable } from '../../src/studios/look/engine/vector-table.ts';
import type {
  GraphApi,
  GraphExam,
  GraphTarget,
  GraphWorkerApi,
} from '../../src/studios/look/worker/protocol-graph.ts';
import type { LookResult } from '../../src/studios/look/worker/protocol.ts';
import { naiveScan } from './naive-scan.ts';
import { clusteredVectors } from './vectors.ts';

export interface IndexRow {
  readonly vectors: number;
  readonly dim: number;
  readonly buildSec: number;
  readonly ef: number;
  /** Of the graph against the exact engine, on questions that calibration has not seen. */
  readonly recallAt10: number;
  readonly graphSearchMsP50: number;
  readonly graphSearchMsP95: number;
  readonly naiveScanMsP50: number;
  readonly exactSearchMsP50: number;
  readonly saveMs: number;
  /** From the first call to the graph worker until it can search: open, hand the vectors over, restore. */
  readonly reopenMs: number;
  readonly graphBytesPerVector: number;
  readonly vectorBytesPerVector: number;
  readonly heapBytesPerVector: number;
}

const K = 10;
const QUESTIONS = 100;
const TARGET_RECALL = 0.985;
const ADD_AT_ONCE = 64;
const REPEATS_OF_SCANS = 25;

const value = <T>(result: LookResult<T>): T => {
  if (!result.ok)
    throw new Error(`${result.error.code}: ${result.error.message} (${result.error.cause ?? ''})`);
  return result.value;
};

interface Started {
  readonly api: Remote<GraphApi>;
  readonly stop: () => void;
}

async function startGraphWorker(): Promise<Started> {
  const worker = new Worker(new URL('../../src/studios/look/worker/graph.worker.ts', import.meta.url), {
    type: 'module',
    name: 'graph',
  });
  const door = connectWorker<GraphWorkerApi>(worker);
  const { port1, port2 } = new MessageChannel();
  await door.api.connectLibrary(transfer(port2, [port2]));
  return { api: connect<GraphApi>(port1).api, stop: () => door.close('done') };
}

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}

function medianMs(times: number, work: (i: number) => unknown): number {
  const all = Array.from({ length: times }, (_, i) => {
    const start = performance.now();
    work(i);
    return performance.now() - start;
  });
  return quantile(all, 0.5);
}

function examOf(exact: ExactIndex, table: VectorTable, ids: readonly number[]): GraphExam {
  const truth = ids.flatMap((id) =>
    exact
      .search(table.vector(id) ?? new Float32Array(0), K, { exclude: new Set([id]) })
      .map((answer) => answer.id),
  );
  return { queries: table.gather(ids), own: Float64Array.from(ids), truth: Uint32Array.from(truth), k: K };
}

const spread = (n: number, offset: number): number[] =>
  Array.from({ length: QUESTIONS }, (_, i) => Math.floor(((i + offset) * n) / QUESTIONS));

/** One line of the growth table. */
async function measure(n: number, dim: number, seed: number): Promise<IndexRow> {
  const vectors = clusteredVectors(n, dim, seed);
  const table = new VectorTable(dim);
  const ids = Array.from({ length: n }, (_, i) => i);
  table.add(ids, vectors);
  const exact = new ExactIndex(table, 'cosine');
  const target: GraphTarget = { collection: n, metric: 'cosine', network: 'bench', dim };

  const { api, stop } = await startGraphWorker();
  value(await api.open(target, new Uint32Array(0)));
  const [, buildMs] = await timed(async () => {
    for (let from = 0; from < n; from += ADD_AT_ONCE) {
      const some = Uint32Array.from(ids.slice(from, from + ADD_AT_ONCE));
      const rows = table.gather(some);
      value(await api.add(target, some, transfer(rows, [rows.buffer])));
    }
  });
  const { ef } = value(await api.calibrate(target, examOf(exact, table, spread(n, 0)), TARGET_RECALL));

  const questions = spread(n, 0.5);
  const exam = examOf(exact, table, questions);
  const tookMs: number[] = [];
  let recall = 0;
  for (const [i, id] of questions.entries()) {
    const query = table.gather([id]);
    const answer = value(await api.search(target, query, K, [id]));
    tookMs.push(answer.tookMs);
    recall += recallAtK([...answer.ids], [...exam.truth.subarray(i * K, (i + 1) * K)]) / QUESTIONS;
  }

  const exactMs = medianMs(REPEATS_OF_SCANS, (i) =>
    exact.search(table.gather([i]), K, { exclude: new Set([i]) }),
  );
  normalise(vectors, dim);
  const naiveMs = medianMs(REPEATS_OF_SCANS, (i) =>
    naiveScan(vectors, vectors.slice(i * dim, (i + 1) * dim), K),
  );

  const [saved, saveMs] = await timed(() => api.save(target, 1));
  const graphBytes = value(saved).bytes;
  const heapBytes = await api.heapBytes();
  stop();

  const again = await startGraphWorker();
  const [, reopenMs] = await timed(async () => {
    const opened = value(await again.api.open(target, Uint32Array.from(ids)));
    if (opened.state !== 'saved') throw new Error(`the graph was not kept: ${opened.state}`);
    const rows = table.gather(opened.ids);
    const restored = value(await again.api.restore(target, transfer(rows, [rows.buffer])));
    if (restored.state !== 'ready') throw new Error('the graph was not restored');
    value(await again.api.search(target, table.gather([0]), K, []));
  });
  value(await again.api.drop(n));
  again.stop();

  return {
    vectors: n,
    dim,
    buildSec: buildMs / 1000,
    ef,
    recallAt10: recall,
    graphSearchMsP50: quantile(tookMs, 0.5),
    graphSearchMsP95: quantile(tookMs, 0.95),
    naiveScanMsP50: naiveMs,
    exactSearchMsP50: exactMs,
    saveMs,
    reopenMs,
    graphBytesPerVector: graphBytes / n,
    vectorBytesPerVector: 4 * dim,
    heapBytesPerVector: heapBytes / n,
  };
}

function normalise(vectors: Float32Array, dim: number): void {
  for (let at = 0; at < vectors.length; at += dim) {
    const vector = vectors.subarray(at, at + dim);
    const inverse = inverseNorm(vector);
    vector.forEach((number, i) => (vector[i] = number * inverse));
  }
}

Object.assign(globalThis, { measureIndex: measure });
