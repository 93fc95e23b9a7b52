import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../kernel/progress.ts';
import type { TaskOptions } from '../rpc.ts';
import type { ModelCache, ModelHost } from './host.ts';
import { readManifest, type ModelManifest } from './manifest.ts';
import { ModelStore } from './store.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const WEIGHTS = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31 + (index >> 8)) % 256);
const ADDRESS = '/models/net/weights.bin';
const manifestOf = (bytes: Uint8Array, version = '1'): string =>
  JSON.stringify({
    name: 'net',
    title: 'The Net',
    version,
    files: [{ path: 'weights.bin', bytes: bytes.length, sha256: sha256(bytes) }],
  });

class MemoryCache implements ModelCache {
  readonly entries = new Map<string, { body: ArrayBuffer; headers: Headers }>();
  isFull = false;

  match(key: string): Promise<Response | undefined> {
    const entry = this.entries.get(key);
    return Promise.resolve(entry && new Response(entry.body.slice(0), { headers: entry.headers }));
  }
  async put(key: string, response: Response): Promise<void> {
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    this.entries.set(key, { body: await response.arrayBuffer(), headers: response.headers });
  }
  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.entries.delete(key));
  }
  keys(): Promise<readonly string[]> {
    return Promise.resolve([...this.entries.keys()]);
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const startOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);

