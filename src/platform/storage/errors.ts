import { describe } from '../../kernel/result.ts';

export type StorageErrorCode = 'quota' | 'read-only' | 'store-broken' | 'store-newer' | 'store-blocked';

/** A failure of the browser's storage, in words a person can act on. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  constructor(code: StorageErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.retryable = code === 'quota' || code === 'store-blocked';
  }
}

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '');

// A full disk comes as UnknownError in Chromium ("Encountered full disk while …"), the origin's own limit by its name.
const isQuota = (thrown: unknown): boolean =>
  nameOf(thrown) === 'QuotaExceededError' || /full disk|disk is full|no space left/i.test(describe(thrown));

/**
 * What an exception of IndexedDB or the File System API means to a person.
 *
 * @param thrown anything that was thrown
 * @param doing what was being done, e.g. `saving pictures`
 * @returns the same failure with a code, a message and a hint
 */
export function toStorageError(thrown: unknown, doing: string): StorageError {
  if (thrown instanceof StorageError) return thrown;
  if (isQuota(thrown))
    return new StorageError(
      'quota',
      `The browser has no more room for this site: ${doing} was stopped, and what was stored before is intact.`,
      'Delete collections you no longer need or free space on the disk, then go on.',
      thrown,
    );
  if (nameOf(thrown) === 'VersionError')
    return new StorageError(
      'store-newer',
      'The store was written by a newer version of this site.',
      'Reload the page to get the newer version.',
      thrown,
    );
  return new StorageError(
    'store-broken',
    `The browser's storage failed while ${doing}: ${describe(thrown)}`,
    'Reload the page. If it happens again, save what you have to a file.',
    thrown,
  );
}
