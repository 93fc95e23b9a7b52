import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { connect, serve } from '../../../platform/rpc.ts';
import type { Library } from './library.ts';
import type { NewPicture } from './protocol.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';
import type { LibraryReader, TwinsApi } from './twins-protocol.ts';
import { TwinsService } from './twins-service.ts';

const NAME = 'test-look-twins';
let library: Library;
let collection: number;
/** What the service asked the library for. */
let asked: string[];

/** The service as its worker has it, over real ports; what it asks for is noted. */
function startTwins(): TwinsApi {
  const service = new TwinsService(pause);
  const forLibrary = new MessageChannel();
  library.connectReader(forLibrary.port1);
  const { api } = connect<LibraryReader>(forLibrary.port2);
  const between = new MessageChannel();
  const noting: LibraryReader = {
    members: (...args) => note('members', () => api.members(...args)),
    vectors: (...args) => note('vectors', () => api.vectors(...args)),
    thumbnails: (...args) => note('thumbnails', () => api.thumbnails(...args)),
    prints: (...args) => note('prints', () => api.prints(...args)),
    keepPrints: (...args) => note('keepPrints', () => api.keepPrints(...args)),
    copies: (...args) => note('copies', () => api.copies(...args)),
  };
  serve(noting, between.port1);
  service.connectLibrary(between.port2);
  return service;
}

function note<T>(call: string, work: () => T): T {
  asked.push(call);
  return work();
}

/** A drawing that has a number, as large and as blurred as asked for. */
async function drawing(content: number, side: number, blur = 0): Promise<ArrayBuffer> {
  const rng = mulberry32(content);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.filter = `blur(${blur}px)`;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, side, side);
  for (let i = 0; i < 40; i += 1) {
    const grey = Math.floor(rng() * 256);
    context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
    context.fillRect(rng() * side, rng() * side, (rng() * side) / 3, (rng() * side) / 3);
  }
  return (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer();
}

/** Picture `content` in its variant `variant`; variants of one content have nearly the same vector and drawing. */
async function variant(content: number, of: number, side: number, blur = 0): Promise<NewPicture> {
  const base = picture(content);
  const rng = mulberry32(content * 100 + of);
  const thumbnail = await drawing(content, Math.min(256, side), blur);
  return {
    ...base,
    name: `${content}-${of}.png`,
    hash: (content * 100 + of).toString(16).padStart(64, '0'),
    embedding: base.embedding.map((x) => x + 0.02 * normal(rng)),
    width: side,
    height: side,
    thumbnail,
    thumbnailType: 'image/png',
  };
}

const add = async (...pictures: NewPicture[]): Promise<void> => {
  for (const each of pictures) value(await library.intake().add(collection, each));
};
const find = async (twins: TwinsApi) => value(await twins.find(collection));
const namesOf = (twins: TwinsApi) =>
  twins.groups(0, 100).map(({ members }) => members.map(({ name }) => name));

beforeEach(async () => {
  asked = [];
  library = await openLibrary(NAME);
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
});
afterEach(async () => {
  await library.close();
  await deleteDB(NAME);
});

