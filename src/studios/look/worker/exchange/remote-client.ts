import type { CancelSignal } from '../../../../kernel/cancel.ts';
import { LookFailure } from '../failure.ts';
import type { LookResult } from '../protocol.ts';
import type { RemoteReply, RemoteRequest } from '../protocol-exchange.ts';

/** How requests get out: the page carries them, tests fetch them. */
export type Send = (
  request: RemoteRequest,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<LookResult<RemoteReply>>;

/** A refusal of the other side, with its status. */
export class RemoteRefusal extends LookFailure {
  readonly status: number;
  constructor(status: number, message: string, hint = '') {
    super('remote-refused', message, hint);
    this.status = status;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** What a server says of a failure: both kinds write JSON, other hosts a page that nobody wants to see here. */
function reasonOf(answer: unknown): string {
  if (!isRecord(answer)) return '';
  const { message, error } = answer;
  if (typeof message === 'string') return message;
  if (typeof error === 'string') return error;
  return isRecord(error) && typeof error.reason === 'string' ? error.reason : '';
}

const hintOf = (status: number): string => {
  if (status === 401 || status === 403) return 'It wants a key, or another one.';
  if (status === 404) return 'Check the address and the name.';
  if (status === 413) return 'It takes only smaller requests.';
  return status >= 500 ? 'The server has a problem of its own; try again later.' : '';
};

/** JSON there and back. */
export class RemoteClient {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Asks the other side.
   *
   * @param method of HTTP
   * @param path begins with `/`
   * @param body an object, or JSON that is text already
   * @param signal ends it
   * @returns the parsed answer
   * @throws RemoteRefusal, LookFailure `remote-unreachable` or AbortError
   */
  async ask(
    method: RemoteRequest['method'],
    path: string,
    body?: string | Readonly<Record<string, unknown>>,
    signal?: CancelSignal,
  ): Promise<unknown> {
    signal?.throwIfAborted();
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const request: RemoteRequest =
      text === undefined ? { method, path } : { method, path, body: new TextEncoder().encode(text).buffer };
    const reply = await this.#send(request, signal instanceof AbortSignal ? { signal } : {});
    signal?.throwIfAborted();
    if (!reply.ok) throw new LookFailure(reply.error.code, reply.error.message, reply.error.hint);
    const { status, body: bytes } = reply.value;
    const answer = parse(bytes);
    if (status >= 200 && status < 300) return answer;
    const reason = reasonOf(answer).slice(0, 300);
    throw new RemoteRefusal(
      status,
      `The engine answered with ${status}${reason === '' ? '' : `: ${reason}`}.`,
      hintOf(status),
    );
  }
}

/** The answer, or undefined when it is no JSON. */
function parse(bytes: ArrayBuffer): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return undefined;
  }
}

/** An answer that is not what this engine would say. */
export const notThisEngine = (engine: string): LookFailure =>
  new LookFailure(
    'remote-unreachable',
    `What answers at this address is no ${engine}.`,
    'Check the address and the port.',
  );
