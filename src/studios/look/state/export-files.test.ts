import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toCsv, toZip, type Listed } from './export-files.ts';

const picture = (id: number, name: string): Listed => ({
  id,
  name,
  hash: '',
  bytes: 1,
  width: 1,
  height: 1,
});
const quietly = { signal: new AbortController().signal, onProgress: () => undefined };

describe('toCsv', () => {
  it('quotes what RFC 4180 asks for and disarms formulas', () => {
    const rows = ['a,b.jpg', 'say "x".jpg', '=SUM(A1).jpg', '-1.jpg', '@x', 'two\nlines', 'plain.jpg'];
    const csv = toCsv(
      rows.map((name, index) => ({ ...picture(index, name), rank: index + 1, score: -0.25 })),
      'similarity',
    );
    expect(csv.split('\r\n')).toEqual([
      'name,rank,similarity',
      '"a,b.jpg",1,-0.25',
      '"say ""x"".jpg",2,-0.25',
      "'=SUM(A1).jpg,3,-0.25",
      "'-1.jpg,4,-0.25",
      "'@x,5,-0.25",
      '"two\nlines",6,-0.25',
      'plain.jpg,7,-0.25',
      '',
    ]);
  });

  it('leaves rank and figure empty for pictures that no search found', () => {
    expect(toCsv([picture(1, 'a.jpg')], 'distance')).toBe('name,rank,distance\r\na.jpg,,\r\n');
  });
});

describe('toZip', () => {
  const byteOf = (id: number) => Promise.resolve({ blob: new Blob([Uint8Array.of(id)]), isOriginal: true });
  const namesIn = async (pictures: readonly Listed[]): Promise<string[]> => {
    const { blob } = await toZip(pictures, ({ id }) => byteOf(id), quietly);
    return Object.keys(unzipSync(new Uint8Array(await blob.arrayBuffer())));
  };

  it('numbers pictures of one name before their ending, not before a dot of a folder', async () => {
    const pictures = ['a/x.jpg', 'a/x.jpg', 'b.c/x', 'b.c/x'].map((name, id) => picture(id, name));
    expect(await namesIn(pictures)).toEqual(['a/x.jpg', 'a/x (2).jpg', 'b.c/x', 'b.c/x (2)']);
  });

  it('gives names that every system can unpack', async () => {
    const names = [
      'say "x" <y>?|*.jpg',
      'shoes. /end.',
      'con/nul.tar.jpg',
      'console.jpg',
      'A.jpg',
      'a.jpg',
      't\tab',
    ];
    expect(await namesIn(names.map((name, id) => picture(id, name)))).toEqual([
      'say _x_ _y____.jpg',
      'shoes._/end_',
      'con_/nul_.tar.jpg',
      'console.jpg',
      'A.jpg',
      'a (2).jpg',
      't_ab',
    ]);
  });

  it('lets no name out of the folder it is unpacked in', async () => {
    const names = [
      '../../etc/passwd',
      '/abs.jpg',
      '..\\..\\up.jpg',
      'C:\\x.jpg',
      `${'q'.repeat(9)}../${'y'.repeat(197)}`,
      '..',
    ];
    for (const path of await namesIn(names.map((name, id) => picture(id, name)))) {
      expect(path.split('/')).not.toContain('..');
      expect(path).not.toMatch(/^\/|[\\:]/);
    }
  });

  it('names a thumbnail by what it is, and counts what it holds', async () => {
    const { blob, ...counts } = await toZip(
      [picture(1, 'dir/a.heic'), picture(2, 'b.jpg'), picture(3, 'gone.jpg')],
      ({ id }) =>
        Promise.resolve(
          id === 3
            ? undefined
            : { blob: new Blob([Uint8Array.of(id)], { type: 'image/webp' }), isOriginal: id === 2 },
        ),
      quietly,
    );
    expect(counts).toEqual({ originals: 1, thumbnails: 1, missing: 1 });
    const held = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    expect(held).toEqual({ 'dir/a.webp': Uint8Array.of(1), 'b.jpg': Uint8Array.of(2) });
  });

  it('stops between two pictures', async () => {
    const stop = new AbortController();
    const zip = toZip([picture(1, 'a'), picture(2, 'b')], ({ id }) => byteOf(id), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(zip).rejects.toThrow('abort');
  });
});
