/** What went wrong, in words a person can act on. `code` comes from a closed union per studio. */
export interface StudioError<Code extends string = string> {
  readonly code: Code;
  /** One sentence that names the file, device or collection concerned. */
  readonly message: string;
  /** What the person can do about it; empty when there is nothing. */
  readonly hint: string;
  readonly retryable: boolean;
  /** The underlying exception as text: exceptions do not survive every worker border. */
  readonly cause?: string;
}

export type Result<T, E extends StudioError = StudioError> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/**
 * A failed result.
 *
 * @param code which failure, from the studio's closed union
 * @param message one sentence that names the file, device or collection
 * @param more what to do about it, whether trying again may help, what was thrown
 * @returns the result
 */
export function fail<Code extends string>(
  code: Code,
  message: string,
  more: { hint?: string; retryable?: boolean; cause?: unknown } = {},
): { readonly ok: false; readonly error: StudioError<Code> } {
  const cause = more.cause === undefined ? undefined : describe(more.cause);
  return {
    ok: false,
    error: {
      code,
      message,
      hint: more.hint ?? '',
      retryable: more.retryable ?? false,
      ...(cause === undefined ? {} : { cause }),
    },
  };
}

/**
 * The text of anything that was thrown.
 *
 * @param thrown an Error or any other value
 * @returns its name and message
 */
export function describe(thrown: unknown): string {
  if (thrown instanceof Error)
    return thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`;
  return String(thrown);
}
