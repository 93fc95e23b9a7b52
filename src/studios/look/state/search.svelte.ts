import type { Remote } from '../../../platform/rpc.ts';
import type {
  Engine,
  LibraryApi,
  LookError,
  LookResult,
  Metric,
  QueryPart,
  SearchAnswer,
  SearchHit,
} from '../worker/protocol.ts';
import type { NamedLabel } from './embedder.svelte.ts';
import { type About, idOf, NO_QUERY, type Query, type QueryItem } from './query.ts';

export const MAX_K = 200;
const DEFAULT_K = 12;
const LABELS_SHOWN = 5;
const STORAGE_KEY = 'atelier-look-search';

export interface SearchParts {
  readonly library: Remote<LibraryApi>;
  /** The labels of an embedding; none when the network cannot be had. */
  classify(vector: Float32Array<ArrayBuffer>, count: number): Promise<readonly NamedLabel[]>;
  /** The answer to a search that is not for pictures; the latest one wins. */
  about(collection: number, about: About, k: number): Promise<LookResult<AboutAnswer>>;
  /** A question was answered while the graph was not ready: the first one of a measure has its graph built. */
  onAnswer(): void;
}

interface Settings {
  readonly k: number;
  readonly metric: Metric;
  readonly engine: Engine;
}

/** An answer to words or a name: its figures are probabilities. */
export interface AboutAnswer {
  readonly hits: readonly SearchHit[];
  readonly tookMs: number;
}

export type ScoreName = 'similarity' | 'distance' | 'probability';

/** An answer, with what its figures are. */
export interface ShownAnswer extends AboutAnswer {
  readonly engine: Engine | 'classifier';
  readonly scoreName: ScoreName;
  readonly beside?: SearchAnswer['beside'];
}

/** A question that was asked, perhaps answered already. */
interface Prepared {
  readonly key: string;
  readonly promise: Promise<LookResult<SearchAnswer>>;
  answer: LookResult<SearchAnswer> | undefined;
}

const keyOf = (collection: number, query: Query, settings: Settings): string =>
  JSON.stringify([collection, idOf(query), settings]);

