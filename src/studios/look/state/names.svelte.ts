import type { Result } from '../../../kernel/result.ts';
import { ok } from '../../../kernel/result.ts';
import type { Remote } from '../../../platform/rpc.ts';
import { type ThresholdQuality, thresholdQuality } from '../engine/naming.ts';
import type {
  LibraryApi,
  LookError,
  LookResult,
  NamedAnswer,
  NameInfo,
  PictureInfo,
  SearchHit,
} from '../worker/protocol.ts';
import type { AboutAnswer } from './search.svelte.ts';

export type { NameInfo } from '../worker/protocol.ts';

const THRESHOLD = 0.5;

interface Found extends NamedAnswer {
  /** What it was found for: the same marks on the same pictures give the same. */
  readonly key: string;
}

/** A picture in the list of a name. */
export interface Labelled {
  readonly picture: PictureInfo;
  readonly isMarked: boolean;
  readonly probability: number | undefined;
}

/** Names that a person gave to pictures, and what else seems to have them. */
export class Names {
  readonly #library: Remote<LibraryApi>;
  #collection = 0;
  /** Of its pictures: what was found among others does not count any more. */
  #version = 0;
  #loading: Promise<void> = Promise.resolve();
  #list = $state.raw<readonly NameInfo[]>([]);
  #found = $state.raw<ReadonlyMap<number, Found>>(new Map());
  #error = $state.raw<LookError | undefined>();

  constructor(library: Remote<LibraryApi>) {
    this.#library = library;
  }

  get list(): readonly NameInfo[] {
    return this.#list;
  }
  /** What went wrong with the last change of a name. */
  get error(): LookError | undefined {
    return this.#error;
  }

  of(id: number): NameInfo | undefined {
    return this.#list.find((name) => name.id === id);
  }

