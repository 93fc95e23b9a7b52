/**
 * Bytes of the site's own files that its service worker keeps for offline use.
 *
 * @param site the folder of the site; the service worker's caches end with it
 * @returns 0 where the browser keeps none: on insecure origins, before the first visit has ended
 */
export async function siteBytes(site: URL): Promise<number> {
  if (!('caches' in globalThis)) return 0;
  try {
    let bytes = 0;
    for (const name of await caches.keys()) {
      if (!name.endsWith(site.href)) continue;
      const cache = await caches.open(name);
      for (const kept of await cache.matchAll()) bytes += (await kept.blob()).size;
    }
    return bytes;
  } catch (thrown) {
    if (thrown instanceof DOMException) return 0; // site data is blocked
    throw thrown;
  }
}