/** The present query, its settings and its answer. The latest question wins: older answers are dropped. */
export class Search {
  readonly #parts: SearchParts;
  #settings = $state.raw<Settings>(readSettings());
  #collection = $state(0);
  #query = $state.raw<Query>(NO_QUERY);
  #answer = $state.raw<ShownAnswer | undefined>();
  #answered = $state(0);
  #asked = $state(0);
  #error = $state.raw<LookError | undefined>();
  #labels = $state.raw<readonly NamedLabel[]>([]);
  #labelled = $state('');
  #names = $state.raw<ReadonlyMap<number, string>>(new Map());
  #prepared: Prepared | undefined;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  get query(): Query {
    return this.#query;
  }
  get hasQuery(): boolean {
    return this.#query.like.length > 0 || this.#query.about !== undefined;
  }
  get queryId(): string {
    return idOf(this.#query);
  }
  get answer(): ShownAnswer | undefined {
    return this.#answer;
  }
  /** Whether what is shown belongs to an earlier question. */
  get busy(): boolean {
    return this.#answered !== this.#asked;
  }
  /** What the answer's figures are. */
  get scoreName(): ScoreName {
    return this.#answer?.scoreName ?? scoreNameOf(this.metric);
  }
  get error(): LookError | undefined {
    return this.#error;
  }
  get labels(): readonly NamedLabel[] {
    return this.#labels;
  }
  /** The id of the query that the labels are of: they come after its answer. */
  get labelled(): string {
    return this.#labelled;
  }
  /** The names of the query's pictures, by id. */
  get names(): ReadonlyMap<number, string> {
    return this.#names;
  }
  get k(): number {
    return this.#settings.k;
  }
  get metric(): Metric {
    return this.#settings.metric;
  }
  get engine(): Engine {
    return this.#settings.engine;
  }

  /** Changes k, the measure or the engine, and asks again. */
  set(change: Partial<Settings>): void {
    const next = { ...this.#settings, ...change };
    this.#settings = { ...next, k: Math.min(MAX_K, Math.max(1, Math.round(next.k))) };
    localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#settings));
    void this.#ask();
  }

  /** Shows a query; an empty one clears the answer. */
  show(collection: number, query: Query): void {
    if (collection === this.#collection && idOf(query) === idOf(this.#query)) return;
    this.#collection = collection;
    this.#query = query;
    void this.#ask();
  }

  /**
   * Asks what will be asked in a moment, since the button on it is going down: when it comes up, the answer is there.
   *
   * @param collection that is searched
   * @param query what `show` will be called with
   */
  prepare(collection: number, query: Query): void {
    this.#prepared = this.#askFor(collection, query, this.#settings);
  }

  /** Asks the same again: the collection has changed. */
  refresh(): void {
    this.#prepared = undefined;
    void this.#ask();
  }

  /** The graph is ready: an answer that the exact engine gave in its place is asked for again. */
  useGraph(): void {
    if (this.engine === 'hnsw' && this.#answer?.engine === 'exact' && !this.busy) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const id = this.#asked;
    const query = this.#query;
    if (query.about !== undefined) return this.#askAbout(id, query.about);
    if (query.like.length === 0) {
      this.#answer = undefined;
      this.#labels = [];
      this.#error = undefined;
      this.#answered = id;
      return;
    }
    const settings = this.#settings;
    const prepared = this.#prepared;
    this.#prepared = undefined;
    const asking =
      prepared?.key === keyOf(this.#collection, query, settings)
        ? prepared
        : this.#askFor(this.#collection, query, settings);
    // Behind the search: the answer does not wait for names.
    void this.#readNames(this.#collection, query);
    const answer = asking.answer ?? (await asking.promise);
    if (id !== this.#asked) return;
    this.#answered = id;
    this.#error = answer.ok ? undefined : answer.error;
    this.#answer = answer.ok ? { ...answer.value, scoreName: scoreNameOf(settings.metric) } : undefined;
    if (!answer.ok) {
      this.#labels = [];
      return;
    }
    if (answer.value.engine !== this.engine) this.#parts.onAnswer();
    const labels = await this.#parts.classify(answer.value.vector, LABELS_SHOWN);
    if (id !== this.#asked) return;
    this.#labels = labels;
    this.#labelled = idOf(query);
  }

  async #askAbout(id: number, about: About): Promise<void> {
    this.#labels = [];
    const answer = await this.#parts.about(this.#collection, about, this.#settings.k);
    if (id !== this.#asked) return;
    this.#answered = id;
    // Stopped by the person: what was found before is gone, and that is no error.
    this.#error = answer.ok || answer.error.code === 'cancelled' ? undefined : answer.error;
    this.#answer = answer.ok
      ? { ...answer.value, engine: 'classifier', scoreName: 'probability' }
      : undefined;
  }

  #askFor(collection: number, query: Query, settings: Settings): Prepared {
    const promise = this.#parts.library.search({
      collection,
      like: query.like.map(partOf),
      unlike: query.unlike.map(partOf),
      ...settings,
    });
    const prepared: Prepared = { key: keyOf(collection, query, settings), promise, answer: undefined };
    promise.then(
      (answer) => (prepared.answer = answer),
      // Whoever waits for the promise hears of it.
      () => undefined,
    );
    return prepared;
  }

  async #readNames(collection: number, query: Query): Promise<void> {
    const ids = [...query.like, ...query.unlike].flatMap((item) => (item.kind === 'picture' ? item.id : []));
    const found = await this.#parts.library.pictures(collection, ids);
    if (query !== this.#query || !found.ok) return;
    this.#names = new Map(found.value.map(({ id, name }) => [id, name]));
  }
}

const scoreNameOf = (metric: Metric): ScoreName => (metric === 'cosine' ? 'similarity' : 'distance');

function partOf(item: QueryItem): QueryPart {
  if (item.kind === 'picture') return { kind: 'picture', id: item.id };
  const { vector, of } = item;
  return of === undefined ? { kind: 'vector', vector } : { kind: 'vector', vector, of };
}

function readSettings(): Settings {
  const settings: Settings = { k: DEFAULT_K, metric: 'cosine', engine: 'hnsw' };
  const kept = localStorage.getItem(STORAGE_KEY);
  if (kept === null) return settings;
  try {
    const read: unknown = JSON.parse(kept);
    if (typeof read !== 'object' || read === null) return settings;
    const { k, metric, engine } = { k: 0, metric: '', engine: '', ...read };
    return {
      k: Number.isInteger(k) && k >= 1 && k <= MAX_K ? k : settings.k,
      metric: metric === 'euclidean' ? 'euclidean' : 'cosine',
      engine: engine === 'exact' ? 'exact' : 'hnsw',
    };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return settings; // something else wrote there
    throw thrown;
  }
}
