import { describe } from '../../../kernel/result.ts';
import { Serial } from '../../../kernel/serial.ts';
import { type Remote, type TaskOptions, transfer } from '../../../platform/rpc.ts';
import { makeExam } from './exam.ts';
import { LookFailure } from './failure.ts';
import type { OpenCollection } from './open-collections.ts';
import type { GraphApi, GraphExam, GraphKey, GraphTarget } from './protocol-graph.ts';
import type { GraphState, LookResult, Metric, QualityReport } from './protocol.ts';

/** Vectors handed over at once: at some milliseconds each, a search waits for no more than a moment. */
const ADD_AT_ONCE = 64;
/** Pictures that the graph does not have yet and that are compared one by one instead, so that none is missed: a millisecond. */
const MAX_BEHIND = 1_024;
/**
 * While pictures come in the processor is the network's: the graph lets so many gather, and then keeps to that. At rest it
 * takes in all of them.
 */
const MAY_GATHER = MAX_BEHIND - 2 * ADD_AT_ONCE;
/** Nothing came for so long: it is at rest, whoever forgot to say so. */
const REST_MS = 2_000;
/** Candidates beyond k: the graph compares in single precision, so the last places may be in another order. */
const OVERFETCH = 10;
const SEARCH_LIMIT_MS = 5_000;

/** Pictures that the graph finds badly come in clusters: of a hundred questions too few may have met one. */
const EXAM_QUESTIONS = 200;
const EXAM_K = 10;
/** Above the .98 that is promised, since a sample of questions can flatter. */
const TARGET_RECALL = 0.99;
/** The list of candidates is fitted again when the collection has grown this much. */
const RECALIBRATE_GROWTH = 1.5;

/** A graph that is being built is kept each time it has grown this much, so that a closed tab loses little of the work. */
const SAVE_GROWTH = 1.5;
const SAVE_MIN = 500;
/** Deleted pictures stay in the graph as way stations; with more than this share of them it is built anew. */
const MAX_DEAD_SHARE = 0.3;

class GraphGone extends Error {}

