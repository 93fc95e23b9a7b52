import { SvelteMap } from 'svelte/reactivity';
import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi } from '../worker/protocol.ts';

/** Object URLs held at once; some 10 kB each. */
const KEPT = 800;
/** Pictures that appear in one frame: each is decoded and drawn. */
const SHOWN_A_FRAME = 24;

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

/** Thumbnails of one collection as addresses for image elements, fetched in one call a frame, oldest let go first. */
export class Thumbnails {
  readonly #library: Remote<LibraryApi>;
  readonly #addresses = new SvelteMap<number, string>();
  readonly #wanted = new Set<number>();
  readonly #onTheWay = new Set<number>();
  #collection = 0;

  constructor(library: Remote<LibraryApi>) {
    this.#library = library;
  }

  reset(collection: number): void {
    for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
    this.#addresses.clear();
    this.#wanted.clear();
    this.#onTheWay.clear();
    this.#collection = collection;
  }

  /** The address of a picture's thumbnail, or undefined until it has come. */
  of(id: number): string | undefined {
    return this.#addresses.get(id);
  }

  /** Sees to it that these thumbnails come. */
  want(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.#addresses.has(id) || this.#onTheWay.has(id)) continue;
      if (this.#wanted.size === 0) requestAnimationFrame(() => void this.#fetch());
      this.#wanted.add(id);
    }
  }

  async #fetch(): Promise<void> {
    const ids = [...this.#wanted];
    this.#wanted.clear();
    if (ids.length === 0) return;
    for (const id of ids) this.#onTheWay.add(id);
    const collection = this.#collection;
    const answer = await this.#library.thumbnails(collection, ids);
    if (collection !== this.#collection) return;
    if (!answer.ok) {
      for (const id of ids) this.#onTheWay.delete(id);
      return;
    }
    this.#letGo(new Set(ids));
    for (let from = 0; from < answer.value.length; from += SHOWN_A_FRAME) {
      if (from > 0) await nextFrame();
      if (collection !== this.#collection) return;
      for (const { id, data, type } of answer.value.slice(from, from + SHOWN_A_FRAME))
        this.#addresses.set(id, URL.createObjectURL(new Blob([data], { type })));
    }
    for (const id of ids) this.#onTheWay.delete(id);
  }

  #letGo(fresh: ReadonlySet<number>): void {
    for (const [id, address] of this.#addresses) {
      if (this.#addresses.size <= KEPT) return;
      if (fresh.has(id)) continue;
      URL.revokeObjectURL(address);
      this.#addresses.delete(id);
    }
  }
}
