import { LookFailure } from '../failure.ts';

/** A file with vectors that is refused; nothing of it stays. */
export const badVectors = (
  file: string,
  why: string,
  hint = 'Nothing was changed. Choose another file.',
): LookFailure => new LookFailure('bad-vectors', `${file} cannot be read: ${why}.`, hint);
