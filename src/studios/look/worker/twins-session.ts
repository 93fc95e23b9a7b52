import { inverseNorm } from '../engine/distance.ts';
import { PRINT_VERSION } from '../engine/print.ts';
import { byQuality, groupsOf, type TwinGroup } from '../engine/twin-groups.ts';
import type { TwinComparer } from '../engine/twin-compare.ts';
import { PairList, TILE, tilesOf, type TwinPair } from '../engine/twin-pairs.ts';
import type { Remote, TaskOptions } from '../../../platform/rpc.ts';
import { LookFailure } from './failure.ts';
import type { PrintMaker } from './print-maker.ts';
import type { LookResult, PictureInfo } from './protocol.ts';
import type { KeptPrint, LibraryReader, TwinMember, TwinsView } from './twins-protocol.ts';

/** The least likeness that can be asked for. */
const FLOOR = 0.6;
/** Pairs in memory: some 100 bytes each. */
const MOST_PAIRS = 200_000;
/** Pictures whose prints and vectors are fetched at once. */
const AT_ONCE = 64;
/** Pairs compared between two looks at waiting messages and the signal: some milliseconds. */
const PAIRS_A_SLICE = 40 * TILE * TILE;
const BORDER = 6;

/** What a value says, or the failure that it is instead. */
function take<T>(result: LookResult<T>): T {
  if (result.ok) return result.value;
  const { code, message, hint, cause } = result.error;
  throw new LookFailure(code, message, hint, cause);
}

/** What a session works with. */
export interface SessionParts {
  readonly library: Remote<LibraryReader>;
  readonly prints: PrintMaker;
  readonly comparer: TwinComparer;
  /** Lets messages that wait have their turn. */
  readonly pause: () => Promise<void>;
}

/** The twins of one collection: rows compared so far, and the pairs among them. */
export class TwinsSession {
  readonly collection: number;
  readonly #parts: SessionParts;
  readonly #pairs = new PairList(FLOOR, MOST_PAIRS);
  /** By row of the comparer. */
  readonly #ids: number[] = [];
  readonly #known = new Map<number, { sharpness: number }>();
  /** Pictures without a print: their thumbnails cannot be decoded. */
  readonly #blind = new Set<number>();
  /** Rows before it are compared with each other. */
  #compared = 0;
  #shown: { groups: readonly TwinGroup[]; pairs: readonly TwinPair[]; threshold: number } | undefined;
  #pictures = new Map<number, PictureInfo>();

  constructor(collection: number, parts: SessionParts) {
    this.collection = collection;
    this.#parts = parts;
  }

