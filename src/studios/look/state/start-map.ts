import { fail, ok, type Result } from '../../../kernel/result.ts';
import { type Connection, connectWorker, type Remote, transfer } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import mapUrl from '../worker/map.worker.ts?worker&url';
import type { MapApi } from '../worker/protocol-map.ts';
import type { LibraryApi, LookError } from '../worker/protocol.ts';

/** Starts the map worker and ties it to the library. */
export async function startMap(library: Remote<LibraryApi>): Promise<Result<Connection<MapApi>, LookError>> {
  const worker = await startWorker(mapUrl, 'map');
  if (!worker.ok) return fail('worker-crashed', worker.error.message, worker.error);
  const map = connectWorker<MapApi>(worker.value);
  const { port1, port2 } = new MessageChannel();
  await library.connectMap(transfer(port1, [port1]));
  await map.api.connectLibrary(transfer(port2, [port2]));
  return ok(map);
}
