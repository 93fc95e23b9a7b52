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

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

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

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // crypto.subtle exists on secure origins only.
  if ('subtle' in crypto) return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  const { sha256 } = await import('@noble/hashes/sha2.js');
  return toHex(sha256(bytes));
}

/** The browser itself, in a page or in a worker. */
export const browserHost = (): ModelHost => ({
  fetch: (address, init) => fetch(address, init),
  openCache,
  digest,
});
