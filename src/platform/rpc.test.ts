import { describe, expect, it } from 'vitest';
import { deferred } from '../kernel/deferred.ts';
import type { Progress } from '../kernel/progress.ts';
import { connect, serve, transfer, WorkerCrashedError, type Connection, type TaskOptions } from './rpc.ts';

class Api {
  readonly begun: TaskOptions[] = [];

  double(value: number): number {
    return value * 2;
  }

  fail(): never {
    throw Object.assign(new Error('no such picture'), { code: 'no-picture' });
  }

  size(bytes: Uint8Array): number {
    return bytes.byteLength;
  }

  async work(options: TaskOptions = {}): Promise<string> {
    this.begun.push(options);
    options.onProgress?.({ phase: 'work', done: 1, total: 2, unit: 'pictures' });
    if (options.signal?.aborted !== true)
      await new Promise((resolve) => options.signal?.addEventListener('abort', resolve, { once: true }));
    return 'stopped';
  }

  forever(): Promise<never> {
    return new Promise(() => undefined);
  }
}

async function withApi(test: (connection: Connection<Api>, api: Api) => Promise<void>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const api = new Api();
  serve(api, port2);
  const connection = connect<Api>(port1);
  try {
    await test(connection, api);
  } finally {
    connection.close();
    port1.close();
  }
}

describe('rpc', () => {
  it('answers, and moves what it is told to move', () =>
    withApi(async ({ api }) => {
      expect(await api.double(21)).toBe(42);
      const bytes = new Uint8Array(8);
      expect(await api.size(transfer(bytes, [bytes.buffer]))).toBe(8);
      expect(bytes.byteLength).toBe(0);
    }));

  it('keeps the code of an error', () =>
    withApi(async ({ api }) => {
      await expect(api.fail()).rejects.toMatchObject({ message: 'no such picture', code: 'no-picture' });
    }));

  it('carries a signal and progress', () =>
    withApi(async ({ api }) => {
      const stop = new AbortController();
      const seen: Progress[] = [];
      const progressed = deferred<void>();
      const done = api.work({
        signal: stop.signal,
        onProgress: (progress) => {
          seen.push(progress);
          progressed.resolve();
        },
      });
      await progressed.promise;
      expect(seen).toEqual([{ phase: 'work', done: 1, total: 2, unit: 'pictures' }]);
      stop.abort();
      expect(await done).toBe('stopped');
    }));

  it('tells a call whose signal was aborted before', () =>
    withApi(async ({ api }) => {
      expect(await api.work({ signal: AbortSignal.abort() })).toBe('stopped');
    }));

  it('leaves nothing behind at a signal that outlives its calls', () =>
    withApi(async ({ api }) => {
      const stop = new AbortController();
      let listening = 0;
      const { signal } = stop;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listening += 1;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listening -= 1;
        remove(...args);
      };
      await expect(Promise.all([1, 2, 3].map(() => api.double(1)))).resolves.toHaveLength(3);
      const options = { signal };
      const calls = [api.work(options), api.work(options)];
      expect(listening).toBe(2);
      stop.abort();
      expect(await Promise.all(calls)).toEqual(['stopped', 'stopped']);
      expect(listening).toBe(0);
    }));

  it('rejects what is under way when the other side is gone', () =>
    withApi(async (connection) => {
      const { api } = connection;
      const pending = api.forever();
      connection.close('the worker stopped');
      await expect(pending).rejects.toBeInstanceOf(WorkerCrashedError);
      await expect(api.double(1)).rejects.toThrow('the worker stopped');
    }));
});
