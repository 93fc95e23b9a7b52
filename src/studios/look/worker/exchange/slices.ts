import type { TaskOptions } from '../../../../platform/rpc.ts';
import { pause } from '../../../../platform/rpc-pause.ts';

/**
 * Walks through a list in slices, tells the progress, looks at the signal, and lets other calls of the worker in between.
 *
 * @param items what to walk through
 * @param size how many at once
 * @param phase for the progress
 * @param options `signal`; progress in vectors
 */
export async function* slices<T>(
  items: readonly T[],
  size: number,
  phase: string,
  { signal, onProgress }: TaskOptions = {},
): AsyncGenerator<readonly T[]> {
  const total = items.length;
  onProgress?.({ phase, done: 0, total, unit: 'vectors' });
  for (let from = 0; from < total; from += size) {
    await pause();
    signal?.throwIfAborted();
    const some = items.slice(from, from + size);
    yield some;
    onProgress?.({ phase, done: from + some.length, total, unit: 'vectors' });
  }
}
