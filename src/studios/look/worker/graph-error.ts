/** The graph's WebAssembly could not do something; its state is unknown from then on. */
export class HnswError extends Error {
  override readonly name = 'HnswError';
  readonly code = 'graph-unavailable';
}

/**
 * Runs a call into WebAssembly.
 *
 * @throws HnswError with what was thrown as its cause; our own errors pass as they are
 */
export function guard<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw cause;
    throw new HnswError(`the graph failed at ${doing}`, { cause });
  }
}
