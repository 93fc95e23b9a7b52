import type { Remote } from '../../../platform/rpc.ts';
import type { EmbedApi } from '../worker/protocol.ts';

/**
 * Hears of the end of a worker that no event tells of, e.g. one that the browser ended to get its memory back: its Web
 * Lock is free then. On insecure origins, where there are no locks, only the events are left.
 *
 * @param api the worker
 * @param tell called when the worker has ended, however it did
 */
export async function onDeath(api: Remote<EmbedApi>, tell: () => void): Promise<void> {
  const name = `atelier-embed-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  if (await api.keepLock(name)) void navigator.locks.request(name, tell);
}