describe('finding twins', () => {
  it('groups variants, the best first, and leaves other pictures alone', async () => {
    await add(
      await variant(1, 1, 200),
      await variant(2, 1, 200),
      await variant(1, 2, 256),
      await variant(3, 1, 256),
      await variant(1, 3, 300, 3),
      await variant(3, 2, 128),
    );
    const twins = startTwins();
    await find(twins);
    const view = value(await twins.at(collection, 0.75));
    expect(view).toMatchObject({ groups: 2, pictures: 5, spare: 3, compared: 6, missing: 0, pairs: 4 });
    // The blurred one is the largest, and is not taken.
    expect(namesOf(twins).toSorted()).toEqual([
      ['1-2.png', '1-3.png', '1-1.png'],
      ['3-1.png', '3-2.png'],
    ]);
    expect(twins.spare().toSorted()).toEqual([1, 5, 6]);
    const border = view.border.map(({ likeness }) => likeness);
    expect(border).toEqual(border.toSorted((p, q) => p - q));
    expect(border[0]).toBeGreaterThanOrEqual(0.75);
    expect(value(await twins.at(collection, 1)).groups).toBe(0);
  });

  it('follows deletions and their undoing, and compares only what is new', async () => {
    await add(await variant(1, 1, 200), await variant(1, 2, 256));
    const twins = startTwins();
    await find(twins);
    const key = value(await library.remove(collection, [1])) ?? 0;
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 0, missing: 0 });
    await add(await variant(1, 3, 220));
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 0, missing: 1 });
    asked = [];
    await find(twins);
    expect(asked.filter((call) => call === 'vectors')).toHaveLength(1);
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 1, pictures: 2, missing: 0 });
    value(await library.undoDelete(key));
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 1, pictures: 3, pairs: 3 });
  });

  it('keeps prints: thumbnails are looked at once', async () => {
    await add(await variant(1, 1, 200), await variant(1, 2, 256));
    await find(startTwins());
    expect(asked).toContain('thumbnails');
    expect(value(await library.storedBytes()).pictures).toBeGreaterThan(320);
    asked = [];
    const second = startTwins();
    await find(second);
    expect(asked).toContain('prints');
    expect(asked).not.toContain('thumbnails');
    expect(value(await second.at(collection, 0.75)).groups).toBe(1);
  });

  it('leaves no print behind of what is gone for good', async () => {
    await add(await variant(1, 1, 200), await variant(1, 2, 256));
    await find(startTwins());
    value(await library.remove(collection, [1]));
    const count = async (): Promise<number> => {
      const database = await openDB(NAME);
      const found = await database.count('prints');
      database.close();
      return found;
    };
    expect(await count()).toBe(2);
    value(await library.forgetDeleted());
    expect(await count()).toBe(1);
    value(await library.deleteCollection(collection));
    value(await library.forgetDeleted());
    expect(await count()).toBe(0);
  });

  it('passes over a picture whose thumbnail cannot be decoded', async () => {
    await add(await variant(1, 1, 200), picture(7), await variant(1, 2, 256));
    const twins = startTwins();
    await find(twins);
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 1, compared: 2, missing: 0 });
  });

  it('stops when told to, keeps what it has, and goes on', async () => {
    const pictures = await Promise.all(Array.from({ length: 140 }, (_, i) => variant(1 + (i % 70), i, 64)));
    await add(...pictures);
    const twins = startTwins();
    const stop = new AbortController();
    const finding = twins.find(collection, {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 0) stop.abort();
      },
    });
    expect(code(await finding)).toBe('cancelled');
    const part = value(await twins.at(collection, 0.75));
    expect(part.missing).toBeGreaterThan(0);
    await find(twins);
    expect(value(await twins.at(collection, 0.75))).toMatchObject({ groups: 70, pictures: 140, missing: 0 });
  });

  it('answers questions about twins while it works', async () => {
    await add(...(await Promise.all(Array.from({ length: 80 }, (_, i) => variant(1 + (i % 40), i, 64)))));
    const twins = startTwins();
    const order: string[] = [];
    let answer: ReturnType<TwinsApi['at']> | undefined;
    const onProgress = (): void => {
      answer ??= twins.at(collection, 0.75).finally(() => order.push('answered'));
    };
    value(await twins.find(collection, { onProgress }));
    order.push('found');
    expect(order).toEqual(['answered', 'found']);
    expect((await answer)?.ok).toBe(true);
  });

  it('says that a collection is gone, or was not looked at', async () => {
    const twins = startTwins();
    expect(code(await twins.at(collection, 0.75))).toBe('no-collection');
    expect(code(await twins.find(99))).toBe('no-collection');
    expect(twins.groups(0, 10)).toEqual([]);
    expect(twins.spare()).toEqual([]);
  });
});

describe('exact copies', () => {
  it('are listed by the picture that has their bytes, for as long as it is there', async () => {
    await add(picture(1), picture(2));
    value(await library.rename(collection, 2, 'Beach.jpg'));
    await Promise.all(['a.jpg', 'b.jpg'].map((name) => library.noteCopies(collection, [{ name, id: 1 }])));
    // The file that a picture was made of is no copy of it, whatever its name is now.
    value(
      await library.noteCopies(collection, [
        { name: '1.jpg', id: 1 },
        { name: '2.jpg', id: 2 },
        { name: 'c.jpg', id: 2 },
      ]),
    );
    const twins = startTwins();
    expect(value(await twins.copies(collection))).toEqual([
      { name: 'a.jpg', id: 1, of: '1.jpg' },
      { name: 'b.jpg', id: 1, of: '1.jpg' },
      { name: 'c.jpg', id: 2, of: 'Beach.jpg' },
    ]);
    value(await library.remove(collection, [1]));
    expect(value(await twins.copies(collection)).map(({ name }) => name)).toEqual(['c.jpg']);
  });

  it('are in the list that is saved', async () => {
    await add(await variant(1, 1, 200), await variant(1, 2, 256));
    value(await library.noteCopies(collection, [{ name: 'again.png', id: 2 }]));
    const twins = startTwins();
    await find(twins);
    value(await twins.at(collection, 0.75));
    const csv = await value(await twins.list(collection, 'csv')).text();
    expect(csv).toContain('1,near,yes,1-2.png,256,256,');
    expect(csv).toContain('1,near,no,1-1.png,200,200,');
    expect(csv).toContain('1,same bytes as 1-2.png,no,again.png');
    const json = JSON.parse(await value(await twins.list(collection, 'json')).text()) as { pairs: unknown[] };
    expect(json.pairs).toHaveLength(1);
  });
});
