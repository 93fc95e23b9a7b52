import { fail, ok } from '../../../../kernel/result.ts';
import type { Send } from '../exchange/remote-client.ts';

/** Carries requests straight to a server, as the page does in the browser. */
export const carrierTo =
  (url: string): Send =>
  async ({ method, path, body }, options) => {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        ...(body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }),
        ...(options?.signal === undefined ? {} : { signal: options.signal }),
      });
      return ok({ status: response.status, body: await response.arrayBuffer() });
    } catch (cause) {
      if (options?.signal?.aborted === true) throw cause;
      return fail('remote-unreachable', `${url} does not answer.`, { retryable: true, cause });
    }
  };
