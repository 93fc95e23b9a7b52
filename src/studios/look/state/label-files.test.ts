import { describe, expect, it } from 'vitest';
import { inFolders, labelsCsv, type LabelList } from './label-files.ts';

const picture = (id: number, name: string) => ({ id, name, hash: '', bytes: 1, width: 1, height: 1 });
const lists: readonly LabelList[] = [
  {
    name: 'Shoes, red',
    labelled: [
      { picture: picture(1, 'a/1.jpg'), isMarked: true, probability: undefined },
      { picture: picture(2, '=2.jpg'), isMarked: false, probability: 0.75 },
    ],
  },
  { name: '../up', labelled: [{ picture: picture(1, 'a/1.jpg'), isMarked: true, probability: undefined }] },
];

describe('labels as files', () => {
  it('has a row for each picture of each name, quoted and disarmed', () => {
    expect(labelsCsv(lists).split('\r\n')).toEqual([
      'name,label,by,probability',
      'a/1.jpg,"Shoes, red",marked,',
      '\'=2.jpg,"Shoes, red",found,0.75',
      'a/1.jpg,../up,marked,',
      '',
    ]);
  });

  it('puts pictures into the folder of their name, and knows where they lie', () => {
    expect(inFolders(lists).map(({ name, path }) => [name, path])).toEqual([
      ['Shoes, red/1.jpg', 'a/1.jpg'],
      ['Shoes, red/=2.jpg', '=2.jpg'],
      ['.._up/1.jpg', 'a/1.jpg'],
    ]);
  });
});
