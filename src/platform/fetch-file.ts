import { fail, ok, type Result, type StudioError } from '../kernel/result.ts';

/** Why a file by its address is not there. */
export type FetchFileError = StudioError<'unreadable' | 'too-large'>;

/** What a file by its address may be. */
interface Wanted {
  /** Bytes that are allowed. */
  readonly most: number;
  /** Why more is refused, after the address. */
  readonly tooLarge: string;
  /** What a person can do instead. */
  readonly hint: string;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have come. */
  readonly onBytes?: (done: number) => void;
}

/**
 * An address that a person typed.
 *
 * @param text as typed
 * @param what it should be the address of, e.g. `a picture`
 * @returns the address, of http or https
 */
export function toAddress(text: string, what: string): Result<URL, FetchFileError> {
  const url = URL.parse(text.trim());
  if (url !== null && /^https?:$/.test(url.protocol)) return ok(url);
  return fail('unreadable', `“${text.slice(0, 200)}” is not the address of ${what}.`, {
    hint: 'It begins with https://.',
  });
}

/**
 * A file by its address. Nothing but the address is sent: no cookies, no referrer. The page's policy lets this through in
 * connected mode only.
 *
 * @param url of http or https
 * @param wanted what is taken
 * @returns the file, named by the last step of its path
 */
export async function fetchFile(
  url: URL,
  { most, tooLarge, hint, signal, onBytes }: Wanted,
): Promise<Result<File, FetchFileError>> {
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
    const bytes = await readUpTo(response, most, onBytes);
    if (bytes === undefined) return fail('too-large', `${address} ${tooLarge}`, { hint });
    return ok(new File(bytes, nameOf(url)));
  } catch (cause) {
    return fail('unreadable', `${address} could not be read.`, {
      hint: `The host may not allow other sites to read it, or it cannot be reached. ${hint}`,
      retryable: true,
      cause,
    });
  }
}

function nameOf({ pathname, host }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  return last === '' ? host : last;
}

/** The body of an answer, in pieces; undefined as soon as it is more than allowed: a declared length may be wrong. */
async function readUpTo(
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
