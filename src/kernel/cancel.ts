/**
 * What an engine sees of an AbortSignal. Engines are compiled without the DOM's types, so the kernel declares the part
 * they need; every AbortSignal satisfies it.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Throws when aborted. */
  throwIfAborted(): void;
}
