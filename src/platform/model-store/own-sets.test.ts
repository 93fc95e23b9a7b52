import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../storage/sha256.ts';
import type { ModelCache, ModelHost } from './host.ts';
import { OwnSetStore, type OwnSetContent } from './own-sets.ts';

const BASE = new URL('http://localhost/site/own-speech/');
const ABOUT = { title: 'Réseau №1' };

class MemoryCache implements ModelCache {
  readonly entries = new Map<string, Response>([
    ['http://localhost/site/own-networks/a', new Response('other')],
  ]);
  /** Entries that there is room for. */
  room = Infinity;
  match = (key: string): Promise<Response | undefined> => Promise.resolve(this.entries.get(key)?.clone());
  put(key: string, response: Response): Promise<void> {
    if (this.entries.size >= this.room) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
    this.entries.set(key, response);
    return Promise.resolve();
  }
  delete = (key: string): Promise<boolean> => Promise.resolve(this.entries.delete(key));
  keys = (): Promise<readonly string[]> => Promise.resolve([...this.entries.keys()]);
}

let cache: MemoryCache;
const store = (): OwnSetStore => {
  const host: ModelHost = {
    fetch: () => Promise.reject(new Error('nothing is fetched')),
    openCache: () => Promise.resolve(cache),
    digest: sha256Hex,
  };
  return new OwnSetStore(BASE, host);
};

async function content(path: string, ...bytes: number[]): Promise<OwnSetContent> {
  const data = Uint8Array.from(bytes);
  return { path, hash: await sha256Hex(data), data: data.buffer };
}

let contents: readonly OwnSetContent[];
beforeEach(async () => {
  cache = new MemoryCache();
  contents = [
    await content('config.json', 1, 2, 3),
    await content('net.onnx', 4, 5),
    await content('same', 4, 5),
  ];
});

describe('a model of several files', () => {
  it('is there on the next visit, with each file and what was noted', async () => {
    const kept = await store().keep(contents, ABOUT);
    expect(kept).toMatchObject({ bytes: 7, about: ABOUT });
    expect(await store().list()).toEqual([kept]);
    for (const { hash, data } of contents)
      expect(new Uint8Array((await store().get(kept?.id ?? '', { hash })) ?? [])).toEqual(
        new Uint8Array(data),
      );
  });

  it('is the same one when it is brought twice', async () => {
    await store().keep(contents, ABOUT);
    await store().keep([...contents].reverse(), ABOUT);
    expect(await store().list()).toHaveLength(1);
  });

  it('does not lose a file that it shares with another one which is forgotten', async () => {
    const first = await store().keep(contents, ABOUT);
    const second = await store().keep([...contents, await content('more', 9)], ABOUT);
    expect(first?.id).not.toBe(second?.id);
    await store().remove(first?.id ?? '');
    expect(await store().list()).toEqual([second]);
  });

  it('is not there at all when there is no room for all of it', async () => {
    cache.room = 2;
    expect(await store().keep(contents, ABOUT)).toBeUndefined();
    expect(await store().list()).toEqual([]);
    expect(cache.entries.size).toBe(1);
  });

  it('is not there when its keeping broke off, and what was left behind goes with the next', async () => {
    const kept = await store().keep(contents, ABOUT);
    const [first] = [...cache.entries.keys()].filter((key) => key.includes(kept?.id ?? '-'));
    cache.entries.delete(first ?? '');
    expect(await store().list()).toEqual([]);
    const other = await store().keep([await content('config.json', 7)], ABOUT);
    expect(await store().list()).toEqual([other]);
    expect([...cache.entries.keys()].some((key) => key.includes(kept?.id ?? '-'))).toBe(false);
  });

  it('comes back as it was after it was taken away', async () => {
    const kept = await store().keep(contents, ABOUT);
    if (kept === undefined) throw new Error('not kept');
    const back = await store().take(kept);
    expect(await store().list()).toEqual([]);
    expect(await back?.()).toBe(true);
    expect(await store().list()).toEqual([kept]);
  });

  it('cannot come back when a file was damaged', async () => {
    const kept = await store().keep(contents, ABOUT);
    if (kept === undefined) throw new Error('not kept');
    const key = [...cache.entries.keys()].find((each) => each.endsWith(contents[0]?.hash ?? '-')) ?? '';
    const headers = (await cache.match(key))?.headers ?? {};
    cache.entries.set(key, new Response('other', { headers }));
    expect(await store().take(kept)).toBeUndefined();
  });
});
