import { Zip, ZipPassThrough } from 'fflate';
import { LookFailure } from '../failure.ts';
import { BlobBuilder } from './blob-builder.ts';

/** Where the format needs its 64-bit extension, which not every program reads. */
const MAX_BYTES = 2 ** 32 - 2 ** 20;

/** A zip whose entries are stored as they are, written piece by piece. */
export class ZipWriter {
  readonly #builder = new BlobBuilder();
  readonly #zip: Zip;
  #entry: ZipPassThrough | undefined;
  #broken: Error | undefined;

  constructor() {
    this.#zip = new Zip((error, chunk) => {
      if (error !== null) this.#broken = error;
      else this.#builder.push(new Uint8Array(chunk));
    });
  }

  /** Begins an entry; what is pushed goes into it. */
  begin(name: string): void {
    this.#end();
    this.#entry = new ZipPassThrough(name);
    this.#zip.add(this.#entry);
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#builder.size + bytes.length > MAX_BYTES)
      throw new LookFailure(
        'bad-vectors',
        'The collection is too large for one zip (4 GB).',
        'Nothing was saved. Export it as Parquet, or in parts, as several collections.',
      );
    this.#entry?.push(bytes);
  }

  text(text: string): void {
    this.push(new TextEncoder().encode(text));
  }

  finish(): Blob {
    this.#end();
    this.#zip.end();
    if (this.#broken !== undefined) throw this.#broken;
    return this.#builder.finish('application/zip');
  }

  #end(): void {
    this.#entry?.push(new Uint8Array(0), true);
    this.#entry = undefined;
  }
}