/** The file as a good host serves it: ranges, a strong tag, If-Range. */
const sound =
  (bytes = WEIGHTS, tag = '"v1"'): Answer =>
  (request, response) => {
    const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== tag;
    const start = stale ? 0 : startOf(request);
    response.writeHead(start > 0 ? 206 : 200, {
      ETag: tag,
      'Content-Length': bytes.length - start,
      ...(start > 0 ? { 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    response.end(bytes.subarray(start));
  };

/** A connection that breaks once its bytes have arrived: what is under way when it breaks would be lost. */
let breaking: { readonly at: number; readonly cut: () => void } | undefined;

/** Sends some bytes of what was asked for, then breaks the connection. */
const broken =
  (count: number, tag = '"v1"'): Answer =>
  (request, response) => {
    const start = startOf(request);
    breaking = { at: start + count, cut: () => response.destroy() };
    response.writeHead(start > 0 ? 206 : 200, {
      ETag: tag,
      'Content-Length': WEIGHTS.length - start,
      ...(start > 0 ? { 'Content-Range': `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}` } : {}),
    });
    response.flushHeaders();
    response.write(WEIGHTS.subarray(start, start + count));
  };

/** Ends properly, but early. */
const truncated =
  (count: number): Answer =>
  (_request, response) => {
    response.writeHead(200).end(WEIGHTS.subarray(0, count));
  };

const status =
  (code: number): Answer =>
  (_request, response) => {
    response.writeHead(code).end('no');
  };

let server: Server;
let base: URL;
let cache: MemoryCache;
/** Answers for the weights, used up one by one; the last one stays. */
let answers: Answer[];
let manifestText: string;
let ranges: (string | undefined)[];

beforeEach(async () => {
  cache = new MemoryCache();
  answers = [sound()];
  manifestText = manifestOf(WEIGHTS);
  ranges = [];
  breaking = undefined;
  server = createServer((request, response) => {
    if (request.url === ADDRESS) {
      ranges.push(request.headers.range);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    } else if (request.url === '/models/net/manifest.json') response.end(manifestText);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const host = (withCache = true): ModelHost => ({
  fetch: (address, init) => fetch(address, init),
  openCache: () => Promise.resolve(withCache ? cache : undefined),
  digest: (bytes) => Promise.resolve(sha256(bytes)),
});

const manifestIn = (text: string): ModelManifest => {
  const manifest = readManifest(text, 'net');
  if (!manifest.ok) throw new Error(manifest.error.message);
  return manifest.value;
};

const keyIn = (manifest: ModelManifest): string =>
  `${new URL(`http://x${ADDRESS}`).pathname}?sha256=${manifest.files[0]?.sha256 ?? ''}`;

async function fetchWeights(store: ModelStore, options: TaskOptions = {}) {
  const onProgress = (progress: Progress): void => {
    options.onProgress?.(progress);
    if (progress.done === breaking?.at) breaking.cut();
  };
  return store.file(manifestIn(manifestText), 'weights.bin', { ...options, onProgress });
}

describe('a sound host', () => {
  it('delivers once; then the file comes from the cache, also without the host', async () => {
    const store = new ModelStore(base, host());
    const steps: Progress[] = [];
    const first = await fetchWeights(store, { onProgress: (progress: Progress) => steps.push(progress) });
    expect(first).toMatchObject({ ok: true, value: { kept: true } });
    expect(steps.at(-1)).toEqual({
      phase: 'Fetching The Net',
      done: WEIGHTS.length,
      total: WEIGHTS.length,
      unit: 'bytes',
    });
    await store.manifest('net');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const again = new ModelStore(base, host());
    expect(await again.manifest('net')).toMatchObject({ ok: true, value: { title: 'The Net' } });
    const second = await fetchWeights(again);
    expect(second.ok && sha256(new Uint8Array(second.value.bytes))).toBe(sha256(WEIGHTS));
    expect(ranges).toEqual([undefined]);
  });

  it('is asked anew when the kept copy has rotted', async () => {
    const store = new ModelStore(base, host());
    await fetchWeights(store);
    for (const entry of cache.entries.values()) new Uint8Array(entry.body)[17]! ^= 1;
    expect((await fetchWeights(store)).ok).toBe(true);
    expect(ranges.length).toBe(2);
  });

  it('replaces the older version of a file', async () => {
    const store = new ModelStore(base, host());
    await fetchWeights(store);
    const next = WEIGHTS.map((byte) => byte ^ 255);
    answers = [sound(next)];
    manifestText = manifestOf(next, '2');
    expect((await fetchWeights(store)).ok).toBe(true);
    expect([...cache.entries.keys()].map((key) => key.slice(key.indexOf('/models')))).toEqual([
      keyIn(manifestIn(manifestText)),
    ]);
    expect((await store.storedBytes()).get('net')).toBe(WEIGHTS.length);
    await store.remove('net');
    expect((await store.storedBytes()).size).toBe(0);
  });
});

describe('a broken connection', () => {
  it('is taken up again where it broke off', async () => {
    answers = [broken(60_000), broken(60_000), sound()];
    const result = await fetchWeights(new ModelStore(base, host()));
    expect(result.ok && sha256(new Uint8Array(result.value.bytes))).toBe(sha256(WEIGHTS));
    expect(ranges).toEqual([undefined, 'bytes=60000-', 'bytes=120000-']);
  });

  it.each([true, false])('keeps what came for the next call (cache: %s)', async (withCache) => {
    answers = [broken(50_000), broken(0)];
    const store = new ModelStore(base, host(withCache));
    expect(await fetchWeights(store)).toMatchObject({
      ok: false,
      error: {
        code: 'model-interrupted',
        retryable: true,
        message: 'The download of The Net broke off at 50000 of 200000 bytes.',
      },
    });
    answers = [sound()];
    expect((await fetchWeights(store)).ok).toBe(true);
    expect(ranges.at(-1)).toBe('bytes=50000-');
  });

  it('starts over when the file has changed meanwhile', async () => {
    answers = [broken(50_000, '"old"'), broken(0)];
    const store = new ModelStore(base, host());
    await fetchWeights(store);
    answers = [sound()];
    const result = await fetchWeights(store);
    expect(result.ok && sha256(new Uint8Array(result.value.bytes))).toBe(sha256(WEIGHTS));
  });

  it('starts over on a host without ranges', async () => {
    answers = [
      broken(50_000),
      (_request, response) => {
        response.end(WEIGHTS);
      },
    ];
    expect((await fetchWeights(new ModelStore(base, host()))).ok).toBe(true);
  });

  it('keeps what came through an outage', async () => {
    answers = [broken(50_000), status(503)];
    const store = new ModelStore(base, host());
    expect(await fetchWeights(store)).toMatchObject({ ok: false, error: { code: 'model-unreachable' } });
    answers = [sound()];
    expect((await fetchWeights(store)).ok).toBe(true);
    expect(ranges.at(-1)).toBe('bytes=50000-');
  });

  it('can be a person who stops it; what came is kept', async () => {
    const stop = new AbortController();
    answers = [
      (_request, response) => {
        response.writeHead(200, { ETag: '"v1"' }).write(WEIGHTS.subarray(0, 80_000));
      },
    ];
    const store = new ModelStore(base, host());
    const result = await fetchWeights(store, {
      signal: stop.signal,
      onProgress: ({ done }: Progress) => {
        if (done >= 80_000) stop.abort();
      },
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    answers = [sound()];
    expect((await fetchWeights(store)).ok).toBe(true);
    expect(ranges.at(-1)).toBe('bytes=80000-');
  });
});

describe('a file that is not what the manifest says', () => {
  const flipped = WEIGHTS.map((byte, index) => (index === 99_999 ? byte ^ 1 : byte));

  it('is fetched anew', async () => {
    answers = [sound(flipped), sound()];
    expect((await fetchWeights(new ModelStore(base, host()))).ok).toBe(true);
    expect(ranges).toEqual([undefined, undefined]);
  });

  it('is refused when it comes damaged twice, and nothing of it is kept', async () => {
    answers = [sound(flipped)];
    expect(await fetchWeights(new ModelStore(base, host()))).toMatchObject({
      ok: false,
      error: {
        code: 'model-damaged',
        message: 'The file weights.bin of The Net arrived damaged, twice, and was refused.',
      },
    });
    expect(cache.entries.size).toBe(0);
    expect(ranges.length).toBe(2);
  });

  it('is refused when it is longer, without reading on', async () => {
    answers = [sound(new Uint8Array(WEIGHTS.length * 3))];
    expect(await fetchWeights(new ModelStore(base, host()))).toMatchObject({
      ok: false,
      error: { code: 'model-damaged' },
    });
  });

  it('is refused when it is shorter, each time', async () => {
    answers = [truncated(120_000)];
    expect(await fetchWeights(new ModelStore(base, host()))).toMatchObject({
      ok: false,
      error: { code: 'model-interrupted' },
    });
  });
});

describe('a host that refuses', () => {
  it('is named with its status', async () => {
    answers = [status(404)];
    expect(await fetchWeights(new ModelStore(base, host()))).toMatchObject({
      ok: false,
      error: {
        code: 'model-missing',
        message: 'The site does not have the file models/net/weights.bin (404).',
      },
    });
  });

  it('of a manifest too', async () => {
    expect(await new ModelStore(base, host()).manifest('other')).toMatchObject({
      ok: false,
      error: { code: 'model-missing' },
    });
  });
});

it('works with a full disk, and says that nothing is kept', async () => {
  cache.isFull = true;
  expect(await fetchWeights(new ModelStore(base, host()))).toMatchObject({
    ok: true,
    value: { kept: false },
  });
});
