import { sha256Hex } from '../storage/sha256.ts';

/** The part of Cache Storage that the store uses; tests pass one of their own. */
export interface ModelCache {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly string[]>;
}

/** What the store needs of its surroundings. */
export interface ModelHost {
  fetch(address: string, init: RequestInit): Promise<Response>;
  /** Undefined where the browser has no Cache Storage: on insecure origins, and in some private windows. */
  openCache(): Promise<ModelCache | undefined>;
  /** sha-256 in hexadecimal digits. */
  digest(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}

const CACHE_NAME = 'atelier-models-1';

async function openCache(): Promise<ModelCache | undefined> {
  if (!('caches' in globalThis)) return undefined;
  try {
    const cache = await caches.open(CACHE_NAME);
    return {
      match: (key) => cache.match(key),
      put: (key, response) => cache.put(key, response),
      delete: (key) => cache.delete(key),
      keys: async () => (await cache.keys()).map(({ url }) => url),
    };
  } catch (cause) {
    // Site data is blocked: the model is fetched again on every visit.
    if (cause instanceof DOMException) return undefined;
    throw cause;
  }
}

/** The browser itself, in a page or in a worker. */
export const browserHost = (): ModelHost => ({
  fetch: (address, init) => fetch(address, init),
  openCache,
  digest: sha256Hex,
});