/** One graph in the graph worker, kept in step with its collection. Nothing here is truth: it can be dropped at any time. */
export class KeptGraph {
  readonly #api: Remote<GraphApi>;
  readonly #open: OpenCollection;
  readonly #key: GraphKey;
  readonly #canSave: () => boolean;
  readonly #work = new Serial();
  readonly #ended = new AbortController();
  /** In the collection, and not in the graph yet. */
  readonly #behind = new Set<number>();
  #size = 0;
  #calibratedAt = 0;
  #savedAt = 0;
  #isCurrent = false;
  #isSaved = false;
  #failure = '';
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Remote<GraphApi>, open: OpenCollection, metric: Metric, canSave: () => boolean) {
    this.#api = api;
    this.#open = open;
    this.#key = { collection: open.row.id, metric };
    this.#canSave = canSave;
    for (const id of open.order) this.#behind.add(id);
    void this.#do(() => this.#start());
    this.#catchUp();
  }

  get collection(): OpenCollection {
    return this.#open;
  }

  get isUsable(): boolean {
    return this.#failure === '' && this.#isCurrent && this.#behind.size <= MAX_BEHIND;
  }

  state(): GraphState {
    const total = this.#open.pictures.size;
    const done = total - this.#behind.size;
    const state = this.#failure !== '' ? 'unavailable' : this.isUsable ? 'ready' : 'building';
    return { state, done, total, reason: this.#failure };
  }

  /** Pictures have come, and more may be on their way: see `settle`. */
  added(ids: readonly number[]): void {
    for (const id of ids) this.#behind.add(id);
    this.#isSaved = false;
    if (this.#behind.size > MAY_GATHER) this.#catchUp(MAY_GATHER);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#catchUp(), REST_MS);
  }

  removed(ids: readonly number[]): void {
    const inGraph = ids.filter((id) => !this.#behind.delete(id));
    if (inGraph.length === 0) return;
    this.#isSaved = false;
    void this.#do(async () => {
      await this.#remove(inGraph);
      // A kept graph that knows of deleted pictures would be built anew at the next start.
      await this.#save();
    });
  }

  /** Ids that may be among the k nearest; undefined when the graph cannot say. */
  async candidates(
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: ReadonlySet<number>,
  ): Promise<readonly number[] | undefined> {
    if (!this.isUsable) return undefined;
    const behind = [...this.#behind];
    // Pictures that came after the last one was deleted: the graph has nothing to say about them yet.
    if (this.#size === 0) return behind;
    try {
      const asked = this.#api.search(this.#key, query, Math.min(k + OVERFETCH, this.#size), [...exclude]);
      const { ids } = this.#take(await this.#within(asked));
      return [...ids, ...behind];
    } catch (thrown) {
      this.#fail(thrown);
      return undefined;
    }
  }

  /** The processor is free: takes in every picture, fits the search to the collection and keeps the graph. */
  settle(): Promise<void> {
    clearTimeout(this.#rest);
    return this.#do(async () => {
      await this.#add();
      await this.#calibrate();
      await this.#save();
    });
  }

  async quality(exam: GraphExam, options: TaskOptions): Promise<QualityReport> {
    const report = await this.#api.quality(this.#key, exam, options);
    if (report.ok) return report.value;
    throw new LookFailure(report.error.code, report.error.message, report.error.hint);
  }

  /** Lets the graph's memory go. */
  end(): void {
    clearTimeout(this.#rest);
    this.#ended.abort();
    // The graph worker forgets it in its own time; nobody waits for that, and a dead worker has forgotten already.
    this.#api
      .close(this.#key)
      .catch((thrown: unknown) => console.info('The graph was gone', describe(thrown)));
  }

  get #target(): GraphTarget {
    const { network, dim } = this.#open.row;
    return { ...this.#key, network, dim };
  }

  /** A saved graph, if there is a good one. */
  async #start(): Promise<void> {
    const { table } = this.#open;
    const present = Uint32Array.from(this.#open.order);
    const opened = this.#take(await this.#api.open(this.#target, present));
    if (opened.state !== 'saved' || !opened.ids.every((id) => table.has(id))) return;
    const vectors = table.gather(opened.ids);
    const restored = this.#take(await this.#api.restore(this.#key, transfer(vectors, [vectors.buffer])));
    if (restored.state !== 'ready') return;
    this.#size = restored.alive;
    this.#calibratedAt = restored.alive;
    this.#savedAt = restored.alive;
    this.#isSaved = true;
    // A picture deleted since then is in the graph still, one added since then is not.
    const gone = [...opened.ids].filter((id) => !table.has(id));
    for (const id of opened.ids) this.#behind.delete(id);
    if (gone.length > 0) this.removed(gone);
  }

  #catchUp(leave = 0): void {
    void this.#do(async () => {
      await this.#add(leave);
      const isFirst = !this.#isCurrent;
      this.#isCurrent = true;
      if (this.#size >= this.#calibratedAt * RECALIBRATE_GROWTH) await this.#calibrate();
      if (isFirst) await this.#save();
    });
  }

  /** Takes in what is missing until no more than `leave` are. */
  async #add(leave = 0): Promise<void> {
    while (this.#behind.size > leave) {
      this.#ended.signal.throwIfAborted();
      const ids = Uint32Array.from([...this.#behind].slice(0, ADD_AT_ONCE));
      const vectors = this.#open.table.gather(ids);
      const added = await this.#api.add(this.#key, ids, transfer(vectors, [vectors.buffer]));
      this.#size = this.#take(added).alive;
      this.#isSaved = false;
      // Deleted while it was on its way: `removed` took it for one that the graph does not have.
      const deleted = [...ids].filter((id) => !this.#behind.delete(id));
      if (deleted.length > 0) await this.#remove(deleted);
      if (this.#size >= Math.max(SAVE_MIN, this.#savedAt * SAVE_GROWTH)) await this.#save();
    }
  }

  async #remove(ids: readonly number[]): Promise<void> {
    const { alive, dead } = this.#take(await this.#api.remove(this.#key, Uint32Array.from(ids)));
    this.#size = alive;
    if (dead <= MAX_DEAD_SHARE * (alive + dead)) return;
    // An empty graph takes its place; until that is filled the exact engine answers, also while it is being opened.
    this.#isCurrent = false;
    for (const id of this.#open.order) this.#behind.add(id);
    this.#size = 0;
    this.#savedAt = 0;
    this.#take(await this.#api.open(this.#target, new Uint32Array(0)));
    this.#catchUp();
  }

  async #calibrate(): Promise<void> {
    const { signal } = this.#ended;
    const exam = await makeExam(this.#open, this.#key.metric, EXAM_QUESTIONS, EXAM_K, signal);
    if (exam === undefined) return;
    this.#take(await this.#api.calibrate(this.#key, exam, TARGET_RECALL, { signal }));
    this.#calibratedAt = this.#size;
  }

  async #save(): Promise<void> {
    if (this.#isSaved || !this.#canSave() || this.#size === 0) return;
    const saved = await this.#api.save(this.#key, this.#open.row.generation);
    // A graph that cannot be kept (no room, say) still answers; it is built again next time.
    if (saved.ok) {
      this.#isSaved = true;
      this.#savedAt = this.#size;
    } else console.warn('The graph was not kept', saved.error.message);
  }

  #do(work: () => Promise<void>): Promise<void> {
    return this.#work.run(async () => {
      if (this.#failure !== '' || this.#ended.signal.aborted) return;
      try {
        await work();
      } catch (thrown) {
        if (!this.#ended.signal.aborted) this.#fail(thrown);
      }
    });
  }

  #take<T>(result: LookResult<T>): T {
    if (!result.ok) throw new GraphGone(result.error.message);
    return result.value;
  }

  async #within<T>(answer: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new GraphGone('the graph did not answer in time')), SEARCH_LIMIT_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(thrown: unknown): void {
    this.#failure = thrown instanceof GraphGone ? thrown.message : describe(thrown);
    console.warn('The graph is left aside', this.#failure);
  }
}
