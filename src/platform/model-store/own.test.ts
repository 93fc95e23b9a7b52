import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../storage/sha256.ts';
import type { ModelCache, ModelHost } from './host.ts';
import { OwnModelStore } from './own.ts';

const BASE = new URL('http://localhost/site/own-networks/');
const DATA = Uint8Array.of(1, 2, 3, 4, 5);
const ABOUT = { title: 'Réseau №1' };

class MemoryCache implements ModelCache {
  readonly entries = new Map<string, Response>([['http://localhost/site/models/a/b', new Response('other')]]);
  isFull = false;
  match = (key: string): Promise<Response | undefined> => Promise.resolve(this.entries.get(key)?.clone());
  put(key: string, response: Response): Promise<void> {
    if (this.isFull) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
    this.entries.set(key, response);
    return Promise.resolve();
  }
  delete = (key: string): Promise<boolean> => Promise.resolve(this.entries.delete(key));
  keys = (): Promise<readonly string[]> => Promise.resolve([...this.entries.keys()]);
}

let cache: MemoryCache;
let hash: string;

const store = (has = true): OwnModelStore => {
  const host: ModelHost = {
    fetch: () => Promise.reject(new Error('nothing is fetched')),
    openCache: () => Promise.resolve(has ? cache : undefined),
    digest: sha256Hex,
  };
  return new OwnModelStore(BASE, host);
};

beforeEach(async () => {
  cache = new MemoryCache();
  hash = await sha256Hex(DATA);
});

describe('a model that a person brought', () => {
  it('is there on the next visit, with what was noted', async () => {
    expect(await store().keep(hash, DATA.buffer, ABOUT)).toBe(true);
    expect(await store().list()).toEqual([{ hash, bytes: 5, about: ABOUT }]);
    expect(new Uint8Array((await store().get(hash)) ?? [])).toEqual(DATA);
  });

  it('is gone when it is forgotten, and others stay', async () => {
    await store().keep(hash, DATA.buffer, ABOUT);
    await store().remove(hash);
    expect(await store().list()).toEqual([]);
    expect(await store().get(hash)).toBeUndefined();
    expect(cache.entries.size).toBe(1);
  });

  it('is not given out when its bytes are others', async () => {
    await store().keep('0'.repeat(64), DATA.buffer, ABOUT);
    expect(await store().get('0'.repeat(64))).toBeUndefined();
    expect(await store().list()).toEqual([]);
  });

  it.each(['no cache', 'a full disk'])('stays for the visit with %s', async (problem) => {
    cache.isFull = true;
    const visit = store(problem === 'a full disk');
    expect(await visit.keep(hash, DATA.buffer, ABOUT)).toBe(false);
    expect(await visit.list()).toEqual([{ hash, bytes: 5, about: ABOUT }]);
    expect(await visit.get(hash)).toBe(DATA.buffer);
    expect(await store().get(hash)).toBeUndefined();
  });
});
