import { SvelteMap } from 'svelte/reactivity';
import type { PictureInfo } from '../worker/protocol.ts';

/** The pictures that a person has ticked, for a search by several, an export or a deletion. */
export class Selection {
  readonly #picked = new SvelteMap<number, PictureInfo>();

  get size(): number {
    return this.#picked.size;
  }
  /** In the order they were ticked. */
  get list(): readonly PictureInfo[] {
    return [...this.#picked.values()];
  }
  has(id: number): boolean {
    return this.#picked.has(id);
  }
  toggle(picture: PictureInfo): void {
    if (!this.#picked.delete(picture.id)) this.#picked.set(picture.id, picture);
  }
  clear(): void {
    this.#picked.clear();
  }
}
