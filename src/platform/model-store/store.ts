import { describe, fail, ok } from '../../kernel/result.ts';
import type { TaskOptions } from '../rpc.ts';
import { byteProgress, download, NOTHING, type DownloadEnd, type Part } from './download.ts';
import { browserHost, type ModelCache, type ModelHost } from './host.ts';
import { readManifest, type ModelFile, type ModelManifest, type ModelResult } from './manifest.ts';

export interface ModelBytes {
  readonly bytes: ArrayBuffer;
  /** Whether it is there the next time without the network. */
  readonly kept: boolean;
}

/** A broken connection is taken up again at once, this often, as long as each attempt brings something. */
const MAX_ATTEMPTS = 4;
const CHECK_CONNECTION = 'Check the connection and try again; what has arrived is kept.';

/**
 * Models of the site: fetched on first use, checked against the manifest's sha-256 at every load, kept in Cache Storage.
 * Runs in a page and in a worker.
 */
export class ModelStore {
  readonly #base: URL;
  readonly #host: ModelHost;
  /** Parts of broken downloads, for browsers without Cache Storage. */
  readonly #parts = new Map<string, Part>();

  /**
   * @param base the folder `models/` of the site, with a slash at its end; a page passes
   *   `new URL('models/', document.baseURI)`
   * @param host the browser; tests pass another
   */
  constructor(base: URL, host: ModelHost = browserHost()) {
    this.#base = base;
    this.#host = host;
  }

