/** How long a busy page may put it off, milliseconds. */
const LATEST_MS = 500;

/**
 * Does something once the page has been drawn and has nothing else to do.
 *
 * @param work what to do
 * @returns gives it up, when it has not begun
 */
export function whenIdle(work: () => void): () => void {
  if ('requestIdleCallback' in globalThis) {
    const asked = requestIdleCallback(work, { timeout: LATEST_MS });
    return () => cancelIdleCallback(asked);
  }
  // Safari has no such call: the next task is the next best.
  const timer = setTimeout(work);
  return () => clearTimeout(timer);
}
