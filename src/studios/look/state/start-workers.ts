import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import type { LibraryApi } from '../worker/protocol.ts';

const MAX_EMBEDDERS = 4;

/** One network a core, but not more than four: each holds some 100 MB. */
export const embedderCount = (): number =>
  Math.min(MAX_EMBEDDERS, Math.max(1, navigator.hardwareConcurrency));

export const startEmbedWorker = (): Promise<Worker> =>
  Promise.resolve(
    new Worker(new URL('../worker/embed.worker.ts', import.meta.url), { type: 'module', name: 'embed' }),
  );

/** Starts the library worker. */
export function startLibrary(): Promise<Connection<LibraryApi>> {
  const worker = new Worker(new URL('../worker/library.worker.ts', import.meta.url), {
    type: 'module',
    name: 'library',
  });
  return Promise.resolve(connectWorker<LibraryApi>(worker));
}

/** A fresh port to the library, for an embed worker; the calls wait in it until both sides listen. */
export function embedderPort(library: Connection<LibraryApi>): MessagePort {
  const { port1, port2 } = new MessageChannel();
  void library.api.connectEmbedder(transfer(port1, [port1]));
  return port2;
}
