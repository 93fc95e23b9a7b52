/** From here on what was collected becomes a blob, which the browser may keep on the disk. */
const FOLD_BYTES = 16 * 2 ** 20;

/** Collects bytes into a blob without having all of them in memory. */
export class BlobBuilder {
  #folded: Blob[] = [];
  #parts: BlobPart[] = [];
  #partBytes = 0;
  #bytes = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#bytes;
  }

  /** @param part is kept, not copied */
  push(part: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(part);
    this.#partBytes += part.length;
    this.#bytes += part.length;
    if (this.#partBytes >= FOLD_BYTES) this.#fold();
  }

  /** Everything, and the builder is empty again. */
  finish(type = 'application/octet-stream'): Blob {
    this.#fold();
    const blob = new Blob(this.#folded, { type });
    this.#folded = [];
    this.#bytes = 0;
    return blob;
  }

  #fold(): void {
    this.#folded.push(new Blob(this.#parts));
    this.#parts = [];
    this.#partBytes = 0;
  }
}
