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
  /** Ticks more pictures; those that are ticked stay so. */
  add(pictures: readonly PictureInfo[]): void {
    for (const picture of pictures) if (!this.has(picture.id)) this.toggle(picture);
  }
  toggle({ id, name, hash, bytes, width, height }: PictureInfo): void {
    // Its own fields alone: a result's rank and figure belong to one query.
    if (!this.#picked.delete(id)) this.#picked.set(id, { id, name, hash, bytes, width, height });
  }
  clear(): void {
    this.#picked.clear();
  }
}
