import { SvelteMap } from 'svelte/reactivity';
import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi, PictureInfo } from '../worker/protocol.ts';

const PAGE = 100;

/** The pictures of the open collection, fetched in pages as they come into view. */
export class Pictures {
  readonly #library: Remote<LibraryApi>;
  readonly #pages = new SvelteMap<number, readonly PictureInfo[]>();
  readonly #asked = new Map<number, number>();
  #collection = 0;
  #total = $state(0);

  constructor(library: Remote<LibraryApi>) {
    this.#library = library;
  }

  get total(): number {
    return this.#total;
  }

  /** Shows another collection, or the same one after a change of its order. */
  reset(collection: number, total: number): void {
    this.#collection = collection;
    this.#total = total;
    this.#pages.clear();
    this.#asked.clear();
  }

  /** Pictures were added at the end. */
  grow(total: number): void {
    if (total === this.#total) return;
    this.#total = total;
  }

  /**
   * The picture at a position, or undefined until it has come.
   *
   * @param index 0 … total − 1
   */
  at(index: number): PictureInfo | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Sees to it that a stretch of pictures comes. */
  want(from: number, to: number): void {
    const last = Math.floor(Math.max(from, to - 1) / PAGE);
    for (let page = Math.floor(from / PAGE); page <= last; page += 1) void this.#fetch(page);
  }

  async #fetch(page: number): Promise<void> {
    const expected = Math.min(PAGE, this.#total - page * PAGE);
    if (expected <= 0 || (this.#asked.get(page) ?? 0) >= expected) return;
    this.#asked.set(page, expected);
    const collection = this.#collection;
    const list = await this.#library.list(collection, page * PAGE, PAGE);
    if (collection !== this.#collection) return;
    if (list.ok) this.#pages.set(page, list.value);
    else this.#asked.delete(page);
  }
}
