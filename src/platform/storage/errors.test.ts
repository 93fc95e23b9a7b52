import { describe, expect, it } from 'vitest';
import { StorageError, toStorageError } from './errors.ts';

describe('toStorageError', () => {
  it.each([
    [new DOMException('full', 'QuotaExceededError'), 'quota', true],
    [new DOMException('Encountered full disk while committing', 'UnknownError'), 'quota', true],
    [new DOMException('requested version is less', 'VersionError'), 'store-newer', false],
    [new DOMException('closing', 'InvalidStateError'), 'store-broken', false],
    ['a text', 'store-broken', false],
  ])('reads %s as %s', (thrown, code, retryable) => {
    const error = toStorageError(thrown, 'saving pictures');
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(retryable);
    expect(error.hint).not.toBe('');
    expect(error.cause).toBe(thrown);
  });

  it('names what was being done', () => {
    expect(toStorageError(new Error('x'), 'saving pictures').message).toContain('saving pictures: x');
  });

  it('leaves a StorageError as it is', () => {
    const error = new StorageError('read-only', 'm', 'h');
    expect(toStorageError(error, 'anything')).toBe(error);
  });
});
