import { browserHost, type ModelHost } from './host.ts';

/** A model that a person brought. */
export interface OwnModel {
  /** SHA-256 of its bytes, 64 lower-case hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
  /** What its studio noted about it. */
  readonly about: unknown;
}

const ABOUT = 'X-About';
const BYTES = 'X-Bytes';
const HASH = /\/([0-9a-f]{64})$/;

/** Models that a person brought, kept in Cache Storage under their hash beside those of the site; nothing can fetch them. */
export class OwnModelStore {
  readonly #base: URL;
  readonly #host: ModelHost;
  /** Of this visit, where nothing can be kept. */
  readonly #unkept = new Map<string, { readonly model: OwnModel; readonly data: ArrayBuffer }>();

  /**
   * @param base a folder of the site that has no files, with a slash at its end: its addresses are only keys
   * @param host the browser; tests pass another
   */
  constructor(base: URL, host: ModelHost = browserHost()) {
    this.#base = base;
    this.#host = host;
  }

  /** What is there, in no order. */
  async list(): Promise<readonly OwnModel[]> {
    const cache = await this.#host.openCache();
    const keys = ((await cache?.keys()) ?? []).filter((key) => key.startsWith(this.#base.href));
    const models = await Promise.all(
      keys.map(async (key) => toModel(HASH.exec(key)?.[1], await cache?.match(key))),
    );
    return [
      ...models.filter((model) => model !== undefined),
      ...Array.from(this.#unkept.values(), ({ model }) => model),
    ];
  }

  /**
   * The bytes of a model.
   *
   * @param hash which one
   * @returns the bytes, whose hash it is; undefined when they are not here, or not what they were
   */
  async get(hash: string): Promise<ArrayBuffer | undefined> {
    const unkept = this.#unkept.get(hash);
    if (unkept !== undefined) return unkept.data;
    const cache = await this.#host.openCache();
    const data = await (await cache?.match(this.#key(hash)))?.arrayBuffer();
    if (data === undefined) return undefined;
    if ((await this.#host.digest(new Uint8Array(data))) === hash) return data;
    await cache?.delete(this.#key(hash));
    return undefined;
  }

  /**
   * Keeps a model.
   *
   * @param hash of the bytes
   * @param data the bytes
   * @param about what to note about it; written as JSON
   * @returns whether it will be there on the next visit; otherwise it is for this one
   */
  async keep(hash: string, data: ArrayBuffer, about: unknown): Promise<boolean> {
    // Headers take no letters beyond Latin-1.
    const headers = {
      [ABOUT]: encodeURIComponent(JSON.stringify(about)),
      [BYTES]: String(data.byteLength),
    };
    const cache = await this.#host.openCache();
    try {
      await cache?.put(this.#key(hash), new Response(data, { headers }));
      if (cache !== undefined) return true;
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === 'QuotaExceededError')) throw cause;
    }
    this.#unkept.set(hash, { model: { hash, bytes: data.byteLength, about }, data });
    return false;
  }

  /** Forgets a model. */
  async remove(hash: string): Promise<void> {
    this.#unkept.delete(hash);
    await (await this.#host.openCache())?.delete(this.#key(hash));
  }

  #key(hash: string): string {
    return new URL(hash, this.#base).href;
  }
}

function toModel(hash: string | undefined, response: Response | undefined): OwnModel | undefined {
  const about = response?.headers.get(ABOUT);
  if (hash === undefined || about === null || about === undefined) return undefined;
  return {
    hash,
    bytes: Number(response?.headers.get(BYTES) ?? '0'),
    about: JSON.parse(decodeURIComponent(about)),
  };
}
