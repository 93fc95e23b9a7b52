import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../kernel/result.ts';
import type { PictureInfo } from '../worker/protocol.ts';
import { samePictures } from './same-pictures.ts';

const picture = (id: number): PictureInfo => ({
  id,
  name: `hats/${id}.jpg`,
  hash: '',
  bytes: 1,
  width: 1,
  height: 1,
});
const all = Array.from({ length: 1203 }, (_, i) => picture(i + 1));

describe('samePictures', () => {
  it('takes the best of every picture, and counts the thumbnails', async () => {
    const told: number[] = [];
    const found = await samePictures(
      { list: (_, offset, limit) => Promise.resolve(ok(all.slice(offset, offset + limit))) },
      {
        full: (_, { id }) =>
          Promise.resolve(id === 7 ? undefined : { blob: new Blob([String(id)]), isOriginal: id % 3 !== 0 }),
      },
      1,
      (count) => told.push(count),
    );
    expect(found.files).toHaveLength(1202);
    expect(found.thumbnails).toBe(401);
    expect(found.files[0]?.name).toBe('hats/1.jpg');
    expect(await found.files[1200]?.file.text()).toBe('1202');
    expect(told).toEqual([499, 999, 1202]);
  });

  it('ends where the store cannot be read', async () => {
    const found = await samePictures(
      { list: () => Promise.resolve(fail('store-broken', 'broken')) },
      { full: () => Promise.reject(new Error('not asked')) },
      1,
      () => undefined,
    );
    expect(found).toEqual({ files: [], thumbnails: 0 });
  });
});
