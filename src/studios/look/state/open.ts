import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { LookError } from '../worker/protocol.ts';
import { Look } from './look.svelte.ts';
import { startGraph, startLibrary } from './start-workers.ts';

export { connectedMode } from '../../../platform/connected.ts';
export type { LookError } from '../worker/protocol.ts';

/**
 * Opens the store and makes the page's state over it.
 *
 * @param parameters of the address: which collection, which query
 */
export async function openLook(parameters: URLSearchParams): Promise<Result<Look, LookError>> {
  try {
    const started = await startLibrary();
    if (!started.ok) return started;
    const library = started.value;
    const opened = await library.api.open();
    if (!opened.ok) {
      library.close();
      return opened;
    }
    const look = new Look(library, opened.value.writer);
    // Not waited for: searches are answered exactly until the graph is there.
    void startGraph(library).then((graph) => look.attachGraph(graph));
    await look.networks.open();
    await look.collections.open();
    await look.showAddress(parameters);
    return ok(look);
  } catch (cause) {
    return fail('store-broken', 'Look could not open its store.', {
      hint: 'Reload the page. Private windows of some browsers allow no storage.',
      retryable: true,
      cause,
    });
  }
}
