import { describe, fail, ok } from '../../../kernel/result.ts';
import { StorageError, toStorageError } from '../../../platform/storage/errors.ts';
import { VectorIndexError } from '../engine/vector-index.ts';
import type { LookError, LookErrorCode, LookResult } from './protocol.ts';

/** A failure inside the workers of Look; `attempt` turns it into a result at their edge. */
export class LookFailure extends Error {
  override readonly name = 'LookFailure';
  readonly code: LookErrorCode;
  readonly hint: string;
  constructor(code: LookErrorCode, message: string, hint = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

function toResult(thrown: unknown, doing: string): { readonly ok: false; readonly error: LookError } {
  if (thrown instanceof LookFailure)
    return fail(thrown.code, thrown.message, { hint: thrown.hint, cause: thrown.cause });
  if (thrown instanceof DOMException && thrown.name === 'AbortError')
    return fail('cancelled', `${doing} was stopped`, { retryable: true });
  if (thrown instanceof VectorIndexError)
    return fail(thrown.code === 'not-finite' ? 'not-finite' : 'store-broken', thrown.message);
  if (thrown instanceof StorageError || thrown instanceof DOMException) {
    const { code, message, hint, retryable, cause } = toStorageError(thrown, doing);
    return fail(code, message, { hint, retryable, cause });
  }
  // Anything else is a bug of ours: it goes to the caller as an exception, with its stack in the console.
  console.error(thrown);
  throw thrown instanceof Error ? thrown : new Error(describe(thrown));
}

/**
 * Runs work at the edge of a worker.
 *
 * @param doing what it is, for the message of a failure, e.g. `saving pictures`
 * @param work throws LookFailure, StorageError or AbortError when it cannot be done
 * @returns its value, or the failure; a bug is still thrown
 */
export async function attempt<T>(doing: string, work: () => Promise<T> | T): Promise<LookResult<T>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return toResult(thrown, doing);
  }
}
