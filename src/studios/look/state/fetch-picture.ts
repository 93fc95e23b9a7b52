import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { LookError } from '../worker/protocol.ts';

const MAX_BYTES = 64 * 2 ** 20;
const HINT = 'Save the picture to a file and search by that.';

const tooLarge = (address: string): { ok: false; error: LookError } =>
  fail('too-large', `${address} is larger than ${MAX_BYTES / 2 ** 20} MB.`, { hint: HINT });

/**
 * A picture by its address. Nothing but the address is sent: no cookies, no referrer. The page's policy lets this through
 * in connected mode only.
 *
 * @param text what the person typed
 * @param signal ends it; the answer is then a failure that nobody is shown
 * @returns the picture's bytes and the last step of its path as a name
 */
export async function fetchPicture(
  text: string,
  signal: AbortSignal,
): Promise<Result<{ readonly name: string; readonly file: Blob }, LookError>> {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol))
    return fail('unreadable', `“${text.slice(0, 200)}” is not the address of a picture.`, {
      hint: 'It begins with https://.',
    });
  const address = url.href.slice(0, 200);
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      mode: 'cors',
      signal,
    });
    if (!response.ok)
      return fail('unreadable', `${address} answered with ${response.status}.`, {
        hint: 'Check the address.',
      });
    const bytes = await readUpTo(response, MAX_BYTES);
    if (bytes === undefined) return tooLarge(address);
    return ok({ name: nameOf(url), file: new Blob(bytes) });
  } catch (cause) {
    return fail('unreadable', `${address} could not be read.`, {
      hint: `The host may not allow other sites to read it, or it cannot be reached. ${HINT}`,
      retryable: true,
      cause,
    });
  }
}

function nameOf(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  return last === '' ? url.host : last;
}

/**
 * The body of an answer; a length that a host declares may be wrong.
 *
 * @param response of a request
 * @param most bytes that are allowed
 * @param onBytes called with the number that have come
 * @returns its pieces; undefined as soon as they are more than allowed
 */
export async function readUpTo(
  response: Response,
  most: number,
  onBytes: (done: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  let total = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    if (total > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
    onBytes(total);
  }
  return parts;
}
