import { fail, ok, type Result } from '../../../kernel/result.ts';
import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import embedUrl from '../worker/embed.worker.ts?worker&url';
import graphUrl from '../worker/graph.worker.ts?worker&url';
import networksUrl from '../worker/networks.worker.ts?worker&url';
import libraryUrl from '../worker/library.worker.ts?worker&url';
import twinsUrl from '../worker/twins.worker.ts?worker&url';
import type { GraphWorkerApi } from '../worker/protocol-graph.ts';
import type { LibraryApi, LookError } from '../worker/protocol.ts';
import type { TwinsApi } from '../worker/twins-protocol.ts';

const MAX_EMBEDDERS = 4;

/** One network a core, but not more than four: each holds some 100 MB. */
export const embedderCount = (): number =>
  Math.min(MAX_EMBEDDERS, Math.max(1, navigator.hardwareConcurrency));

async function start(url: string, name: string): Promise<Result<Worker, LookError>> {
  const started = await startWorker(url, name);
  return started.ok ? started : fail('worker-crashed', started.error.message, started.error);
}

export const startEmbedWorker = (): Promise<Result<Worker, LookError>> => start(embedUrl, 'embed');

/** The worker that reads networks which people bring. */
export const startNetworks = (): Promise<Result<Worker, LookError>> => start(networksUrl, 'networks');

export async function startLibrary(): Promise<Result<Connection<LibraryApi>, LookError>> {
  const worker = await start(libraryUrl, 'library');
  return worker.ok ? ok(connectWorker<LibraryApi>(worker.value)) : worker;
}

/** A fresh port to the library, for the embed worker of a lane; calls wait in it until both sides listen. */
export function embedderPort(library: Connection<LibraryApi>, lane: number): MessagePort {
  const { port1, port2 } = new MessageChannel();
  void library.api.connectEmbedder(transfer(port1, [port1]), lane);
  return port2;
}

/** Starts the graph worker and ties it to the library; where it cannot run, the library is told why. */
export async function startGraph(
  library: Connection<LibraryApi>,
): Promise<Connection<GraphWorkerApi> | undefined> {
  const worker = await start(graphUrl, 'graph');
  if (!worker.ok) {
    await library.api.graphLost(worker.error.message);
    return undefined;
  }
  const graph = connectWorker<GraphWorkerApi>(worker.value);
  worker.value.addEventListener('error', () => void library.api.graphLost('The graph worker stopped.'));
  const { port1, port2 } = new MessageChannel();
  await graph.api.connectLibrary(transfer(port1, [port1]));
  await library.api.connectGraph(transfer(port2, [port2]));
  return graph;
}

/** Starts the twins worker and ties it to the library. */
export async function startTwins(
  library: Connection<LibraryApi>,
): Promise<Result<Connection<TwinsApi>, LookError>> {
  const worker = await start(twinsUrl, 'twins');
  if (!worker.ok) return worker;
  const twins = connectWorker<TwinsApi>(worker.value);
  const { port1, port2 } = new MessageChannel();
  await twins.api.connectLibrary(transfer(port1, [port1]));
  await library.api.connectReader(transfer(port2, [port2]));
  return ok(twins);
}