  /** Compares what was not compared yet. Throws when `signal` is aborted; what was done stays. */
  async find({ signal, onProgress }: TaskOptions): Promise<void> {
    const { pictures } = take(await this.#parts.library.members(this.collection));
    const fresh = pictures.flatMap(({ id }) => (this.#known.has(id) || this.#blind.has(id) ? [] : id));
    for (let from = 0; from < fresh.length; from += AT_ONCE) {
      signal?.throwIfAborted();
      onProgress?.({ phase: 'Reading pictures', done: from, total: fresh.length, unit: 'pictures' });
      await this.#read(fresh.slice(from, from + AT_ONCE), signal);
    }
    await this.#compare({ signal, onProgress });
  }

  /** What stands at a threshold, of the pictures that are there now. */
  async at(threshold: number): Promise<TwinsView> {
    const { pictures } = take(await this.#parts.library.members(this.collection));
    this.#pictures = new Map(pictures.map((picture) => [picture.id, picture]));
    const isThere = (id: number): boolean => this.#pictures.has(id);
    const pairs = this.#pairs
      .sorted()
      .filter(({ a, b, likeness }) => likeness >= threshold && isThere(a) && isThere(b));
    const groups = groupsOf(pairs);
    this.#shown = { groups, pairs, threshold };
    const inGroups = groups.reduce((sum, { ids }) => sum + ids.length, 0);
    const compared = new Set(this.#ids.slice(0, this.#compared));
    return {
      threshold,
      pairs: pairs.length,
      groups: groups.length,
      pictures: inGroups,
      spare: inGroups - groups.length,
      border: pairs
        .slice(-BORDER)
        .reverse()
        .flatMap((pair) => this.#view(pair)),
      compared: compared.size,
      missing: pictures.filter(({ id }) => !compared.has(id) && !this.#blind.has(id)).length,
      floor: this.#pairs.floor,
    };
  }

  /** Groups of what `at` was asked last, each with its best first. */
  groups(offset = 0, limit = Number.POSITIVE_INFINITY): { members: TwinMember[]; weakest: number }[] {
    const { groups = [] } = this.#shown ?? {};
    return groups
      .slice(offset, offset + limit)
      .map(({ ids, weakest }) => ({ members: byQuality(ids.flatMap((id) => this.#member(id))), weakest }));
  }

  /** The threshold and the pairs of what `at` was asked last. */
  get shown(): { readonly threshold: number; readonly pairs: readonly TwinPair[] } {
    return this.#shown ?? { threshold: 1, pairs: [] };
  }

  #member(id: number): TwinMember[] {
    const picture = this.#pictures.get(id);
    const known = this.#known.get(id);
    return picture === undefined || known === undefined ? [] : [{ ...picture, sharpness: known.sharpness }];
  }

  #view({ a, b, likeness }: TwinPair): { a: PictureInfo; b: PictureInfo; likeness: number }[] {
    const one = this.#pictures.get(a);
    const other = this.#pictures.get(b);
    return one === undefined || other === undefined ? [] : [{ a: one, b: other, likeness }];
  }

  /** Prints and vectors of some pictures, which become rows. */
  async #read(ids: readonly number[], signal: AbortSignal | undefined): Promise<void> {
    const { library, comparer } = this.#parts;
    const prints = await this.#printsOf(ids, signal);
    const { ids: there, data } = take(await library.vectors(this.collection, [...prints.keys()]));
    const dim = there.length === 0 ? 0 : data.length / there.length;
    for (const [at, id] of there.entries()) {
      const print = prints.get(id);
      if (print === undefined) continue;
      const vector = data.subarray(at * dim, (at + 1) * dim);
      const inverse = inverseNorm(vector);
      for (let i = 0; i < dim; i += 1) vector[i]! *= inverse;
      try {
        comparer.add(vector, print.hashes);
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        throw new LookFailure(
          'too-large',
          `There is no memory to compare more than ${this.#ids.length} pictures.`,
          'Close other tabs and try again.',
          thrown,
        );
      }
      this.#ids.push(id);
      this.#known.set(id, { sharpness: print.sharpness });
    }
  }

  /** The kept prints, and those that are missing from the thumbnails; these are kept too. */
  async #printsOf(
    ids: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<number, KeptPrint>> {
    const { library, prints } = this.#parts;
    const kept = take(await library.prints(this.collection, ids));
    const found = new Map(
      kept.flatMap((print) => (print.version === PRINT_VERSION ? [[print.id, print] as const] : [])),
    );
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length === 0) return found;
    const made: KeptPrint[] = [];
    const thumbnails = take(await library.thumbnails(this.collection, missing));
    signal?.throwIfAborted();
    // All at once: the browser decodes on other threads meanwhile.
    const all = await Promise.all(thumbnails.map((thumbnail) => prints.make(thumbnail)));
    for (const [at, print] of all.entries()) {
      const id = thumbnails[at]?.id ?? 0;
      if (print === undefined) this.#blind.add(id);
      else made.push({ id, version: PRINT_VERSION, ...print });
    }
    const keeping = await library.keepPrints(this.collection, made);
    // A tab that only reads, or a full disk: they are made anew the next time.
    if (!keeping.ok) console.info('Prints are not kept:', keeping.error.message);
    for (const print of made) found.set(print.id, print);
    return found;
  }

  async #compare({ signal, onProgress }: TaskOptions): Promise<void> {
    const { comparer, pause } = this.#parts;
    const pairsBefore = (rows: number): number => (rows * (rows - 1)) / 2;
    const start = pairsBefore(this.#compared);
    const total = pairsBefore(comparer.rows) - start;
    let done = 0;
    let slice = 0;
    for (const tile of tilesOf(this.#compared, comparer.rows, signal)) {
      // The row of tiles before this one is whole.
      this.#compared = tile.rowFrom;
      for (const { row, column, cosine, differing, likeness } of comparer.compare(tile, this.#pairs.floor))
        this.#pairs.add({ a: this.#ids[column] ?? 0, b: this.#ids[row] ?? 0, cosine, differing, likeness });
      slice += (tile.rowTo - tile.rowFrom) * (tile.columnTo - tile.columnFrom);
      if (slice < PAIRS_A_SLICE) continue;
      slice = 0;
      done = Math.min(total, pairsBefore(tile.rowFrom) - start + (tile.rowTo - tile.rowFrom) * tile.columnTo);
      onProgress?.({ phase: 'Comparing', done, total, unit: 'pairs' });
      await pause();
    }
    this.#compared = comparer.rows;
  }
}
