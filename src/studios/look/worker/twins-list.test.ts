import { describe, expect, it } from 'vitest';
import { twinsCsv, twinsJson, type TwinsList } from './twins-list.ts';

const member = (id: number, name: string) => ({
  id,
  name,
  hash: id.toString(16).padStart(64, '0'),
  bytes: 1_000 * id,
  width: 400,
  height: 300,
  sharpness: 0.123456789,
});
const list: TwinsList = {
  threshold: 0.75,
  groups: [
    [member(2, '=evil, "big".jpg'), member(1, 'b.jpg')],
    [member(3, 'c.jpg'), member(4, 'd.jpg')],
  ],
  pairs: [{ a: 1, b: 2, likeness: 0.9, cosine: 0.95, differing: 3 }],
  copies: [
    { name: 'copy of c.jpg', id: 3, of: 'c.jpg' },
    { name: 'alone again.jpg', id: 9, of: 'alone.jpg' },
  ],
};

describe('the list of twins', () => {
  it('is CSV that a spreadsheet reads as text', () => {
    expect(twinsCsv(list).split('\r\n')).toEqual([
      'group,kind,keep,name,width,height,bytes,sharpness',
      `1,near,yes,"'=evil, ""big"".jpg",400,300,2000,0.123457`,
      '1,near,no,b.jpg,400,300,1000,0.123457',
      '2,near,yes,c.jpg,400,300,3000,0.123457',
      '2,near,no,d.jpg,400,300,4000,0.123457',
      '2,same bytes as c.jpg,no,copy of c.jpg,,,,',
      ',same bytes as alone.jpg,no,alone again.jpg,,,,',
      '',
    ]);
  });

  it('is JSON with the pairs and their figures', () => {
    const read = JSON.parse(twinsJson(list)) as Record<string, unknown>;
    expect(read.threshold).toBe(0.75);
    expect(read.groups).toMatchObject([
      [
        { name: '=evil, "big".jpg', keep: true },
        { name: 'b.jpg', keep: false, sha256: '1'.padStart(64, '0') },
      ],
      [
        { name: 'c.jpg', keep: true },
        { name: 'd.jpg', keep: false },
      ],
    ]);
    expect(read.pairs).toEqual([
      { a: 'b.jpg', b: '=evil, "big".jpg', likeness: 0.9, cosine: 0.95, differingBits: 3 },
    ]);
    expect(read.exactCopies).toEqual([
      { name: 'copy of c.jpg', sameBytesAs: 'c.jpg' },
      { name: 'alone again.jpg', sameBytesAs: 'alone.jpg' },
    ]);
  });
});