  /** Reads the names of a collection, when it is opened and when its pictures have changed. */
  show(collection: number): Promise<void> {
    if (collection !== this.#collection) this.#list = [];
    this.#collection = collection;
    this.picturesChanged();
    this.#loading = this.#load(collection);
    return this.#loading;
  }

  picturesChanged(): void {
    this.#version += 1;
  }

  async #load(collection: number): Promise<void> {
    if (collection === 0) return;
    const names = await this.#library.names(collection);
    if (collection !== this.#collection) return;
    // A collection that is gone is no news of the names.
    if (names.ok) this.#list = names.value;
  }

  /**
   * Gives pictures a name; a name that is there already gets them too.
   *
   * @returns the name; undefined with `error` set
   */
  async give(text: string, ids: readonly number[]): Promise<NameInfo | undefined> {
    const known = this.#list.find(({ name }) => name === text.trim());
    if (known !== undefined) return this.mark(known, ids, true);
    return this.#save({ name: text, yes: ids, no: [], threshold: THRESHOLD });
  }

  /** Says of pictures that they have a name, or do not. */
  mark(name: NameInfo, ids: readonly number[], isYes: boolean): Promise<NameInfo | undefined> {
    const marked = new Set(ids);
    const others = (of: readonly number[]): number[] => of.filter((id) => !marked.has(id));
    const [yes, no] = [others(name.yes), others(name.no)];
    return this.#save({ ...name, yes: isYes ? [...yes, ...ids] : yes, no: isYes ? no : [...no, ...ids] });
  }

  /** Takes back what was said of a picture. */
  unmark(name: NameInfo, id: number): Promise<NameInfo | undefined> {
    const others = (of: readonly number[]): number[] => of.filter((each) => each !== id);
    return this.#save({ ...name, yes: others(name.yes), no: others(name.no) });
  }

  rename(name: NameInfo, text: string): Promise<NameInfo | undefined> {
    return this.#save({ ...name, name: text });
  }

  /** Moves the threshold; `keep` once it rests. */
  setThreshold(name: NameInfo, threshold: number): void {
    this.#list = this.#list.map((each) => (each.id === name.id ? { ...each, threshold } : each));
  }

  keepThreshold(name: NameInfo): Promise<NameInfo | undefined> {
    return this.#save(name);
  }

  /** @returns what `bringBack` takes; undefined with `error` set */
  async delete(name: NameInfo): Promise<NameInfo | undefined> {
    const gone = await this.#library.deleteName(this.#collection, name.id);
    this.#error = gone.ok ? undefined : gone.error;
    if (!gone.ok) return undefined;
    this.#list = this.#list.filter(({ id }) => id !== name.id);
    return gone.value;
  }

  bringBack(name: NameInfo): Promise<NameInfo | undefined> {
    return this.#save(name);
  }

  /** The answer of a search for a name: what is above its threshold. */
  async search(id: number, k: number): Promise<LookResult<AboutAnswer>> {
    const found = await this.#find(id);
    if (!found.ok) return found;
    const count = Math.min(k, this.countFound(id));
    const ids = [...found.value.ids.slice(0, count)];
    const pictures = await this.#library.pictures(this.#collection, ids);
    if (!pictures.ok) return pictures;
    const hits = pictures.value.map((picture, at): SearchHit => ({
      ...picture,
      rank: at + 1,
      score: found.value.probabilities[at] ?? 0,
    }));
    return ok({ hits, tookMs: found.value.tookMs });
  }

  /** How many pictures that nobody marked are at or above the threshold of a name. */
  countFound(id: number): number {
    const name = this.of(id);
    const found = this.#found.get(id);
    if (name === undefined || found === undefined) return 0;
    const below = found.probabilities.findIndex((probability) => probability < name.threshold);
    return below < 0 ? found.probabilities.length : below;
  }

  /** How good the threshold of a name is on marked pictures that were held back; undefined until it was searched for. */
  quality(id: number): ThresholdQuality | undefined {
    const name = this.of(id);
    const found = this.#found.get(id);
    if (name === undefined || found === undefined) return undefined;
    return thresholdQuality(found.heldBack, name.threshold);
  }

  /** Every picture of a name: those that were marked, then those that were found, the likeliest first. */
  async labelled(id: number): Promise<Result<readonly Labelled[], LookError>> {
    const name = this.of(id);
    const found = await this.#find(id);
    if (!found.ok) return found;
    const ids = [...(name?.yes ?? []), ...found.value.ids.slice(0, this.countFound(id))];
    const pictures = await this.#library.pictures(this.#collection, ids);
    if (!pictures.ok) return pictures;
    const marked = name?.yes.length ?? 0;
    return ok(
      pictures.value.map((picture, at) => ({
        picture,
        isMarked: at < marked,
        probability: at < marked ? undefined : found.value.probabilities[at - marked],
      })),
    );
  }

  async #find(id: number): Promise<LookResult<Found>> {
    await this.#loading; // the address may ask before the names are there
    const marks = this.#list.map(({ id: each, yes, no }) => [each, yes, no]);
    const key = JSON.stringify([this.#collection, this.#version, id, marks]);
    const known = this.#found.get(id);
    if (known?.key === key) return ok(known);
    const answer = await this.#library.findNamed(this.#collection, id);
    if (!answer.ok) return answer;
    const found = { ...answer.value, key };
    this.#found = new Map([...this.#found, [id, found]]);
    return ok(found);
  }

  async #save(name: Parameters<Remote<LibraryApi>['saveName']>[1]): Promise<NameInfo | undefined> {
    const collection = this.#collection;
    const saved = await this.#library.saveName(collection, name);
    this.#error = saved.ok ? undefined : saved.error;
    if (!saved.ok || collection !== this.#collection) return undefined;
    const { value } = saved;
    const isKnown = this.#list.some(({ id }) => id === value.id);
    this.#list = isKnown
      ? this.#list.map((each) => (each.id === value.id ? value : each))
      : [...this.#list, value];
    return value;
  }
}
