import type { Progress } from '../../../kernel/progress.ts';
import { connect, type Connection, type Remote, transfer } from '../../../platform/rpc.ts';
import type { CompareApi, ComparedHit, PrecisionReport } from '../worker/protocol-compare.ts';
import type { LibraryApi, LookError, LookResult } from '../worker/protocol.ts';

export { BESIDE, type ComparedHit } from '../worker/protocol-compare.ts';

/** Neighbours of each network. */
const K = 10;

/** What both networks say about one picture. */
interface Neighbours {
  readonly query: number;
  readonly first: readonly ComparedHit[];
  readonly second: readonly ComparedHit[];
}

/** Two networks on the same pictures side by side, of one collection or of two. Made when the comparison is opened, closed with it. */
export class Comparison {
  readonly first: number;
  readonly #connection: Connection<CompareApi>;
  readonly #library: Remote<LibraryApi>;
  #second = $state<number | undefined>();
  #shared = $state.raw<readonly number[] | undefined>();
  #classes = $state(0);
  #query = $state(0);
  #name = $state('');
  #neighbours = $state.raw<Neighbours | undefined>();
  #report = $state.raw<PrecisionReport | undefined>();
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<LookError | undefined>();
  #asked = 0;
  #stop = new AbortController();

  /**
   * @param library the store
   * @param first the collection that is compared with others
   */
  constructor(library: Connection<LibraryApi>['api'], first: number) {
    const { port1, port2 } = new MessageChannel();
    void library.connectCompare(transfer(port2, [port2]));
    this.#connection = connect<CompareApi>(port1);
    this.#library = library;
    this.first = first;
  }

  /** The other collection, or `BESIDE`; undefined before one is chosen. */
  get second(): number | undefined {
    return this.#second;
  }
  /** Ids of the pictures that are in both; undefined until it is known. */
  get shared(): readonly number[] | undefined {
    return this.#shared;
  }
  /** Folders that these lie in. */
  get classes(): number {
    return this.#classes;
  }
  /** The picture whose neighbours are shown, and its name. */
  get query(): number {
    return this.#query;
  }
  get name(): string {
    return this.#name;
  }
  get neighbours(): Neighbours | undefined {
    return this.#neighbours;
  }
  /** How many neighbours are the same. */
  get common(): ReadonlySet<number> {
    const first = new Set(this.#neighbours?.first.map(({ id }) => id));
    return new Set(this.#neighbours?.second.map(({ id }) => id).filter((id) => first.has(id)));
  }
  get report(): PrecisionReport | undefined {
    return this.#report;
  }
  /** While P@k is being measured. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /**
   * Compares with another collection, or with what another network saw in this one.
   *
   * @param second which, or `BESIDE`
   * @param wanted the picture to begin with, if it is in both
   */
  async with(second: number, wanted: number): Promise<void> {
    this.#stop.abort();
    this.#second = second;
    this.#shared = undefined;
    this.#neighbours = undefined;
    this.#report = undefined;
    const found = this.#take(await this.#connection.api.shared(this.first, second));
    if (found === undefined || second !== this.#second) return;
    this.#shared = found.ids;
    this.#classes = found.classes;
    const query = found.ids.includes(wanted) ? wanted : found.ids[0];
    if (query !== undefined) await this.ask(query);
  }

  /** Asks both for the neighbours of a picture; the latest question wins. */
  async ask(query: number): Promise<void> {
    const second = this.#second;
    if (second === undefined) return;
    this.#asked += 1;
    const request = this.#asked;
    this.#query = query;
    const [named, answer] = await Promise.all([
      this.#library.pictures(this.first, [query]),
      this.#connection.api.neighbours(this.first, second, query, K),
    ]);
    if (request !== this.#asked) return;
    this.#name = named.ok ? (named.value[0]?.name ?? '') : '';
    const found = this.#take(answer);
    this.#neighbours = found && { query, ...found };
  }

  /** Asks about the picture that comes so many places after this one. */
  async step(places: number): Promise<void> {
    const all = this.#shared ?? [];
    const at = all.indexOf(this.#query) + places;
    const next = all[(at + all.length) % Math.max(1, all.length)];
    if (next !== undefined) await this.ask(next);
  }

  /** Measures P@k of both. */
  async measure(): Promise<void> {
    const second = this.#second;
    if (this.#progress !== undefined || second === undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#progress = { phase: 'measuring', done: 0, total: 0, unit: 'queries' };
    const { signal } = stop;
    const measured = await this.#connection.api.precision(this.first, second, {
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) this.#progress = progress;
      },
    });
    this.#progress = undefined;
    if (!signal.aborted) this.#report = this.#take(measured);
  }

  stop(): void {
    this.#stop.abort();
  }

  close(): void {
    this.#stop.abort();
    this.#asked += 1;
    this.#connection.close();
  }

  #take<T>(result: LookResult<T>): T | undefined {
    this.#error = result.ok ? undefined : result.error;
    return result.ok ? result.value : undefined;
  }
}
