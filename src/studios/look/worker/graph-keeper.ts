import { describe } from '../../../kernel/result.ts';
import type { Connection, TaskOptions } from '../../../platform/rpc.ts';
import { makeExam } from './exam.ts';
import { LookFailure } from './failure.ts';
import { KeptGraph } from './kept-graph.ts';
import type { OpenCollection } from './open-collections.ts';
import type { GraphApi } from './protocol-graph.ts';
import type { GraphState, Metric, QualityReport } from './protocol.ts';
import type { CandidateSource } from './search.ts';

const QUALITY_QUESTIONS = 100;

/**
 * The graphs of the collection that is searched: one for each measure that was chosen. Whatever happens to them, the
 * exact engine answers; so nothing here fails a search.
 */
export class GraphKeeper implements CandidateSource {
  #connection: Connection<GraphApi> | undefined;
  #canSave: () => boolean = () => false;
  #reason = 'The graph is not loaded yet.';
  readonly #graphs = new Map<Metric, KeptGraph>();

  connect(connection: Connection<GraphApi>, canSave: () => boolean): void {
    this.disconnect('the graph worker was started anew');
    this.#connection = connection;
    this.#canSave = canSave;
    this.#reason = '';
  }

  disconnect(reason: string): void {
    for (const graph of this.#graphs.values()) graph.end();
    this.#graphs.clear();
    this.#connection?.close(reason);
    this.#connection = undefined;
    this.#reason = reason;
  }

  async candidates(
    open: OpenCollection,
    metric: Metric,
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: ReadonlySet<number>,
  ): Promise<readonly number[] | undefined> {
    return this.#graph(open, metric)?.candidates(query, k, exclude);
  }

  /** Begins a graph that is not there, so that the first search finds it. */
  want(open: OpenCollection, metric: Metric): void {
    this.#graph(open, metric);
  }

  state(collection: number, metric: Metric): GraphState {
    const nothing = { done: 0, total: 0 };
    if (this.#connection === undefined) return { state: 'unavailable', ...nothing, reason: this.#reason };
    const graph = this.#graphs.get(metric);
    if (graph?.collection.row.id !== collection) return { state: 'absent', ...nothing, reason: '' };
    return graph.state();
  }

  async quality(
    open: OpenCollection,
    metric: Metric,
    k: number,
    options: TaskOptions = {},
  ): Promise<QualityReport> {
    const graph = this.#graph(open, metric);
    if (graph?.isUsable !== true)
      throw new LookFailure(
        'graph-unavailable',
        'There is no graph to measure yet.',
        'Wait until it is built.',
      );
    const exam = await makeExam(open, metric, QUALITY_QUESTIONS, k, options.signal);
    if (exam === undefined)
      throw new LookFailure('graph-unavailable', 'Too few pictures to measure.', 'Add some more.');
    return graph.quality(exam, options);
  }

  added(open: OpenCollection, ids: readonly number[]): void {
    for (const graph of this.#graphs.values()) if (graph.collection === open) graph.added(ids);
  }

  removed(open: OpenCollection, ids: readonly number[]): void {
    for (const graph of this.#graphs.values()) if (graph.collection === open) graph.removed(ids);
  }

  /** After a run of indexing: fits the graphs to the collection and keeps them. */
  async settle(collection: number): Promise<void> {
    const settled = [...this.#graphs.values()].filter((graph) => graph.collection.row.id === collection);
    await Promise.all(settled.map((graph) => graph.settle()));
  }

  end(collection: number): void {
    for (const [metric, graph] of this.#graphs) {
      if (graph.collection.row.id !== collection) continue;
      graph.end();
      this.#graphs.delete(metric);
    }
  }

  /** Forgets kept graphs of other collections than these. */
  async sweep(collections: readonly number[]): Promise<void> {
    if (this.#connection === undefined) return;
    try {
      const swept = await this.#connection.api.sweep(collections);
      if (!swept.ok) console.warn('Old graphs stay for now', swept.error.message);
    } catch (thrown) {
      console.warn('Old graphs stay for now', describe(thrown));
    }
  }

  /** Size of the kept graphs of some collections. */
  async storedBytes(collections: readonly number[]): Promise<number> {
    if (this.#connection === undefined) return 0;
    try {
      const bytes = await this.#connection.api.storedBytes(collections);
      return bytes.ok ? bytes.value : 0;
    } catch (thrown) {
      console.warn('The size of the graphs is not known', describe(thrown));
      return 0;
    }
  }

  /** The graph of a collection, begun if it is not there. Graphs of other collections give their memory back. */
  #graph(open: OpenCollection, metric: Metric): KeptGraph | undefined {
    if (this.#connection === undefined) return undefined;
    for (const [other, graph] of this.#graphs) {
      if (graph.collection === open) continue;
      graph.end();
      this.#graphs.delete(other);
    }
    const known = this.#graphs.get(metric);
    if (known !== undefined) return known;
    const graph = new KeptGraph(this.#connection.api, open, metric, this.#canSave);
    this.#graphs.set(metric, graph);
    return graph;
  }
}
