import { Serial } from '../../../kernel/serial.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { toStorageError } from '../../../platform/storage/errors.ts';
import { KeptGraphError, livingIds } from '../engine/kept-graph-format.ts';
import { EF_LADDER, meanRecall, questionsOf, type Question } from '../engine/graph-quality.ts';
import { VectorIndexError } from '../engine/vector-index.ts';
import { attempt, LookFailure } from './failure.ts';
import type { GraphStore, StoredGraph } from './graph-store.ts';
import { HnswError } from './graph-error.ts';
import { GraphIndex, type Pause } from './graph-index.ts';
import { GraphModule } from './graph-module.ts';
import type {
  GraphAnswer,
  GraphApi,
  GraphCount,
  GraphExam,
  GraphKey,
  GraphOpened,
  GraphTarget,
} from './protocol-graph.ts';
import type { LookResult, QualityReport } from './protocol.ts';

/** Questions between two looks at the signal and at waiting messages: some tens of milliseconds. */
const QUESTIONS_AT_ONCE = 8;

interface OpenGraph {
  readonly target: GraphTarget;
  readonly index: GraphIndex;
  /** What `open` found and `restore` takes up. */
  found?: StoredGraph | undefined;
}

/**
 * Vectors from which on a graph is opened with bytes instead of floats: a quarter of the memory. Whoever asks compares the
 * candidates again with the vectors themselves.
 */
const LARGE = 20_000;
/** Candidates beyond k: a vector that is a little off may put the tenth nearest at the fourteenth place. */
const MORE = 10;
const moreOf = ({ storage }: GraphIndex): number => (storage === 'f32' ? 0 : MORE);

// Those of the candidates that are the nearest come first once they are compared with the vectors themselves.
function comparedAgain(candidates: readonly number[], truth: readonly number[]): number[] {
  const nearest = new Set(truth);
  return candidates.toSorted((a, b) => Number(nearest.has(b)) - Number(nearest.has(a)));
}

const keyOf = ({ collection, metric }: GraphKey): string => `${collection}/${metric}`;
const countOf = ({ index }: OpenGraph): GraphCount => ({ alive: index.size, dead: index.dead });

/** The graph worker's calls; `graph.worker.ts` serves it. */
export class GraphService implements GraphApi {
  readonly #store: () => Promise<GraphStore>;
  readonly #pause: Pause;
  readonly #large: number;
  #library: Promise<GraphModule> | undefined;
  #opened: Promise<GraphStore> | undefined;
  readonly #graphs = new Map<string, OpenGraph>();
  readonly #order = new Map<string, Serial>();

  /**
   * @param store opens the kept graphs; called when they are first needed
   * @param pause lets waiting messages have their turn
   * @param large vectors from which on they are stored as bytes
   */
  constructor(store: () => Promise<GraphStore>, pause: Pause, large = LARGE) {
    this.#store = store;
    this.#pause = pause;
    this.#large = large;
  }

