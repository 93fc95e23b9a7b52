import * as Comlink from 'comlink';
import type { OnProgress, Progress } from '../kernel/progress.ts';
import { describe } from '../kernel/result.ts';

/** Anything that posts messages: a Worker, a MessagePort, a worker's own scope, one end of a MessageChannel in tests. */
export type Endpoint = Comlink.Endpoint;

/** The last argument of a call that can take over 100 ms. */
export interface TaskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A protocol as its caller sees it: every method answers by promise. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** A connection to the other side. */
export interface Connection<T> {
  readonly api: Remote<T>;
  /** Ends the connection: every pending and later call rejects with `WorkerClosedError`, or with the reason of a crash. */
  close(reason?: string): void;
}

/** Rejects every pending and later call of a worker that died. */
export class WorkerCrashedError extends Error {
  override readonly name = 'WorkerCrashedError';
  readonly code = 'worker-crashed';
}

/** Rejects what was still under way when this side closed the connection: nobody waits for it, and it is no fault. */
export class WorkerClosedError extends WorkerCrashedError {}

/** An exception of the other side, with the code it had there. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

type Answer =
  | { readonly settled: 'value'; readonly value: unknown }
  | { readonly settled: 'error'; readonly message: string; readonly code: string };

const transferLists = new WeakMap<object, Transferable[]>();

/**
 * Names the parts of a value to move instead of copy, for an argument or a returned value.
 *
 * @param value the argument or returned value itself, not a part of it
 * @param list what to transfer; the sender loses it
 * @returns `value`
 */
export function transfer<T extends object>(value: T, list: Transferable[]): T {
  transferLists.set(value, list);
  return value;
}

const isTaskOptions = (value: unknown): value is TaskOptions =>
  typeof value === 'object' &&
  value !== null &&
  (('signal' in value && value.signal instanceof AbortSignal) ||
    ('onProgress' in value && typeof value.onProgress === 'function'));

/** Ends the port of a call's options, on either side: a run of 20,000 pictures would leave as many ports behind. */
const endings = new WeakMap<object, () => void>();

function endOptions(args: readonly unknown[]): void {
  for (const arg of args) {
    if (typeof arg !== 'object' || arg === null) continue;
    endings.get(arg)?.();
    endings.delete(arg);
  }
}

// comlink knows neither AbortSignal nor callbacks inside an object: both travel over one port of their own.
Comlink.transferHandlers.set('task-options', {
  canHandle: isTaskOptions,
  serialize(options: TaskOptions): [{ port: MessagePort; aborted: boolean }, Transferable[]] {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<Progress>) => options.onProgress?.(event.data);
    const abort = (): void => port1.postMessage('abort');
    options.signal?.addEventListener('abort', abort, { once: true });
    endings.set(options, () => {
      options.signal?.removeEventListener('abort', abort);
      port1.close();
    });
    return [{ port: port2, aborted: options.signal?.aborted ?? false }, [port2]];
  },
  deserialize({ port, aborted }: { port: MessagePort; aborted: boolean }): TaskOptions {
    const controller = new AbortController();
    if (aborted) controller.abort();
    port.onmessage = () => controller.abort();
    const options = {
      signal: controller.signal,
      onProgress: (progress: Progress) => port.postMessage(progress),
    };
    endings.set(options, () => port.close());
    return options;
  },
});

const withList = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  const list = transferLists.get(value);
  return list === undefined ? value : Comlink.transfer(value, list);
};

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : 'unknown';

/**
 * Offers a protocol on an endpoint.
 *
 * @param api an object of methods; `this` is kept
 * @param endpoint where the calls come in; left out in a worker, which then answers its page
 */
export function serve<T extends object>(
  api: T,
  // The types of the page know no worker's scope: there the global object itself posts messages.
  endpoint: Endpoint = globalThis as unknown as Endpoint,
): void {
  const call = async (method: keyof T & string, ...args: unknown[]): Promise<Answer> => {
    try {
      const target: unknown = api[method];
      if (typeof target !== 'function') throw new TypeError(`no such call: ${method}`);
      const value: unknown = await target.apply(api, args);
      const answer: Answer = { settled: 'value', value };
      const list = typeof value === 'object' && value !== null ? transferLists.get(value) : undefined;
      return list === undefined ? answer : Comlink.transfer(answer, list);
    } catch (thrown) {
      return { settled: 'error', message: describe(thrown), code: codeOf(thrown) };
    } finally {
      endOptions(args);
    }
  };
  Comlink.expose(call, endpoint);
}

/**
 * Calls a protocol over an endpoint.
 *
 * @param endpoint a worker or port whose other end called `serve`
 * @returns the protocol with promises, and a way to end it
 */
export function connect<T extends object>(endpoint: Endpoint): Connection<T> {
  const remote = Comlink.wrap<(method: string, ...args: unknown[]) => Promise<Answer>>(endpoint);
  const pending = new Set<(error: Error) => void>();
  let dead: WorkerCrashedError | undefined;

  const close = (reason?: string): void => {
    if (dead !== undefined) return;
    dead =
      reason === undefined ? new WorkerClosedError('the worker was closed') : new WorkerCrashedError(reason);
    for (const reject of pending) reject(dead);
    pending.clear();
  };

  const invoke = async (method: string, args: unknown[]): Promise<unknown> => {
    if (dead !== undefined) throw dead;
    let release: (() => void) | undefined;
    // The same options may go with several calls: each has a port of its own.
    const sent = args.map((arg) => (isTaskOptions(arg) ? { ...arg } : withList(arg)));
    const crashed = new Promise<never>((_resolve, reject) => {
      pending.add(reject);
      release = () => pending.delete(reject);
    });
    try {
      const answer = await Promise.race([remote(method, ...sent), crashed]);
      if (answer.settled === 'error') throw new RemoteError(answer.message, answer.code);
      return answer.value;
    } finally {
      release?.();
      endOptions(sent);
    }
  };

  const calls = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const api = new Proxy(
    {},
    {
      get(_target, method) {
        // A proxy that answers `then` would be taken for a promise by every `await`.
        if (typeof method !== 'string' || method === 'then') return undefined;
        const known = calls.get(method);
        if (known !== undefined) return known;
        const fresh = (...args: unknown[]): Promise<unknown> => invoke(method, args);
        calls.set(method, fresh);
        return fresh;
      },
    },
  );
  return { api: api as Remote<T>, close };
}

/**
 * Calls a worker, and notices when it dies.
 *
 * @param worker a worker whose script called `serve(api, self)`
 * @returns the connection; `close` also terminates the worker
 */
export function connectWorker<T extends object>(worker: Worker): Connection<T> {
  const connection = connect<T>(worker);
  worker.addEventListener('error', (event) => connection.close(event.message || 'the worker stopped'));
  worker.addEventListener('messageerror', () =>
    connection.close('a message to the worker could not be read'),
  );
  return {
    api: connection.api,
    close(reason) {
      connection.close(reason);
      worker.terminate();
    },
  };
}
