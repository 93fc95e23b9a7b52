import { ok, type Result } from '../../../kernel/result.ts';
import type { LookError } from '../worker/protocol.ts';
import { fetchFile, toAddress } from '../../../platform/fetch-file.ts';

const MAX_BYTES = 64 * 2 ** 20;

/**
 * A picture by its address.
 *
 * @param text what the person typed
 * @param signal ends it; the answer is then a failure that nobody is shown
 * @returns the picture's bytes and the last step of its path as a name
 */
export async function fetchPicture(
  text: string,
  signal: AbortSignal,
): Promise<Result<{ readonly name: string; readonly file: Blob }, LookError>> {
  const url = toAddress(text, 'a picture');
  if (!url.ok) return url;
  const fetched = await fetchFile(url.value, {
    most: MAX_BYTES,
    tooLarge: `is larger than ${MAX_BYTES / 2 ** 20} MB.`,
    hint: 'Save the picture to a file and search by that.',
    signal,
  });
  if (!fetched.ok) return fetched;
  // Without the name: it must not decide what the bytes are.
  return ok({ name: fetched.value.name, file: new Blob([fetched.value]) });
}
