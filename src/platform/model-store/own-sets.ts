import { browserHost, type ModelHost } from './host.ts';
import { OwnModelStore, type OwnModel } from './own.ts';

/** A file of a model that a person brought. */
export interface OwnSetFile {
  /** As the model names it, e.g. `config.json`. */
  readonly path: string;
  /** SHA-256 of its bytes, 64 lower-case hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
}

/** A model of several files that a person brought. */
export interface OwnSet {
  /** 64 lower-case hexadecimal digits: the same files are the same model. */
  readonly id: string;
  readonly files: readonly OwnSetFile[];
  readonly bytes: number;
  /** What its studio noted about it. */
  readonly about: unknown;
}

/** A file with its bytes, on its way into the store. */
export interface OwnSetContent extends Omit<OwnSetFile, 'bytes'> {
  readonly data: ArrayBuffer;
}

/** What stands beside each file: enough to know the whole model by any of them. */
interface Noted {
  readonly set: string;
  readonly files: readonly OwnSetFile[];
  readonly about: unknown;
}

const sizeOf = (files: readonly OwnSetFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** One tab or worker at a time: what another one is just keeping would be taken for a part that was left behind. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  // Left out on insecure origins, as Cache Storage is.
  const { locks } = (globalThis.navigator as Partial<Navigator> | undefined) ?? {};
  return locks === undefined ? work() : locks.request('atelier-own-sets', work);
}

const isNoted = (about: unknown): about is Noted =>
  typeof about === 'object' && about !== null && 'set' in about && 'files' in about && 'about' in about;

/** Models of several files that a person brought, each file checked by its hash; a model is there as a whole or not at all. */
export class OwnSetStore {
  readonly #base: URL;
  readonly #host: ModelHost;
  readonly #all: OwnModelStore;

  /**
   * @param base a folder of the site that has no files, with a slash at its end: its addresses are only keys
   * @param host the browser; tests pass another
   */
  constructor(base: URL, host: ModelHost = browserHost()) {
    this.#base = base;
    this.#host = host;
    this.#all = new OwnModelStore(base, host);
  }

  /** What is there as a whole, in no order. */
  async list(): Promise<readonly OwnSet[]> {
    const { whole } = await this.#look();
    return whole;
  }

  /**
   * A file of a model.
   *
   * @returns its bytes, whose hash it is; undefined when they are not here, or not what they were
   */
  get(set: string, file: Pick<OwnSetFile, 'hash'>): Promise<ArrayBuffer | undefined> {
    return this.#files(set).get(file.hash);
  }

  /**
   * Keeps a model.
   *
   * @param contents its files
   * @param about what to note about it; written as JSON
   * @returns the model; undefined when there is no room for it, and nothing of it is kept then
   */
  async keep(contents: readonly OwnSetContent[], about: unknown): Promise<OwnSet | undefined> {
    const files = contents.map(({ path, hash, data }) => ({ path, hash, bytes: data.byteLength }));
    const id = await this.#idOf(files);
    return alone(async () => {
      for (const part of (await this.#look()).parts) await this.remove(part);
      const store = this.#files(id);
      for (const { hash, data } of contents) {
        if (await store.keep(hash, data, { set: id, files, about } satisfies Noted)) continue;
        await this.remove(id);
        return undefined;
      }
      return { id, files, about, bytes: sizeOf(files) };
    });
  }

  /** Forgets a model. */
  async remove(set: string): Promise<void> {
    const store = this.#files(set);
    await Promise.all((await store.list()).map(({ hash }: OwnModel) => store.remove(hash)));
  }

  /**
   * Forgets a model that may be wanted back.
   *
   * @returns keeps it again, and says whether there was room; undefined when it was damaged before
   */
  async take({ id, files, about }: OwnSet): Promise<(() => Promise<boolean>) | undefined> {
    const contents: OwnSetContent[] = [];
    for (const { path, hash } of files) {
      const data = await this.get(id, { hash });
      if (data !== undefined) contents.push({ path, hash, data });
    }
    await this.remove(id);
    if (contents.length < files.length) return undefined;
    return async () => (await this.keep(contents, about)) !== undefined;
  }

  /** Models that are there as a whole, and names of those whose keeping broke off. */
  async #look(): Promise<{ readonly whole: readonly OwnSet[]; readonly parts: readonly string[] }> {
    const found = new Map<string, { readonly noted: Noted; readonly hashes: Set<string> }>();
    for (const { hash, about } of await this.#all.list()) {
      if (!isNoted(about)) continue;
      const known = found.get(about.set) ?? { noted: about, hashes: new Set<string>() };
      known.hashes.add(hash);
      found.set(about.set, known);
    }
    const whole: OwnSet[] = [];
    const parts: string[] = [];
    for (const [id, { noted, hashes }] of found) {
      const { files, about } = noted;
      if (files.every(({ hash }) => hashes.has(hash))) whole.push({ id, files, about, bytes: sizeOf(files) });
      else parts.push(id);
    }
    return { whole, parts };
  }

  #files(set: string): OwnModelStore {
    return new OwnModelStore(new URL(`${set}/`, this.#base), this.#host);
  }

  #idOf(files: readonly OwnSetFile[]): Promise<string> {
    const lines = files.map(({ path, hash }) => `${path} ${hash}\n`).sort();
    return this.#host.digest(new TextEncoder().encode(lines.join('')));
  }
}
