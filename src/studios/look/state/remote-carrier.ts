import { fail, ok } from '../../../kernel/result.ts';
import { connectedMode } from '../../../platform/connected.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { transfer } from '../../../platform/rpc.ts';
import type { LookError, LookResult } from '../worker/protocol.ts';
import type { RemoteCarrier, RemoteReply, RemoteRequest, RemoteTarget } from '../worker/protocol-exchange.ts';

const MAX_BYTES = 512 * 2 ** 20;

/** Which header each engine reads a key from. */
const keyHeader = (kind: RemoteTarget['kind'], key: string): Record<string, string> => {
  if (key === '') return {};
  if (kind === 'chroma') return { 'x-chroma-token': key };
  return { Authorization: /^(Basic|Bearer|ApiKey) /i.test(key) ? key : `ApiKey ${key}` };
};

/**
 * The address of an engine, as it is used.
 *
 * @param text what the person typed
 * @returns the address without a slash at its end, or what is wrong with it in one sentence
 */
export function engineAddress(text: string): { readonly address: string } | { readonly problem: string } {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol))
    return { problem: 'It begins with https://, or with http://localhost: and a port.' };
  if (url.username !== '' || url.password !== '') return { problem: 'A name and a key do not belong in it.' };
  if (url.protocol === 'http:' && !/^(localhost|127\.0\.0\.1)$/.test(url.hostname))
    return { problem: 'Without https only this machine can be asked: localhost or 127.0.0.1.' };
  return { address: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

/** Whether somebody listens at an address, be it that his answers may not be read. */
async function isThere(address: string): Promise<boolean> {
  try {
    await fetch(address, { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer' });
    return true;
  } catch (thrown) {
    if (thrown instanceof TypeError) return false;
    throw thrown;
  }
}

/** Browsers do not tell a page why a request failed; a second one that asks for nothing tells the two reasons apart. */
async function whyNot(
  address: string,
  cause: unknown,
): Promise<{ readonly ok: false; readonly error: LookError }> {
  if (await isThere(address))
    return fail(
      'remote-unreachable',
      `${address} answers, but does not let pages of ${location.origin} ask it (CORS).`,
      {
        hint: `Allow this origin there: for Chroma, cors_allow_origins: ["${location.origin}"] in its configuration; for OpenSearch and Elasticsearch, http.cors.enabled and http.cors.allow-origin.`,
        retryable: true,
        cause,
      },
    );
  return fail('remote-unreachable', `${address} does not answer.`, {
    hint: 'Check the address, and whether the server runs. What it has acknowledged stays; going on does not send it again.',
    retryable: true,
    cause,
  });
}

/** Carries the library's requests to one address that the person has agreed to; workers may not connect to it. */
export class PageCarrier implements RemoteCarrier {
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(kind: RemoteTarget['kind'], address: string, key: string) {
    if (!connectedMode()) throw new Error('engines beyond this machine are for connected mode');
    this.#address = address;
    this.#headers = keyHeader(kind, key);
  }

  async send(
    { method, path, body }: RemoteRequest,
    { signal }: TaskOptions = {},
  ): Promise<LookResult<RemoteReply>> {
    try {
      const response = await fetch(`${this.#address}${path}`, {
        method,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        mode: 'cors',
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      const bytes = await response.arrayBuffer();
      if (bytes.byteLength > MAX_BYTES)
        return fail('remote-refused', `${this.#address} answered with more than 512 MB.`);
      return transfer(ok({ status: response.status, body: bytes }), [bytes]);
    } catch (cause) {
      if (signal?.aborted === true) return fail('cancelled', 'The request was stopped', { retryable: true });
      return whyNot(this.#address, cause);
    }
  }
}