  /**
   * The manifest of a model: the site's, or the kept one while the site cannot be reached.
   *
   * @param name the model's folder
   * @param options `signal`
   */
  async manifest(name: string, { signal }: TaskOptions = {}): Promise<ModelResult<ModelManifest>> {
    const address = new URL(`${name}/manifest.json`, this.#base).href;
    const cache = await this.#host.openCache();
    let response: Response;
    try {
      response = await this.#host.fetch(address, { cache: 'no-cache', signal: signal ?? null });
    } catch (cause) {
      if (signal?.aborted === true) return cancelled();
      const kept = await cache?.match(address);
      if (kept !== undefined) return readManifest(await kept.text(), name);
      return fail(
        'model-unreachable',
        `The model “${name}” is not on this device yet, and the site cannot be reached.`,
        {
          hint: CHECK_CONNECTION,
          retryable: true,
          cause,
        },
      );
    }
    if (!response.ok) {
      // A host that is up but broken is no reason to throw away what works.
      const kept = isOutage(response.status) ? await cache?.match(address) : undefined;
      if (kept !== undefined) return readManifest(await kept.text(), name);
      return missing(`${name}/manifest.json`, response.status);
    }
    const text = await response.text();
    const manifest = readManifest(text, name);
    if (manifest.ok) await keep(cache, address, new Response(text));
    return manifest;
  }

  /**
   * One file of a model.
   *
   * @param manifest of the model
   * @param path as the manifest names it
   * @param options `signal` ends the download and keeps what has come; `onProgress` tells bytes
   * @returns the bytes, whose sha-256 is the manifest's
   */
  async file(
    manifest: ModelManifest,
    path: string,
    options: TaskOptions = {},
  ): Promise<ModelResult<ModelBytes>> {
    const file = manifest.files.find((entry) => entry.path === path);
    if (file === undefined) return missing(`${manifest.name}/${path}`, 404);
    const address = new URL(`${manifest.name}/${path}`, this.#base).href;
    const cache = await this.#host.openCache();
    const stored = await this.#stored(cache, keyOf(address, file), file);
    if (stored !== undefined) return ok({ bytes: stored, kept: true });

    // A damaged download is fetched once more from the start: a proxy's stale copy, or a part of another version.
    let fetched = await this.#fetchSound(cache, manifest, address, file, options);
    if (!fetched.ok && fetched.error.code === 'model-damaged')
      fetched = await this.#fetchSound(cache, manifest, address, file, options);
    if (!fetched.ok) return fetched;
    const { buffer } = fetched.value;
    const kept = await keep(cache, keyOf(address, file), new Response(buffer));
    if (kept) await sweep(cache, address, file);
    return ok({ bytes: buffer, kept });
  }

  /** Whether every file of a model is on this device, as its kept manifest names them. Asks nobody. */
  async isKept(name: string): Promise<boolean> {
    const cache = await this.#host.openCache();
    const stored = await cache?.match(new URL(`${name}/manifest.json`, this.#base).href);
    if (cache === undefined || stored === undefined) return false;
    const manifest = readManifest(await stored.text(), name);
    if (!manifest.ok) return false;
    const keys = new Set(await cache.keys());
    return manifest.value.files.every((file) =>
      keys.has(keyOf(new URL(`${name}/${file.path}`, this.#base).href, file)),
    );
  }

  /** Bytes kept of every model, by name. */
  async storedBytes(): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    const cache = await this.#host.openCache();
    for (const key of (await cache?.keys()) ?? []) {
      const name = this.#nameIn(key);
      const size = (await (await cache?.match(key))?.blob())?.size ?? 0;
      if (name !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + size);
    }
    return sizes;
  }

  /** Forgets a model; it is fetched again when it is needed. */
  async remove(name: string): Promise<void> {
    const cache = await this.#host.openCache();
    for (const key of (await cache?.keys()) ?? []) if (this.#nameIn(key) === name) await cache?.delete(key);
    this.#parts.clear();
  }

  #nameIn(key: string): string | undefined {
    return key.startsWith(this.#base.href) ? key.slice(this.#base.href.length).split('/')[0] : undefined;
  }

  async #isSound(bytes: Uint8Array<ArrayBuffer>, file: ModelFile): Promise<boolean> {
    return bytes.length === file.bytes && (await this.#host.digest(bytes)) === file.sha256;
  }

  /** The kept file, checked; a damaged one is dropped. */
  async #stored(
    cache: ModelCache | undefined,
    key: string,
    file: ModelFile,
  ): Promise<ArrayBuffer | undefined> {
    const response = await cache?.match(key);
    if (response === undefined) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (await this.#isSound(bytes, file)) return bytes.buffer;
    await cache?.delete(key);
    return undefined;
  }

  async #fetchSound(
    cache: ModelCache | undefined,
    manifest: ModelManifest,
    address: string,
    file: ModelFile,
    options: TaskOptions,
  ): Promise<ModelResult<Uint8Array<ArrayBuffer>>> {
    const fetched = await this.#fetch(cache, manifest, address, file, options);
    return !fetched.ok || (await this.#isSound(fetched.value, file)) ? fetched : damaged(manifest, file);
  }

  async #fetch(
    cache: ModelCache | undefined,
    manifest: ModelManifest,
    address: string,
    file: ModelFile,
    { signal, onProgress }: TaskOptions,
  ): Promise<ModelResult<Uint8Array<ArrayBuffer>>> {
    const key = `${keyOf(address, file)}&part`;
    let part = await this.#takePart(cache, key, file);
    for (let attempt = 1; ; attempt += 1) {
      const before = part;
      let end: DownloadEnd;
      try {
        const get = (headers: Readonly<Record<string, string>>): Promise<Response> =>
          this.#host.fetch(address, { headers: { ...headers }, cache: 'no-store', signal: signal ?? null });
        end = await download(get, file, before, byteProgress(manifest.title, file.bytes, onProgress));
      } catch (cause) {
        end = { kind: 'part', part: before, cause: describe(cause) };
      }
      if (end.kind === 'complete') return ok(end.bytes);
      if (end.kind === 'too-long') return damaged(manifest, file);
      if (end.kind === 'refused') {
        // The host will not go on from there: once more from the start, then it is its last word.
        if (before.bytes.length === 0 || isOutage(end.status)) {
          await this.#keepPart(cache, key, before);
          return missing(`${manifest.name}/${file.path}`, end.status);
        }
        part = NOTHING;
        continue;
      }
      part = end.part;
      const isStuck = part.bytes.length <= before.bytes.length;
      if (signal?.aborted !== true && !isStuck && attempt < MAX_ATTEMPTS) continue;
      await this.#keepPart(cache, key, part);
      return signal?.aborted === true
        ? cancelled()
        : interrupted(manifest, file, part.bytes.length, end.cause);
    }
  }

  async #takePart(cache: ModelCache | undefined, key: string, file: ModelFile): Promise<Part> {
    const remembered = this.#parts.get(key);
    this.#parts.delete(key);
    if (remembered !== undefined) return remembered;
    const response = await cache?.match(key);
    if (response === undefined) return NOTHING;
    // Taken out: if it turns out to be bad, the next attempt starts from nothing.
    await cache?.delete(key);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length < file.bytes
      ? { bytes, validator: response.headers.get('X-Validator') ?? '' }
      : NOTHING;
  }

  async #keepPart(cache: ModelCache | undefined, key: string, part: Part): Promise<void> {
    if (part.bytes.length === 0) return;
    const response = new Response(part.bytes, { headers: { 'X-Validator': part.validator } });
    if (!(await keep(cache, key, response))) this.#parts.set(key, part);
  }
}

/** Whether a status says that the host itself is in trouble, not that the file is not there. */
const isOutage = (status: number): boolean => status >= 500 || status === 429;

/** The hash is part of the key: another version of the file is another entry. */
const keyOf = (address: string, file: ModelFile): string => `${address}?sha256=${file.sha256}`;

/** Puts something into the cache; a full disk is no reason to refuse what has been fetched. */
async function keep(cache: ModelCache | undefined, key: string, response: Response): Promise<boolean> {
  if (cache === undefined) return false;
  try {
    await cache.put(key, response);
    return true;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'QuotaExceededError') return false;
    throw cause;
  }
}

/** Drops the older versions of a file. */
async function sweep(cache: ModelCache | undefined, address: string, file: ModelFile): Promise<void> {
  const current = keyOf(address, file);
  for (const key of (await cache?.keys()) ?? [])
    if (key.startsWith(`${address}?`) && key !== current) await cache?.delete(key);
}

const cancelled = (): ModelResult<never> =>
  fail('cancelled', 'The download was stopped.', { retryable: true });

const missing = (path: string, status: number): ModelResult<never> =>
  isOutage(status)
    ? fail('model-unreachable', `The site cannot deliver models/${path} at the moment (${status}).`, {
        hint: CHECK_CONNECTION,
        retryable: true,
      })
    : fail('model-missing', `The site does not have the file models/${path} (${status}).`, {
        hint: 'Tell whoever hosts it.',
        retryable: true,
      });

const damaged = (manifest: ModelManifest, file: ModelFile): ModelResult<never> =>
  fail(
    'model-damaged',
    `The file ${file.path} of ${manifest.title} arrived damaged, twice, and was refused.`,
    {
      hint: 'Try again later, or tell whoever hosts the site.',
      retryable: true,
    },
  );

const interrupted = (
  manifest: ModelManifest,
  file: ModelFile,
  done: number,
  cause: string,
): ModelResult<never> =>
  fail(
    'model-interrupted',
    `The download of ${manifest.title} broke off at ${done} of ${file.bytes} bytes.`,
    {
      hint: CHECK_CONNECTION,
      retryable: true,
      cause,
    },
  );