  open(target: GraphTarget, present: Uint32Array<ArrayBuffer>): Promise<LookResult<GraphOpened>> {
    return this.#inOrder(target, async () => {
      this.#forget(target);
      this.#library ??= GraphModule.load();
      const library = await this.#library;
      const graph: OpenGraph = {
        target,
        index: new GraphIndex(
          library,
          target.metric,
          target.dim,
          this.#pause,
          present.length < this.#large ? 'f32' : 'i8',
        ),
      };
      this.#graphs.set(keyOf(target), graph);
      const found = await this.#find(target);
      if (typeof found === 'string') return { state: found, ids: new Uint32Array(0), generation: -1 };
      const ids = livingIds(found.graph);
      const known = new Set(present);
      if (!ids.every((id) => known.has(id)))
        return { state: 'stale', ids: new Uint32Array(0), generation: -1 };
      graph.found = found;
      return { state: 'saved', ids, generation: found.generation };
    });
  }

  restore(
    key: GraphKey,
    vectors: Float32Array<ArrayBuffer>,
  ): Promise<LookResult<GraphCount & { readonly state: 'ready' | 'stale' }>> {
    return this.#inOrder(key, () => {
      const graph = this.#graph(key);
      const { found } = graph;
      graph.found = undefined;
      if (found === undefined) throw new HnswError('no saved graph was opened');
      try {
        graph.index.restore(found.graph, vectors);
      } catch (thrown) {
        if (!(thrown instanceof VectorIndexError || thrown instanceof KeptGraphError)) throw thrown;
        console.info('A kept graph is of no use:', thrown.message);
        return { state: 'stale', ...countOf(graph) };
      }
      graph.index.ef = found.ef;
      return { state: 'ready', ...countOf(graph) };
    });
  }

  add(
    key: GraphKey,
    ids: Uint32Array<ArrayBuffer>,
    vectors: Float32Array<ArrayBuffer>,
    options: TaskOptions = {},
  ): Promise<LookResult<GraphCount>> {
    return this.#inOrder(key, async () => {
      const graph = this.#graph(key);
      await graph.index.add(ids, vectors, { signal: options.signal });
      return countOf(graph);
    });
  }

  remove(key: GraphKey, ids: Uint32Array<ArrayBuffer>): Promise<LookResult<GraphCount>> {
    return this.#inOrder(key, () => {
      const graph = this.#graph(key);
      graph.index.remove(ids);
      return countOf(graph);
    });
  }

  search(
    key: GraphKey,
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: readonly number[],
  ): Promise<LookResult<GraphAnswer>> {
    return this.#attempt(key, () => {
      const { index } = this.#graph(key);
      const start = performance.now();
      const found = index.search(query, k + moreOf(index), { exclude: new Set(exclude) });
      return {
        ids: Uint32Array.from(found, ({ id }) => id),
        scores: Float64Array.from(found, ({ score }) => score),
        ef: index.ef,
        tookMs: performance.now() - start,
      };
    });
  }

  calibrate(
    key: GraphKey,
    exam: GraphExam,
    target: number,
    options: TaskOptions = {},
  ): Promise<LookResult<QualityReport>> {
    return this.#inOrder(key, async () => {
      const { index } = this.#graph(key);
      const questions = questionsOf(exam, index.dim);
      for (const [step, ef] of EF_LADDER.entries()) {
        const report = await this.#examine(index, questions, exam.k, ef, options);
        if (report.recall < target && step + 1 < EF_LADDER.length) continue;
        index.ef = ef;
        return report;
      }
      throw new HnswError('there is no size of the candidate list to try');
    });
  }

  quality(key: GraphKey, exam: GraphExam, options: TaskOptions = {}): Promise<LookResult<QualityReport>> {
    return this.#attempt(key, () => {
      const { index } = this.#graph(key);
      return this.#examine(index, questionsOf(exam, index.dim), exam.k, index.ef, options);
    });
  }

  save(key: GraphKey, generation: number): Promise<LookResult<{ readonly bytes: number }>> {
    return this.#inOrder(key, async () => {
      const { index, target } = this.#graph(key);
      const store = await this.#openStore();
      return { bytes: await store.put(target, { graph: index.keep(), generation, ef: index.ef }) };
    });
  }

  async close(key: GraphKey): Promise<void> {
    await this.#inOrder(key, () => this.#forget(key));
  }

  async drop(collection: number): Promise<LookResult<void>> {
    const metrics = ['cosine', 'euclidean'] as const;
    await Promise.all(metrics.map((metric) => this.close({ collection, metric })));
    return this.#attempt(undefined, async () =>
      (await this.#openStore()).deleteCollections((other) => other === collection),
    );
  }

  sweep(collections: readonly number[]): Promise<LookResult<void>> {
    const kept = new Set(collections);
    return this.#attempt(undefined, async () =>
      (await this.#openStore()).deleteCollections((collection) => !kept.has(collection)),
    );
  }

  storedBytes(collections?: readonly number[]): Promise<LookResult<number>> {
    return this.#attempt(undefined, async () => (await this.#openStore()).bytes(collections));
  }

  async heapBytes(): Promise<number> {
    return (await this.#library)?.heapBytes ?? 0;
  }

  async #examine(
    index: GraphIndex,
    questions: readonly Question[],
    k: number,
    ef: number,
    { signal, onProgress }: TaskOptions,
  ): Promise<QualityReport> {
    const answers: (readonly number[])[] = [];
    let searchMs = 0;
    for (const { query, exclude, truth } of questions) {
      if (answers.length % QUESTIONS_AT_ONCE === 0) {
        await this.#pause();
        signal?.throwIfAborted();
        onProgress?.({ phase: 'measuring', done: answers.length, total: questions.length, unit: 'queries' });
      }
      const start = performance.now();
      const found = index.search(query, k + moreOf(index), { exclude, ef }).map(({ id }) => id);
      answers.push(moreOf(index) === 0 ? found : comparedAgain(found, truth));
      searchMs += performance.now() - start;
    }
    const count = questions.length;
    const recall = meanRecall(questions, answers);
    return { recall, k, queries: count, ef, searchMs: count === 0 ? 0 : searchMs / count };
  }

  #graph(key: GraphKey): OpenGraph {
    const graph = this.#graphs.get(keyOf(key));
    if (graph === undefined) throw new HnswError('the graph is not open');
    return graph;
  }

  #forget(key: GraphKey): void {
    this.#graphs.delete(keyOf(key));
  }

  // A cache that cannot be read is a cache that is not there.
  async #find(target: GraphTarget): Promise<StoredGraph | 'stale' | 'missing'> {
    try {
      return await (await this.#openStore()).find(target);
    } catch (thrown) {
      console.warn('The kept graphs cannot be read:', toStorageError(thrown, 'looking for a graph').message);
      return 'missing';
    }
  }

  async #openStore(): Promise<GraphStore> {
    this.#opened ??= this.#store();
    try {
      return await this.#opened;
    } catch (thrown) {
      this.#opened = undefined;
      throw thrown;
    }
  }

  // Changes of one graph one after the other, even when one of them waits for a slice of another call.
  #inOrder<T>(key: GraphKey, work: () => T | Promise<T>): Promise<LookResult<T>> {
    const serial = this.#order.get(keyOf(key)) ?? new Serial();
    this.#order.set(keyOf(key), serial);
    return serial.run(() => this.#attempt(key, work));
  }

  #attempt<T>(key: GraphKey | undefined, work: () => T | Promise<T>): Promise<LookResult<T>> {
    return attempt('work on a graph', async () => {
      try {
        return await work();
      } catch (thrown) {
        if (!(thrown instanceof HnswError)) throw thrown;
        this.#giveUp(key);
        throw new LookFailure('graph-unavailable', thrown.message, '', thrown.cause);
      }
    });
  }

  // After a failure nothing of that graph can be trusted; what could not be started is tried again the next time.
  #giveUp(key: GraphKey | undefined): void {
    if (this.#graphs.size === 0) this.#library = undefined;
    if (key !== undefined) this.#forget(key);
  }
}
