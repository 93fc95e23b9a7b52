import type { Remote } from '../../../platform/rpc.ts';
import type { Result } from '../../../kernel/result.ts';
import type { CollectionInfo, LibraryApi, LookError } from '../worker/protocol.ts';

const STORAGE_KEY = 'atelier-look-collection';
const FIRST_NAME = 'My pictures';

/** What a new collection is tied to: its vectors are of this network only. */
export interface NetworkIdentity {
  readonly hash: string;
  readonly dim: number;
  /** For people. */
  readonly title: string;
}

/** The collections, and which one is open. */
export class Collections {
  readonly #library: Remote<LibraryApi>;
  readonly #onOpen: (current: CollectionInfo | undefined) => void;
  #list = $state.raw<readonly CollectionInfo[]>([]);
  #deleted = $state.raw<readonly number[]>([]);
  #currentId = $state(0);
  #error = $state.raw<LookError | undefined>();

  /**
   * @param library the store
   * @param onOpen called when another collection is open, or none
   */
  constructor(library: Remote<LibraryApi>, onOpen: (current: CollectionInfo | undefined) => void) {
    this.#library = library;
    this.#onOpen = onOpen;
  }

  get list(): readonly CollectionInfo[] {
    return this.#list;
  }
  /** Keys of the deletions that can be undone, the last one last. */
  get deleted(): readonly number[] {
    return this.#deleted;
  }
  get current(): CollectionInfo | undefined {
    return this.#list.find(({ id }) => id === this.#currentId);
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /** Opens the collection of the last visit. */
  async open(): Promise<void> {
    await this.refresh();
    const last = Number(localStorage.getItem(STORAGE_KEY) ?? '0');
    this.#open(this.#list.some(({ id }) => id === last) ? last : (this.#list[0]?.id ?? 0));
  }

  /** Reads the list anew; the open collection stays. */
  async refresh(): Promise<readonly CollectionInfo[]> {
    const [list, deleted] = await Promise.all([this.#library.collections(), this.#library.deleted()]);
    if (list.ok) this.#list = list.value;
    else this.#error = list.error;
    if (deleted.ok) this.#deleted = deleted.value;
    return this.#list;
  }

  async choose(id: number): Promise<void> {
    if (id === this.#currentId) return;
    if (!this.#list.some((each) => each.id === id)) await this.refresh();
    if (this.#list.some((each) => each.id === id)) this.#open(id);
  }

  async create(name: string, network: NetworkIdentity): Promise<CollectionInfo | undefined> {
    const created = await this.#settle(
      this.#library.createCollection(name, network.hash, network.dim, network.title),
    );
    if (created !== undefined) this.#open(created.id);
    return created;
  }

  /**
   * Where files go to.
   *
   * @param into the collection that was meant; 0, or one that is gone: the open one, or a first one
   */
  async forAdding(into: number, network: NetworkIdentity): Promise<CollectionInfo | undefined> {
    const meant = this.#list.find(({ id }) => id === into);
    return meant ?? this.current ?? this.create(FIRST_NAME, network);
  }

  async rename(name: string): Promise<void> {
    await this.#settle(this.#library.renameCollection(this.#currentId, name));
  }

  /** Deletes the open collection. @returns the key for `undo`, undefined when there is no way back */
  async delete(): Promise<Result<number | undefined, LookError>> {
    const gone = this.#currentId;
    const answer = await this.#library.deleteCollection(gone);
    this.#error = answer.ok ? undefined : answer.error;
    if (!answer.ok) return answer;
    await this.refresh();
    this.#open(this.#list[0]?.id ?? 0);
    return answer;
  }

  /**
   * Takes a deletion back, of collections or of pictures. A collection that came back is opened; otherwise the open one
   * stays, and its query with it.
   *
   * @returns the collections that came back, or undefined when it failed
   */
  async undo(key: number): Promise<readonly number[] | undefined> {
    const back = await this.#settle(this.#library.undoDelete(key));
    const first = back?.[0];
    if (first !== undefined) this.#open(first);
    return back;
  }

  /** Shows what a call left behind in the list. */
  reopen(): void {
    this.#open(this.#currentId);
  }

  async #settle<T>(call: Promise<Result<T, LookError>>): Promise<T | undefined> {
    const answer = await call;
    this.#error = answer.ok ? undefined : answer.error;
    await this.refresh();
    return answer.ok ? answer.value : undefined;
  }

  #open(id: number): void {
    this.#currentId = id;
    localStorage.setItem(STORAGE_KEY, String(id));
    this.#onOpen(this.current);
  }
}
